/**
 * Decoded frames in memory, never more bytes than the budget: those that were asked for longest ago go first. One for
 * the whole page, so that viewports of the same series share their frames.
 */
export interface FrameCache<Image> {
  /** The image under this key, which thereby counts as used now. */
  get(key: string): Image | undefined;
  has(key: string): boolean;
  /** Keeps an image; an image larger than the whole budget is not kept. */
  put(key: string, image: Image, bytes: number): void;
  drop(key: string): void;
  bytes(): number;
  /** Calls back when images came or went; returns the way to stop it. */
  onChange(listener: (key: string, present: boolean) => void): () => void;
}

export function createFrameCache<Image>(budgetBytes: number): FrameCache<Image> {
  /** In the order of their last use. */
  const entries = new Map<string, { readonly image: Image; readonly bytes: number }>();
  const listeners = new Set<(key: string, present: boolean) => void>();
  let held = 0;

  const tell = (key: string, present: boolean): void => {
    for (const listener of listeners) listener(key, present);
  };
  const drop = (key: string): void => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    held -= entry.bytes;
    tell(key, false);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.image;
    },
    has: (key) => entries.has(key),
    put(key, image, bytes) {
      drop(key);
      if (bytes > budgetBytes) return;
      for (const oldest of entries.keys()) {
        if (held + bytes <= budgetBytes) break;
        drop(oldest);
      }
      entries.set(key, { image, bytes });
      held += bytes;
      tell(key, true);
    },
    drop,
    bytes: () => held,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const MEBIBYTE = 1024 * 1024;

/**
 * Bytes of pixels a page may hold: a quarter of the memory the device says it has (`navigator.deviceMemory`, GiB),
 * between 256 MiB and 2 GiB; 768 MiB where it does not say.
 */
export function cacheBudget(deviceGibibytes: number | null): number {
  return Math.min(2048, Math.max(256, (deviceGibibytes ?? 3) * 256)) * MEBIBYTE;
}
