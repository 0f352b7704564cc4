import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectJson } from '#server/http/test-server.ts';
import type { Failure } from '#shared/api/failure.ts';
import { type SlideCoverage, slideCoveragePath } from '#shared/api/slide-coverage.ts';
import { nothingSeen, writeCoverage } from '#shared/imaging/slide-coverage.ts';
import { type ExpertScene, type OpenConsultation, openExpertScene } from './expert-scene.ts';

/** Of the slide of the scene. */
const SLIDE = { width: 1500, height: 1100 };
let scene: ExpertScene;
let open: OpenConsultation;
beforeAll(async () => {
  scene = await openExpertScene();
  open = await scene.open();
}, 60_000);
afterAll(() => scene.close());

/** Everything in the columns from `from` to `to` seen with `bits`. */
function seen(from: number, to: number, bits: number): string {
  const coverage = nothingSeen(SLIDE);
  for (let at = 0; at < coverage.seen.length; at++) {
    if (at % coverage.columns >= from && at % coverage.columns < to) coverage.seen[at] = bits;
  }
  return writeCoverage(coverage);
}

describe('coverage of a slide', () => {
  it('grows by what is added, also when it comes twice, and is of one reader alone', async () => {
    const path = slideCoveragePath(open.slideId);
    expect(expectJson<SlideCoverage>(await open.pathologist.get(path), 200).seen).toBe(seen(0, 0, 0));
    await open.pathologist.put(path, { seen: seen(0, 100, 3) });
    await open.pathologist.put(path, { seen: seen(100, 200, 3) });
    const again = expectJson<SlideCoverage>(await open.pathologist.put(path, { seen: seen(0, 100, 1) }), 200);
    expect(again.seen).toBe(seen(0, 200, 3));
    expect(expectJson<SlideCoverage>(await open.pathologist.get(path), 200).seen).toBe(seen(0, 200, 3));
    expect(expectJson<SlideCoverage>(await open.radiologist.get(path), 200).seen).toBe(seen(0, 0, 0));
  });
  it('is refused for a slide of another size, and to who does not read', async () => {
    const path = slideCoveragePath(open.slideId);
    const other = writeCoverage(nothingSeen({ width: 1500, height: 200 }));
    expect(expectJson<Failure>(await open.pathologist.put(path, { seen: other }), 400).code).toBe('REQUEST_INVALID');
    const referrer = await scene.server.as('referrer');
    expectJson<Failure>(await referrer.get(path), 403);
    expectJson<Failure>(await referrer.put(path, { seen: other }), 403);
  });
});
