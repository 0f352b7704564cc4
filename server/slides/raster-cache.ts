/**
 * Decoded strips and images that several tiles are made of, kept for a moment. One cache for all slides, so that its
 * size does not grow with the number of slides open.
 */

/** Enough for the images around one viewport; what is shown twice comes from the caches of tiles. */
const MOST_BYTES = 48 * 1024 * 1024;

interface Kept {
  readonly value: Promise<unknown>;
  bytes: number;
}

const kept = new Map<string, Kept>();
let keptBytes = 0;
let owners = 0;

/** A part of the cache under keys of its own. */
export interface RasterCache<Value> {
  /** The value under `key`, made when it is not there; a failure is not kept. `make` must not depend on a caller's signal. */
  get(key: number, make: () => Promise<Value>): Promise<Value>;
}

/** A new part for values of `bytesOf` bytes. */
export function createRasterCache<Value>(bytesOf: (value: Value) => number): RasterCache<Value> {
  const owner = owners++;
  return {
    get(key, make) {
      const name = `${owner} ${key}`;
      const present = kept.get(name);
      if (present !== undefined) {
        kept.delete(name);
        kept.set(name, present);
        return present.value as Promise<Value>;
      }
      const value = make();
      const entry: Kept = { value, bytes: 0 };
      kept.set(name, entry);
      value.then(
        (made) => {
          if (kept.get(name) !== entry) return;
          entry.bytes = bytesOf(made);
          keptBytes += entry.bytes;
          makeRoom();
        },
        () => {
          if (kept.get(name) === entry) kept.delete(name);
        },
      );
      return value;
    },
  };
}

function makeRoom(): void {
  for (const [name, { bytes }] of kept) {
    if (keptBytes <= MOST_BYTES) return;
    // Those still being made have no size yet and stay.
    if (bytes === 0) continue;
    kept.delete(name);
    keptBytes -= bytes;
  }
}
