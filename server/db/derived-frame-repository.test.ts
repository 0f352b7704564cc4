import { expect, it } from 'vitest';
import type { Sha256 } from '#shared/ids.ts';
import { describeOnEachDatabase } from './test-database.ts';

const source = (letter: string) => letter.repeat(64) as Sha256;
const frame = (frameNumber: number, usedAt: string, sha256 = source('f')) => ({
  ...{ sourceSha256: source('a'), frameNumber, form: '1.2.840.10008.1.2.4.80 1' },
  ...{ sha256, sizeBytes: 5_000_000_000, usedAt },
});

describeOnEachDatabase('derived frames', (open) => {
  it('are found by source, frame and form, and replaced', async () => {
    const { derived } = open().db;
    const one = frame(1, '2026-01-01T00:00:00.000Z');
    await derived.save(one);
    expect(await derived.find(one)).toEqual(one);
    for (const other of [{ frameNumber: 2 }, { form: '1.2.840.10008.1.2.4.80 2' }, { sourceSha256: source('b') }]) {
      expect(await derived.find({ ...one, ...other })).toBeNull();
    }
    const used = { ...one, usedAt: '2026-02-01T00:00:00.000Z', sha256: source('e') };
    await derived.save(used);
    expect(await derived.find(one)).toEqual(used);
    await derived.remove(one);
    expect(await derived.find(one)).toBeNull();
  });

  it('are counted, and listed by their last use', async () => {
    const { derived } = open().db;
    expect(await derived.totalBytes()).toBe(0);
    for (const [number, day] of [2, 1, 3].entries()) await derived.save(frame(number + 1, `2026-01-0${day}`));
    expect(await derived.totalBytes()).toBe(15_000_000_000);
    expect((await derived.oldest(2)).map(({ frameNumber }) => frameNumber)).toEqual([2, 1]);
    expect([await derived.names(source('f')), await derived.names(source('0'))]).toEqual([true, false]);
    for (const number of [1, 2, 3]) await derived.remove(frame(number, ''));
  });
});
