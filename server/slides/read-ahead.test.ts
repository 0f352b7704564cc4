import { describe, expect, it } from 'vitest';
import { createRandom } from '#fixtures/random.ts';
import { VENDOR_SLIDES } from '#fixtures/vendor-slides.ts';
import { openSlide } from './open-slide.ts';
import { ReadAhead } from './read-ahead.ts';
import { type ByteSource, memorySource } from './source.ts';
import { pictureFields, type SamplePage, tiffSample } from './tiff-sample.ts';

const LIMITS = { blockBytes: 1000, gapBlocks: 1, rangeBlocks: 8, keptBlocks: 20 };
const bytes = Uint8Array.from({ length: 100_500 }, (_, at) => (at * 31) % 251);

/** A store that notes each request, and answers a turn of the loop later. */
function slowStore(content: Uint8Array) {
  const inner = memorySource(content);
  const requests: { offset: number; length: number; signal: AbortSignal | undefined }[] = [];
  let failing: Error | null = null;
  const source: ByteSource = {
    ...inner,
    async read(offset, length, signal) {
      requests.push({ offset, length, signal });
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (failing !== null) throw failing;
      return inner.read(offset, length, signal);
    },
  };
  return { source, requests, fail: (error: Error | null) => (failing = error) };
}

const over = (content: Uint8Array = bytes, limits = LIMITS) => {
  const store = slowStore(content);
  return { ...store, read: new ReadAhead(limits).over(store.source) };
};

describe('reading ahead', () => {
  it('gives exactly the bytes of the source, whatever is asked for in whatever order', async () => {
    const { read } = over();
    const random = createRandom(5);
    const asked = Array.from({ length: 400 }, () => {
      const offset = Math.floor(random() * bytes.length);
      return [offset, Math.floor(random() * Math.min(random() < 0.1 ? 20_000 : 2500, bytes.length - offset))] as const;
    });
    for (let at = 0; at < asked.length; at += 10) {
      const some = asked.slice(at, at + 10);
      const found = await Promise.all(some.map(([offset, length]) => read.read(offset, length)));
      for (const [index, [offset, length]] of some.entries()) {
        expect(Buffer.compare(found[index]!, bytes.subarray(offset, offset + length))).toBe(0);
      }
    }
    expect(await read.read(bytes.length, 0)).toHaveLength(0);
  });

  it('joins what is asked for together and lies close, and keeps apart what does not', async () => {
    const { read, requests } = over();
    await Promise.all([read.read(100, 10), read.read(2900, 200), read.read(5100, 10), read.read(50_000, 1500)]);
    expect(requests.map(({ offset, length }) => [offset, length])).toEqual([
      [0, 6000],
      [50_000, 2000],
    ]);
    await Promise.all([read.read(0, 900), read.read(3000, 900)]);
    expect(requests).toHaveLength(2);
  });

  it('asks for no longer ranges than it may, and ends at the end of the object', async () => {
    const { read, requests } = over();
    await Promise.all(Array.from({ length: 20 }, (_, at) => read.read(at * 1000, 10)));
    expect(requests.map(({ length }) => length)).toEqual([8000, 8000, 4000]);
    await read.read(100_400, 100);
    expect(requests.at(-1)).toMatchObject({ offset: 100_000, length: 500 });
  });

  it('keeps only so many blocks, those used last', async () => {
    const { read, requests } = over(bytes, { ...LIMITS, keptBlocks: 2, gapBlocks: 0 });
    for (const offset of [0, 10_000, 0, 20_000]) await read.read(offset, 10);
    expect(requests).toHaveLength(3);
    await read.read(0, 10);
    expect(requests).toHaveLength(3);
    await read.read(10_000, 10);
    expect(requests).toHaveLength(4);
  });

  it('hands out memory of its own', async () => {
    const { read } = over();
    (await read.read(0, 4)).fill(99);
    expect([...(await read.read(0, 4))]).toEqual([...bytes.subarray(0, 4)]);
  });

  it('gives a range up when all have left it, and not before', async () => {
    const { read, requests } = over();
    const [first, second] = [new AbortController(), new AbortController()];
    const reads = [read.read(0, 10, first.signal), read.read(500, 10, second.signal)];
    const ends = reads.map((one) => one.catch((error: unknown) => error));
    await new Promise((resolve) => setImmediate(resolve));
    first.abort(new Error('first left'));
    expect(await ends[0]).toMatchObject({ message: 'first left' });
    expect(requests[0]?.signal?.aborted).toBe(false);
    second.abort(new Error('second left'));
    expect(await ends[1]).toMatchObject({ message: 'second left' });
    expect(requests[0]?.signal?.aborted).toBe(true);
    // Whoever comes now is not told that others left.
    expect(await read.read(0, 4)).toHaveLength(4);
    expect(requests).toHaveLength(2);
    await expect(read.read(0, 4, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  it('leaving before the request was sent leaves the others theirs', async () => {
    const { read, requests } = over();
    const leaving = new AbortController();
    const left = read.read(0, 10, leaving.signal).catch((error: unknown) => error);
    const stays = read.read(100, 10);
    leaving.abort(new Error('left'));
    expect(await left).toMatchObject({ message: 'left' });
    expect(await stays).toHaveLength(10);
    expect(requests).toHaveLength(1);
  });

  it('remembers no failure', async () => {
    const { read, fail } = over();
    fail(new Error('down'));
    await expect(Promise.all([read.read(0, 10), read.read(400, 10)])).rejects.toThrow('down');
    fail(null);
    expect(await read.read(0, 10)).toHaveLength(10);
  });

  it.each([
    [-1, 5],
    [100_500, 1],
    [0, 200_000],
    [Number.NaN, 1],
  ])('refuses offset %d with length %d', async (offset, length) => {
    await expect(over().read.read(offset, length)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
  });
});

describe('a slide in a store of requests', () => {
  it.each(VENDOR_SLIDES)('$name opens and shows its first tiles with few of them', async ({ build }) => {
    const { source, requests } = slowStore(await build());
    const slide = await openSlide(new ReadAhead().over(source));
    const { columns, rows } = slide.description.levels[0]!;
    await Promise.all(
      Array.from({ length: Math.min(20, columns * rows) }, (_, at) =>
        slide.tile(0, at % columns, Math.floor(at / columns)),
      ),
    );
    await slide.close();
    // These are small files; without reading ahead it is 20 to 200.
    expect(requests.length).toBeLessThanOrEqual(3);
  });

  it('a screen of a large slide takes a request for each row of it at most', async () => {
    const columns = 200;
    const tile = 64;
    // 12 kB each, as a scanner's, row by row: neighbours in a row are neighbours in the file.
    const data = Array.from({ length: columns * 40 }, () => new Uint8Array(tile * tile * 3));
    const page: SamplePage = {
      fields: pictureFields({ width: columns * tile, height: 40 * tile, tile }),
      segments: { kind: 'tiles', data },
    };
    const { source, requests } = slowStore(tiffSample([page]));
    const slide = await openSlide(new ReadAhead().over(source));
    expect(requests.length).toBeLessThanOrEqual(4);
    requests.length = 0;
    await Promise.all(Array.from({ length: 20 }, (_, at) => slide.tile(0, 90 + (at % 5), 18 + Math.floor(at / 5))));
    expect(requests.length).toBeLessThanOrEqual(4);
    expect(requests.length).toBeGreaterThan(0);
    await slide.close();
  });
});
