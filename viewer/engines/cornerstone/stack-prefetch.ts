import { budgetBytes, isCached, type LoadableFrame, loadFrame, onCacheChange } from './frame-loader.ts';
import { nextToLoad } from './prefetch-order.ts';

/** Loads the rest of a series in the background: what the reader is likely to scroll to comes first. */
export interface StackPrefetch {
  /** Where the reader is and which way he went (−1, 1). */
  setPlace(index: number, direction: number): void;
  loadedCount(): number;
  isLoaded(index: number): boolean;
  dispose(): void;
}

/** Asked for at once; the queue decides how many of them run. */
const PARALLEL = 4;
/** Of the memory for pixels, shared by the open stacks: prefetching never drives out what it has just loaded. */
const BUDGET_SHARE = 0.8;
let openStacks = 0;

export function createStackPrefetch(frames: readonly LoadableFrame[], onProgress: () => void): StackPrefetch {
  const indexOf = new Map(frames.map(({ url }, index) => [url, index]));
  const loaded = new Set<number>();
  const tried = new Set<number>();
  const ending = new AbortController();
  let running = 0;
  let place: number | null = null;
  let direction = 1;
  openStacks += 1;

  /** How many frames around the reader are kept ready. */
  const reach = (): number => {
    const largest = Math.max(1, ...frames.slice(0, 1).map(({ description }) => bytesOf(description)));
    return Math.max(1, Math.floor((budgetBytes * BUDGET_SHARE) / openStacks / largest));
  };
  const fill = (): void => {
    const within = reach();
    while (!ending.signal.aborted && place !== null && running < PARALLEL) {
      const index = nextToLoad(frames.length, place, direction, (i) => loaded.has(i) || tried.has(i), within);
      const frame = index === null ? undefined : frames[index];
      if (index === null || frame === undefined) return;
      tried.add(index);
      running += 1;
      // A failure shows itself when the reader comes to the image; here it is only not loaded.
      loadFrame(frame, 'prefetch', ending.signal)
        .catch(() => undefined)
        .finally(() => {
          running -= 1;
          fill();
        });
    }
  };
  for (const [url, index] of indexOf) if (isCached(url)) loaded.add(index);
  const stop = onCacheChange((url, present) => {
    const index = indexOf.get(url);
    if (index === undefined) return;
    if (present) loaded.add(index);
    else {
      loaded.delete(index);
      // It may be wanted again when the reader comes back.
      tried.delete(index);
    }
    onProgress();
  });

  return {
    setPlace(index, towards) {
      place = index;
      direction = towards;
      fill();
    },
    loadedCount: () => loaded.size,
    isLoaded: (index) => loaded.has(index),
    dispose() {
      if (ending.signal.aborted) return;
      openStacks -= 1;
      ending.abort(new DOMException('The series was closed', 'AbortError'));
      stop();
    },
  };
}

function bytesOf({ rows, columns, isColor, bitsAllocated }: LoadableFrame['description']): number {
  return rows * columns * (isColor ? 3 : Math.ceil(bitsAllocated / 8));
}
