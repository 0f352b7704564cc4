import { cache, imageLoader, type Types } from '@cornerstonejs/core';
import { createImage } from '@cornerstonejs/dicom-image-loader';
import type { FrameDescription } from './frame-description.ts';
import { FrameFailure, failureOf } from './frame-failure.ts';
import { describedFrame } from './frame-metadata.ts';
import { fetchFrame } from './frame-response.ts';
import { withStatedColor } from './jpeg-color.ts';
import { isNative } from './native-frame.ts';
import { nativeImage } from './native-image.ts';

/**
 * Our own loader: unlike the package's it can be aborted, gives up after a time, reads single-part answers, and says
 * in a sentence what went wrong. Decoding is the package's, in its workers.
 */
const SCHEME = 'consilium';
const FETCH_TIMEOUT_MS = 30_000;
const DECODE_TIMEOUT_MS = 30_000;
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

interface Load {
  readonly controller: AbortController;
}

const loads = new Map<string, Load>();
/** Modality values by image: as decoded, before a renderer changes them for its own ends, or computed when first asked. */
const modalityValues = new WeakMap<object, ArrayLike<number>>();

export function imageIdOf(url: string): string {
  return `${SCHEME}:${url}`;
}

/** Registers the scheme; once a page. */
export function registerFrameLoader(): void {
  imageLoader.registerImageLoader(SCHEME, loadFrame as unknown as Types.ImageLoaderFn);
}

/** Modality values of a decoded monochrome image (HU for CT), row by row. */
export function modalityValuesOf(image: Types.IImage): ArrayLike<number> {
  const known = modalityValues.get(image);
  if (known !== undefined) return known;
  const stored = (image.voxelManager?.getScalarData() ?? []) as ArrayLike<number>;
  const { slope, intercept } = image;
  if (slope === 1 && intercept === 0) return stored;
  const values = Float64Array.from(stored, (value) => value * slope + intercept);
  modalityValues.set(image, values);
  return values;
}

/** Ends the loading of an image that nobody waits for any more. */
export function abortLoad(imageId: string): void {
  loads.get(imageId)?.controller.abort(new DOMException('No longer wanted', 'AbortError'));
}

/** Loads an image into the cache; the same load is shared by all who ask. Rejects with a FrameFailure. */
export async function loadIntoCache(imageId: string, useRgba: boolean): Promise<Types.IImage> {
  return imageLoader.loadAndCacheImage(imageId, { useRGBA: useRgba } as never);
}

/** Drops a cached image, so that the next wish for it loads it anew. */
export function dropFromCache(imageId: string): void {
  abortLoad(imageId);
  if (cache.getImageLoadObject(imageId) !== undefined) cache.removeImageLoadObject(imageId, { force: true });
}

function loadFrame(imageId: string, options: { readonly useRGBA?: boolean } = {}): Types.IImageLoadObject {
  const controller = new AbortController();
  loads.set(imageId, { controller });
  const promise = load(imageId, options.useRGBA ?? false, controller.signal)
    .catch((error: unknown) => {
      throw controller.signal.aborted ? new FrameFailure('Loading was given up.') : failureOf(error);
    })
    .finally(() => {
      if (loads.get(imageId)?.controller === controller) loads.delete(imageId);
    });
  return { promise, cancelFn: () => controller.abort() };
}

async function load(imageId: string, useRGBA: boolean, signal: AbortSignal): Promise<Types.IImage> {
  const description = describedFrame(imageId);
  if (description === undefined) throw new FrameFailure('This image is not part of the open series.');
  const timeout = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const { bytes, transferSyntaxUid } = await fetchFrame(
    imageId.slice(SCHEME.length + 1),
    description.decodedByServer ? 'native' : 'stored',
    AbortSignal.any([signal, timeout]),
  );
  if (description.photometricInterpretation === 'PALETTE COLOR' && description.palette === null) {
    throw new FrameFailure('The colour table of this image cannot be read.');
  }
  if (isNative(transferSyntaxUid)) {
    const { image, exactValues } = nativeImage(imageId, bytes, asSent(description), useRGBA);
    if (exactValues !== null) modalityValues.set(image, exactValues);
    return image;
  }
  const coded =
    transferSyntaxUid === JPEG_BASELINE ? withStatedColor(bytes, description.photometricInterpretation) : bytes;
  // Its own copy: the decoder needs even addresses, which a part in the middle of a body need not have.
  const aligned = coded.byteOffset % 4 === 0 ? coded : coded.slice();
  const image = await withinTime(
    createImage(imageId, aligned as never, transferSyntaxUid, { useRGBA, preScale: { enabled: true } } as never),
    DECODE_TIMEOUT_MS,
  );
  const decoded = image as unknown as Types.IImage;
  if (decoded.rows !== description.rows || decoded.columns !== description.columns) {
    throw new FrameFailure('The image has another size than its header says.');
  }
  const values = decoded.voxelManager?.getScalarData();
  if (values !== undefined && !decoded.color) modalityValues.set(decoded, values as ArrayLike<number>);
  return decoded;
}

/** Decoding undoes the colour transform of the coding (PS3.5 section 8.2): what the server has decoded is RGB, pixel by pixel. */
function asSent(description: FrameDescription): FrameDescription {
  const { decodedByServer, samplesPerPixel } = description;
  if (!decodedByServer || samplesPerPixel === 1) return description;
  return { ...description, photometricInterpretation: 'RGB', planarConfiguration: 0 };
}

/** A decoder that is fed with nonsense may never answer. */
async function withinTime<T>(work: PromiseLike<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FrameFailure('This image could not be decoded in time.')), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
