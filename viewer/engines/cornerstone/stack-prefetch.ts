import { cache, Enums, eventTarget } from '@cornerstonejs/core';
import { abortLoad, loadIntoCache } from './frame-loader.ts';
import { nextToLoad } from './prefetch-order.ts';

/** Loads the rest of a series in the background: what the reader is likely to scroll to comes first. */
export interface StackPrefetch {
  /** Where the reader is and which way he went (−1, 1). */
  setPlace(index: number, direction: number): void;
  loadedCount(): number;
  isLoaded(index: number): boolean;
  dispose(): void;
}

const PARALLEL = 4;
/** Prefetching never fills the cache so far that it evicts what it has just loaded. */
const CACHE_SHARE = 0.8;

export function createStackPrefetch(
  imageIds: readonly string[],
  useRgba: boolean,
  onProgress: () => void,
): StackPrefetch {
  const indexOf = new Map(imageIds.map((imageId, index) => [imageId, index]));
  const loaded = new Set<number>();
  const tried = new Set<number>();
  const running = new Set<number>();
  let place: number | null = null;
  let direction = 1;
  let disposed = false;

  const hasRoom = (): boolean => cache.getCacheSize() < cache.getMaxCacheSize() * CACHE_SHARE;
  const fill = (): void => {
    while (!disposed && place !== null && running.size < PARALLEL && hasRoom()) {
      const index = nextToLoad(imageIds.length, place, direction, (i) => loaded.has(i) || tried.has(i));
      const imageId = index === null ? undefined : imageIds[index];
      if (index === null || imageId === undefined) return;
      tried.add(index);
      running.add(index);
      // A failure shows itself when the reader comes to the image; here it is only not loaded.
      loadIntoCache(imageId, useRgba)
        .catch(() => undefined)
        .finally(() => {
          running.delete(index);
          fill();
        });
    }
  };
  const onAdded = (event: Event): void => {
    const index = indexOf.get(imageIdIn(event) ?? '');
    if (index === undefined) return;
    loaded.add(index);
    onProgress();
  };
  const onRemoved = (event: Event): void => {
    const index = indexOf.get(imageIdIn(event) ?? '');
    if (index === undefined) return;
    loaded.delete(index);
    onProgress();
  };
  for (const [imageId, index] of indexOf) if (cache.isLoaded(imageId)) loaded.add(index);
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, onAdded);
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, onRemoved);

  return {
    setPlace(index, towards) {
      place = index;
      direction = towards;
      fill();
    },
    loadedCount: () => loaded.size,
    isLoaded: (index) => loaded.has(index),
    dispose() {
      disposed = true;
      eventTarget.removeEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, onAdded);
      eventTarget.removeEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, onRemoved);
      for (const index of running) abortLoad(imageIds[index] ?? '');
    },
  };
}

/** Added: `detail.image.imageId`; removed: `detail.imageId`. */
function imageIdIn(event: Event): string | null {
  const detail: unknown = (event as CustomEvent<unknown>).detail;
  if (typeof detail !== 'object' || detail === null) return null;
  const source = 'image' in detail ? detail.image : detail;
  if (typeof source !== 'object' || source === null || !('imageId' in source)) return null;
  return typeof source.imageId === 'string' ? source.imageId : null;
}
