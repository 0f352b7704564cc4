/**
 * Fewer and larger reads for stores where each one is a request (docs/decisions/0024): bytes come in whole blocks, blocks
 * asked for at the same moment and lying close together come in one range, and some are kept. A file needs none of this.
 */

import { AppError } from '#shared/errors.ts';
import { type ByteSource, isInside } from './source.ts';

export interface ReadAheadLimits {
  /** The least that is asked for; each range starts and ends at multiples of it. */
  readonly blockBytes: number;
  /** Blocks further apart than this come in ranges of their own. */
  readonly gapBlocks: number;
  /** The longest range. */
  readonly rangeBlocks: number;
  /** Blocks kept for all sources together. */
  readonly keptBlocks: number;
}

/** A request takes as long as a quarter of a megabyte, so that much more than a tile costs little more than the tile. */
export const READ_AHEAD: ReadAheadLimits = { blockBytes: 256 * 1024, gapBlocks: 1, rangeBlocks: 16, keptBlocks: 192 };

interface Range {
  readonly abort: AbortController;
  /** Readers who wait for a block of it. */
  waiting: number;
}

interface Block {
  readonly bytes: Promise<Uint8Array>;
  /** What brings it; null once it is here. */
  range: Range | null;
}

/** Wraps sources; what it keeps is shared by all of them. */
export class ReadAhead {
  readonly #limits: ReadAheadLimits;
  /** Blocks that are here, of all sources, the one used longest ago first; the value removes it from its source. */
  readonly #kept = new Map<Block, () => void>();

  constructor(limits: ReadAheadLimits = READ_AHEAD) {
    this.#limits = limits;
  }

  /**
   * The source read in blocks. Reads are as the source's own: exact, in memory of the caller, and aborted with his
   * signal; a range is given up when all who wait for it have left.
   */
  over(source: ByteSource): ByteSource {
    const { blockBytes, rangeBlocks } = this.#limits;
    const kept = this.#kept;
    const blocks = new Map<number, Block>();
    const wanted = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: unknown): void; block: Block }>();

    const flush = (): void => {
      const asked = [...wanted.keys()].sort((a, b) => a - b);
      for (const [first, last] of this.#rangesOf(asked)) {
        const inside = asked.filter((index) => index >= first && index <= last);
        const members = inside.flatMap((index) => wanted.get(index) ?? []);
        for (const index of inside) wanted.delete(index);
        const range: Range = { abort: new AbortController(), waiting: 0 };
        for (const { block } of members) {
          range.waiting += block.range?.waiting ?? 0;
          block.range = range;
        }
        if (range.waiting === 0) range.abort.abort(new AppError('STORAGE_UNAVAILABLE'));
        const offset = first * blockBytes;
        const length = Math.min((last + 1) * blockBytes, source.sizeBytes) - offset;
        source.read(offset, length, range.abort.signal).then(
          (bytes) => {
            for (const [at, { block, resolve }] of members.entries()) {
              const from = ((inside[at] ?? 0) - first) * blockBytes;
              // A copy: a block that is kept must not hold the memory of its whole range.
              resolve(bytes.slice(from, from + blockBytes));
              block.range = null;
              this.#keep(block, () => blocks.delete(inside[at] ?? 0));
            }
          },
          (error: unknown) => {
            for (const [at, { block, reject }] of members.entries()) {
              if (blocks.get(inside[at] ?? 0) === block) blocks.delete(inside[at] ?? 0);
              reject(error);
            }
          },
        );
      }
    };

    const blockAt = (index: number): Block => {
      const present = blocks.get(index);
      if (present !== undefined && present.range?.abort.signal.aborted !== true) {
        if (present.range === null) this.#touch(present);
        return present;
      }
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
      // Those who wait hear of it themselves.
      promise.catch(() => undefined);
      const block: Block = { bytes: promise, range: { abort: new AbortController(), waiting: 0 } };
      blocks.set(index, block);
      // Whatever is asked for in this turn of the loop can come together.
      if (wanted.size === 0) setImmediate(flush);
      wanted.set(index, { resolve, reject, block });
      return block;
    };

    return {
      sizeBytes: source.sizeBytes,
      async read(offset, length, signal) {
        signal?.throwIfAborted();
        if (!isInside(source, offset, length)) throw new AppError('BLOB_CORRUPT');
        // Whoever copies the object takes it in pieces that need no rounding and would push everything else out.
        if (length > blockBytes * rangeBlocks) return source.read(offset, length, signal);
        const first = Math.floor(offset / blockBytes);
        const last = length === 0 ? first - 1 : Math.floor((offset + length - 1) / blockBytes);
        const parts = Array.from({ length: last - first + 1 }, (_, at) => blockAt(first + at));
        const bytes = await joined(parts, signal);
        const target = new Uint8Array(length);
        for (const [at, part] of bytes.entries()) {
          const start = (first + at) * blockBytes;
          const from = Math.max(0, offset - start);
          target.set(part.subarray(from, Math.min(part.byteLength, offset + length - start)), start + from - offset);
        }
        return target;
      },
      async close() {
        for (const block of blocks.values()) kept.delete(block);
        blocks.clear();
        await source.close();
      },
    };
  }

  /** First and last of the blocks of each range. */
  #rangesOf(sorted: readonly number[]): [number, number][] {
    const { gapBlocks, rangeBlocks } = this.#limits;
    const ranges: [number, number][] = [];
    for (const index of sorted) {
      const open = ranges.at(-1);
      if (open !== undefined && index - open[1] <= gapBlocks + 1 && index - open[0] < rangeBlocks) open[1] = index;
      else ranges.push([index, index]);
    }
    return ranges;
  }

  #keep(block: Block, drop: () => void): void {
    this.#kept.set(block, drop);
    const [oldest] = this.#kept;
    if (this.#kept.size <= this.#limits.keptBlocks || oldest === undefined) return;
    this.#kept.delete(oldest[0]);
    oldest[1]();
  }

  #touch(block: Block): void {
    const drop = this.#kept.get(block);
    if (drop === undefined) return;
    this.#kept.delete(block);
    this.#kept.set(block, drop);
  }
}

/** Waits for all of them; one who leaves gives up the ranges nobody else waits for. */
async function joined(blocks: readonly Block[], signal: AbortSignal | undefined): Promise<Uint8Array[]> {
  const pending = blocks.filter((block) => block.range !== null);
  for (const { range } of pending) if (range !== null) range.waiting += 1;
  let isOver = false;
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    for (const { range } of pending) {
      if (range === null) continue;
      range.waiting -= 1;
      if (range.waiting === 0) range.abort.abort(signal?.reason);
    }
  };
  const { promise, reject } = Promise.withResolvers<never>();
  const gone = (): void => {
    leave();
    reject(signal?.reason);
  };
  signal?.addEventListener('abort', gone, { once: true });
  try {
    return await Promise.race([Promise.all(blocks.map(({ bytes }) => bytes)), promise]);
  } finally {
    isOver = true;
    signal?.removeEventListener('abort', gone);
  }
}
