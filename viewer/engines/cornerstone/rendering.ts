import {
  cache,
  Enums,
  getRenderingCapabilities,
  imageLoadPoolManager,
  imageRetrievalPoolManager,
  init,
} from '@cornerstonejs/core';
import { init as initImageLoader } from '@cornerstonejs/dicom-image-loader';
import { FrameFailure } from './frame-failure.ts';
import { registerFrameLoader } from './frame-loader.ts';
import { registerFrameMetadata } from './frame-metadata.ts';

export interface Rendering {
  /** Drawn by the processor: where the graphics are emulated that is faster (measured 38 against 56 ms a slice). */
  readonly onProcessor: boolean;
}

const MEBIBYTE = 1024 * 1024;
const STORED_CHOICE = 'consilium.rendering';

let started: Rendering | undefined;

/**
 * Starts the library, once a page: a second start would throw away the cache. The loader must come before any
 * metadata, since its start purges them.
 */
export function startRendering(): Rendering {
  if (started !== undefined) return started;
  const onProcessor = drawsOnProcessor();
  init({ debug: { statsOverlay: false }, rendering: { webGlContextCount: 1, useCPURendering: onProcessor } } as never);
  cache.setMaxCacheSize(cacheBytes());
  initImageLoader({ maxWebWorkers: Math.min(4, Math.max(1, navigator.hardwareConcurrency - 1)) });
  registerFrameLoader();
  registerFrameMetadata();
  for (const pool of [imageLoadPoolManager, imageRetrievalPoolManager]) {
    pool.setMaxSimultaneousRequests(Enums.RequestType.Interaction, 6);
    pool.setMaxSimultaneousRequests(Enums.RequestType.Prefetch, 4);
  }
  // Whoever asked for the image shows the failure; the library lets the same rejection escape once more.
  window.addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof FrameFailure) event.preventDefault();
  });
  started = { onProcessor };
  return started;
}

/** The reader's own choice (`processor` or `graphics` under `consilium.rendering`), else by what the machine has. */
function drawsOnProcessor(): boolean {
  const chosen = window.localStorage.getItem(STORED_CHOICE);
  if (chosen === 'processor') return true;
  const { webgl, softwareRasterizer } = getRenderingCapabilities();
  return !webgl || (chosen !== 'graphics' && softwareRasterizer);
}

/** A quarter of what the device says it has, between 256 MiB and 2 GiB; 768 MiB where it does not say. */
function cacheBytes(): number {
  const gibibytes = 'deviceMemory' in navigator ? Number(navigator.deviceMemory) : 3;
  return Math.min(2048, Math.max(256, gibibytes * 256)) * MEBIBYTE;
}
