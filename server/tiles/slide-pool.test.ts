import { describe, expect, it } from 'vitest';
import { decodeHere } from '#server/codecs/slide-decoding.ts';
import { type ByteSource, memorySource } from '#server/slides/source.ts';
import { plainPage, tiffSample } from '#server/slides/tiff-sample.ts';
import { createSlidePool, type SlidePool } from './slide-pool.ts';

const bytes = tiffSample([plainPage(64, 64, 32)]);

function countedPool(maxOpen: number, content: (ref: string) => Uint8Array = () => bytes) {
  const opened: string[] = [];
  const closed: string[] = [];
  const pool = createSlidePool({
    maxOpen,
    decoder: decodeHere,
    async open(ref): Promise<ByteSource> {
      opened.push(ref);
      return {
        ...memorySource(content(ref)),
        async close() {
          closed.push(ref);
        },
      };
    },
  });
  return { pool, opened, closed };
}

const touch = (pool: SlidePool, ref: string): Promise<number> =>
  pool.use(ref, undefined, async (slide) => slide.description.width);

describe('createSlidePool', () => {
  it('opens a slide once, also for many at the same moment', async () => {
    const { pool, opened } = countedPool(2);
    await Promise.all(Array.from({ length: 20 }, () => touch(pool, 'a')));
    await touch(pool, 'a');
    expect(opened).toEqual(['a']);
    await pool.close();
  });

  it('closes the least recently used slide when there are too many', async () => {
    const { pool, opened, closed } = countedPool(2);
    for (const ref of ['a', 'b', 'a', 'c']) await touch(pool, ref);
    expect(closed).toEqual(['b']);
    await touch(pool, 'b');
    expect(closed).toEqual(['b', 'a']);
    expect(opened).toEqual(['a', 'b', 'c', 'b']);
    expect(pool.openSlides).toBe(2);
    await pool.close();
    expect(closed.sort()).toEqual(['a', 'b', 'b', 'c']);
  });

  it('never closes a slide that is in use', async () => {
    const { pool, closed } = countedPool(1);
    await pool.use('a', undefined, async (slide) => {
      for (const ref of ['b', 'c', 'd']) await touch(pool, ref);
      expect(closed).not.toContain('a');
      await slide.tile(0, 0, 0);
    });
    expect(pool.openSlides).toBe(1);
    await pool.close();
    expect(closed.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('waits for the work under way before it closes, and refuses new work', async () => {
    const { pool, closed } = countedPool(1);
    let finish = (): void => {};
    const work = pool.use('a', undefined, () => new Promise<void>((resolve) => (finish = resolve)));
    await touch(pool, 'a');
    const closing = pool.close();
    await expect(touch(pool, 'a')).rejects.toThrow('closed');
    expect(closed).toEqual([]);
    finish();
    await Promise.all([work, closing]);
    expect(closed).toEqual(['a']);
  });

  it('closes the source of a file that is no slide, and tries again next time', async () => {
    let content: Uint8Array = Buffer.alloc(50);
    const { pool, opened, closed } = countedPool(2, () => content);
    await expect(touch(pool, 'a')).rejects.toThrow(expect.objectContaining({ code: 'SLIDE_FORMAT_UNSUPPORTED' }));
    expect(closed).toEqual(['a']);
    content = bytes;
    expect(await touch(pool, 'a')).toBe(64);
    expect(opened).toEqual(['a', 'a']);
    await pool.close();
  });

  it('passes on a failure to open and a failure of the work, and frees the slide', async () => {
    const failing = createSlidePool({
      maxOpen: 1,
      decoder: decodeHere,
      open: () => Promise.reject(new Error('storage is away')),
    });
    await expect(touch(failing, 'a')).rejects.toThrow('storage is away');
    const { pool, closed } = countedPool(1);
    await expect(pool.use('a', undefined, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await touch(pool, 'b');
    expect(closed).toEqual(['a']);
    await pool.close();
  });

  it('opens nothing for an aborted signal', async () => {
    const { pool, opened } = countedPool(1);
    await expect(pool.use('a', AbortSignal.abort(new Error('left')), async () => 1)).rejects.toThrow('left');
    expect(opened).toEqual([]);
    await pool.close();
  });

  it('leaks no source when everybody leaves an opening that then succeeds', async () => {
    const gates: (() => void)[] = [];
    const closed: number[] = [];
    let count = 0;
    const pool = createSlidePool({
      maxOpen: 4,
      decoder: decodeHere,
      async open() {
        const number = count++;
        await new Promise<void>((resolve) => gates.push(resolve));
        const source = memorySource(bytes);
        // Deaf to the signal, as a store may be.
        return {
          sizeBytes: source.sizeBytes,
          read: (offset, length) => source.read(offset, length),
          async close() {
            closed.push(number);
          },
        };
      },
    });
    const leaving = new AbortController();
    const first = pool.use('a', leaving.signal, async () => 'first');
    leaving.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    const second = pool.use('a', undefined, async () => 'second');
    for (const open of gates) open();
    expect(await second).toBe('second');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await pool.close();
    expect(closed.sort()).toEqual([0, 1]);
  });
});
