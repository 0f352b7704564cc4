import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectJson } from '#server/http/test-server.ts';
import type { Failure } from '#shared/api/failure.ts';
import { segmentPaths } from '#shared/api/segments.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { encodeMask } from '#shared/segmentation/mask-runs.ts';
import type { Segment, SegmentDraft } from '#shared/segmentation/segment.ts';
import { SEGMENT_TERMS } from '#shared/segmentation/segment-terms.ts';
import { type ExpertScene, type OpenConsultation, openExpertScene } from './expert-scene.ts';

let scene: ExpertScene;
let open: OpenConsultation;
beforeAll(async () => {
  scene = await openExpertScene();
  open = await scene.open();
}, 60_000);
afterAll(() => scene.close());

const SIZE = 128;
/** A square of `side` pixels around the middle of a frame. */
function square(side: number): string {
  const low = (SIZE - side) / 2;
  const mask = Uint8Array.from({ length: SIZE * SIZE }, (_, place) => {
    const [column, row] = [place % SIZE, Math.floor(place / SIZE)];
    return column >= low && column < low + side && row >= low && row < low + side ? 1 : 0;
  });
  return encodeMask(mask);
}

function draft(change: Partial<SegmentDraft> = {}): SegmentDraft {
  const [term] = SEGMENT_TERMS;
  if (term === undefined) throw new Error('no terms');
  return {
    ...{ ...term, label: 'Liver', color: '#ff9f1c', drawn: 'by-hand', locked: false, columns: SIZE, rows: SIZE },
    target: { studyUid: scene.ct.studyUid as StudyUid, seriesUid: scene.ct.seriesUid as SeriesUid },
    frames: scene.ct.instances.slice(0, 2).map(({ sopInstanceUid }) => ({
      ...{ sopInstanceUid: sopInstanceUid as SopInstanceUid, frameNumber: 1, runs: square(10) },
    })),
    measurements: [],
    ...change,
  };
}

const put = (segment: SegmentDraft, revision = 0, id: string = randomUUID()) =>
  open.radiologist.put(segmentPaths.one(open.id, id), { revision, segment });

describe('segments over HTTP', () => {
  it('stores what was painted, with the volume and the Hounsfield values of the stored frames', async () => {
    const segment = expectJson<Segment>(await put(draft()), 200);
    const { measurements, ...rest } = segment;
    expect(rest).toMatchObject({ revision: 1, refusals: [], author: { id: open.radiologist.account.id } });
    expect(measurements.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'volume mL',
      "mean [hnsf'U]",
      "standard-deviation [hnsf'U]",
      "minimum [hnsf'U]",
      "maximum [hnsf'U]",
    ]);
    const { pixelSpacingMm, sliceSpacingMm } = scene.ct;
    expect(measurements[0]?.value).toBeCloseTo((2 * 100 * pixelSpacingMm ** 2 * sliceSpacingMm) / 1000, 6);
    // What the server says is what it accepts back; another number, unit or name it refuses.
    expectJson(await put(draft({ measurements })), 200);
    const wrong = measurements.map((one) => ({ ...one, value: one.value * 1.01 + 1 }));
    expect(expectJson<Failure>(await put(draft({ measurements: wrong })), 422).code).toBe('MEASUREMENT_MISMATCH');
    const listed = expectJson<{ segments: Segment[] }>(await open.pathologist.get(segmentPaths.list(open.id)), 200);
    expect(listed.segments).toContainEqual(segment);
  });

  it('says why there is no volume', async () => {
    const empty = expectJson<Segment>(await put(draft({ frames: [] })), 200);
    expect(empty).toMatchObject({ measurements: [], refusals: ['Nothing is drawn yet.'] });
  });

  it('refuses runs that are none, frames named twice, of another size and of another series', async () => {
    const [first] = draft().frames;
    if (first === undefined) throw new Error('no frame');
    const code = async (change: Partial<SegmentDraft>, status = 422) =>
      expectJson<Failure>(await put(draft(change)), status).code;
    expect(await code({ frames: [{ ...first, runs: 'A' }] }, 400)).toBe('REQUEST_INVALID');
    expect(await code({ frames: [first, first] }, 400)).toBe('REQUEST_INVALID');
    expect(await code({ columns: SIZE * 2 })).toBe('ANNOTATION_OUTSIDE_IMAGE');
    expect(await code({ frames: [{ ...first, frameNumber: 2 }] })).toBe('ANNOTATION_TARGET_UNKNOWN');
    expect(await code({ frames: [{ ...first, sopInstanceUid: '1.2.3' as SopInstanceUid }] })).toBe(
      'ANNOTATION_TARGET_UNKNOWN',
    );
    const target = { ...draft().target, seriesUid: '1.2.3' as SeriesUid };
    expect(await code({ target })).toBe('ANNOTATION_TARGET_UNKNOWN');
  });

  it('changes with its revision, for its author alone, and is deleted with its history kept', async () => {
    const id = randomUUID();
    expectJson(await put(draft(), 0, id), 200);
    const renamed = expectJson<Segment>(await put(draft({ label: 'Spleen' }), 1, id), 200);
    expect(renamed).toMatchObject({ revision: 2, label: 'Spleen' });
    // The answer got lost and the request comes again: the same answer.
    expect(expectJson<Segment>(await put(draft({ label: 'Spleen' }), 1, id), 200)).toEqual(renamed);
    expect(expectJson<Failure>(await put(draft({ label: 'Other' }), 1, id), 409).code).toBe('REVISION_STALE');
    const url = segmentPaths.one(open.id, id);
    const change = { revision: 2, segment: draft() };
    expect(expectJson<Failure>(await open.pathologist.put(url, change), 403).code).toBe('NOT_ALLOWED');
    expect((await open.radiologist.inject({ method: 'DELETE', url: `${url}?revision=2` })).statusCode).toBe(204);
    expect(expectJson<Failure>(await put(draft(), 3, id), 409).code).toBe('REVISION_STALE');
  });

  it('rule 4: nobody reads or writes what is not theirs', async () => {
    const outsider = await scene.server.as('radiologist2');
    expect((await outsider.get(segmentPaths.list(open.id))).statusCode).toBe(404);
    expect((await outsider.get(segmentPaths.segmentations(open.id))).statusCode).toBe(404);
    const url = segmentPaths.one(open.id, randomUUID());
    expect((await outsider.put(url, { revision: 0, segment: draft() })).statusCode).toBe(404);
  });

  it('leaves as DICOM segmentations, the same ones while nothing changes', async () => {
    const other = await scene.open();
    expect((await other.radiologist.get(segmentPaths.segmentations(other.id))).statusCode).toBe(404);
    const url = segmentPaths.one(other.id, randomUUID());
    expectJson(await other.radiologist.put(url, { revision: 0, segment: draft() }), 200);
    const [one, two] = [
      await other.pathologist.get(segmentPaths.segmentations(other.id)),
      await other.pathologist.get(segmentPaths.segmentations(other.id)),
    ];
    expect(one.statusCode).toBe(200);
    expect(one.headers['content-type']).toBe('application/zip');
    expect(one.rawPayload.includes('segmentation-1.dcm')).toBe(true);
    expect(one.rawPayload.includes('1.2.840.10008.5.1.4.1.1.66.4')).toBe(true);
    expect(two.rawPayload.equals(one.rawPayload)).toBe(true);
  });
});
