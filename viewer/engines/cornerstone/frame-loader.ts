import { embeddedOverlays } from '#shared/dicom/overlay-drawing.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import { decodedPhotometric, keepsCells } from '#shared/dicom/transcoding.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { withSession } from '#viewer/engines/session-renewal.ts';
import { decodesInPage, isWhole, pageCodingOf } from './coded-frame.ts';
import { createDecodePool } from './decode-pool.ts';
import { hasFirstLook, loadFirstLook } from './first-look.ts';
import { cacheBudget, createFrameCache } from './frame-cache.ts';
import type { FrameDescription } from './frame-description.ts';
import { FrameFailure, failureOf } from './frame-failure.ts';
import type { FrameImage } from './frame-image.ts';
import { type FrameBytes, type FrameForm, fetchFrame } from './frame-response.ts';
import { withStatedColor } from './jpeg-color.ts';
import { createLinkSpeed, notePageLoad } from './link-speed.ts';
import { createLoadQueue, type LoadPriority } from './load-queue.ts';
import { colorPixels, isNative, monochromeSamples } from './native-frame.ts';

/**
 * Fetches, decodes and keeps frames for the whole page: the same frame is loaded once for all viewports, what is wanted
 * now goes first, and what nobody wants any more is aborted.
 */

/** A frame as the loader needs it; its address is its name. */
export interface LoadableFrame {
  readonly url: string;
  readonly description: FrameDescription;
}

/** A frame of 15 MB on 2 Mbit/s takes a minute. */
const FETCH_TIMEOUT_MS = 90_000;
/** Browsers open six connections to a server that speaks HTTP/1.1; two stay free for what is wanted now. */
const LIMITS = { parallel: 6, prefetches: () => (link.isSlowFor(SLICE_BYTES) ? 1 : 4) };
/** A slice of CT or MR: on a link that is slow for one, prefetching must not take it from the reader. */
const SLICE_BYTES = 512 * 512 * 2;

const memory = 'deviceMemory' in navigator ? Number(navigator.deviceMemory) : null;
/** Bytes of pixels this page may hold. */
export const budgetBytes = cacheBudget(memory);
const cache = createFrameCache<FrameImage>(budgetBytes);
const pool = createDecodePool(Math.min(4, Math.max(1, navigator.hardwareConcurrency - 1)));
const link = createLinkSpeed();
notePageLoad(link);
/** Of the frames that are being loaded. */
const descriptions = new Map<string, FrameDescription>();
const queue = createLoadQueue<FrameImage>(async (url, signal) => {
  const description = descriptions.get(url);
  descriptions.delete(url);
  if (description === undefined) throw new FrameFailure('This image is not part of the open series.');
  try {
    const image = await loadImage(url, description, signal);
    signal.throwIfAborted();
    cache.put(url, image, image.samples.byteLength);
    return image;
  } catch (error) {
    throw signal.aborted ? error : failureOf(error);
  }
}, LIMITS);

/** The frame if it is in memory. */
export function cachedFrame(url: string): FrameImage | undefined {
  return cache.get(url);
}

export function isCached(url: string): boolean {
  return cache.has(url);
}

/** Calls back when a frame came into memory or left it; returns the way to stop it. */
export function onCacheChange(listener: (url: string, present: boolean) => void): () => void {
  return cache.onChange(listener);
}

/** The next wish for this frame loads it anew. */
export function forgetFrame(url: string): void {
  cache.drop(url);
}

/** Rejects with a FrameFailure, or with the reason of `signal`. */
export function loadFrame(
  { url, description }: LoadableFrame,
  priority: LoadPriority,
  signal: AbortSignal,
): Promise<FrameImage> {
  const known = cache.get(url);
  if (known !== undefined) return Promise.resolve(known);
  descriptions.set(url, description);
  return queue.load(url, priority, signal);
}

/** Bytes of a frame as it is without compression; what is stored compressed is a third of it or less. */
function expectedBytes({ rows, columns, samplesPerPixel, bitsAllocated }: FrameDescription): number {
  return (rows * columns * samplesPerPixel * bitsAllocated) / 8;
}

/**
 * A coarse image of a frame that would keep the reader waiting, as fast as it can be had; null when the link is fast, or
 * there is none. Rejects only with the reason of `signal`.
 */
export async function firstLook({ url, description }: LoadableFrame, signal: AbortSignal): Promise<FrameImage | null> {
  if (!hasFirstLook(description) || !link.isSlowFor(expectedBytes(description))) return null;
  try {
    return await loadFirstLook(url, description, pool, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    // The whole image follows in any case, and says what is wrong.
    return null;
  }
}

async function loadImage(url: string, description: FrameDescription, signal: AbortSignal): Promise<FrameImage> {
  const { decodedByServer, transferSyntaxUid } = description;
  const slow = link.isSlowFor(expectedBytes(description));
  // What is stored uncompressed is a third of the size in HTJ2K, and no bit is lost; on a fast link decoding costs more.
  const isPlain = decodedByServer || !transferSyntaxOf(transferSyntaxUid).encapsulated;
  const small = slow && isPlain && hasFirstLook(description);
  const stored = await fetchMeasured(url, small ? 'small' : decodedByServer ? 'native' : 'stored', signal);
  if (isNative(stored.transferSyntaxUid)) {
    return imageOfNative(
      stored.bytes,
      decodedByServer ? asDecodedByServer(description, transferSyntaxUid) : description,
    );
  }
  if (decodesInPage(stored.transferSyntaxUid, description)) {
    const image = await decode(stored, description, signal).catch((error: unknown) => {
      if (signal.aborted || error instanceof FrameFailure) throw error;
      return null;
    });
    if (image !== null) return image;
  }
  // The server has decoders for everything it accepts.
  const decoded = await fetchMeasured(url, 'native', signal);
  if (!isNative(decoded.transferSyntaxUid)) throw new FrameFailure('This image could not be decoded.');
  return imageOfNative(decoded.bytes, asDecodedByServer(description, stored.transferSyntaxUid));
}

const isSignedOut = (error: unknown): boolean => error instanceof FrameFailure && error.status === 401;

/** A frame, again after a new sign-in; how long it took is remembered. */
function fetchMeasured(url: string, form: FrameForm, signal: AbortSignal): Promise<FrameBytes> {
  const fetchOnce = async (): Promise<FrameBytes> => {
    const began = performance.now();
    const frame = await fetchFrame(url, form, AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]));
    link.note(frame.bytes.byteLength, performance.now() - began);
    return frame;
  };
  return withSession(fetchOnce, isSignedOut, signal);
}

async function decode(
  { bytes, transferSyntaxUid }: FrameBytes,
  description: FrameDescription,
  signal: AbortSignal,
): Promise<FrameImage> {
  const coding = pageCodingOf(transferSyntaxUid);
  if (coding === null) throw new FrameFailure('This image could not be decoded.');
  if (!isWhole(bytes)) throw new FrameFailure('The server sent an image that is cut short.');
  const { photometricInterpretation, rows, columns, samplesPerPixel, bitsAllocated } = description;
  const stated = coding === 'jpeg-8' ? withStatedColor(bytes, photometricInterpretation) : bytes;
  const samples = await pool.decode(
    // A copy: the bytes are handed over to the worker.
    { coding, bytes: stated.slice(), format: { rows, columns, samplesPerPixel, bitsAllocated }, level: 0 },
    signal,
  );
  // The codecs give the stored bits in the low ones, whatever High Bit says of the uncompressed form.
  return imageOfNative(samples, asDecodedInPage(description));
}

/** @throws FrameFailure when there are too few bytes or no way to show them */
export function imageOfNative(bytes: Uint8Array, description: FrameDescription): FrameImage {
  const { columns, rows, isColor } = description;
  if (description.photometricInterpretation === 'PALETTE COLOR' && description.palette === null) {
    throw new FrameFailure('The colour table of this image cannot be read.');
  }
  const samples = isColor ? colorPixels(bytes, description) : monochromeSamples(bytes, description);
  return { columns, rows, isColor, samples, overlays: embeddedIn(bytes, description) };
}

/** Bits of the pixel words that hold no pixel may be overlays (retired, PS3.5-2004 section 8.1.2). */
function embeddedIn(bytes: Uint8Array, description: FrameDescription): readonly OverlayBits[] {
  const planes = description.display.overlays
    .map(({ plane }) => plane)
    .filter(({ place }) => place.kind === 'embedded');
  if (planes.length === 0) return [];
  const { bitsAllocated } = description;
  const whole = { ...description, bitsStored: bitsAllocated, highBit: bitsAllocated - 1, signed: false };
  return embeddedOverlays(monochromeSamples(bytes, whole), planes);
}

function asDecodedInPage(description: FrameDescription): FrameDescription {
  const { samplesPerPixel, bitsStored } = description;
  const low = { ...description, highBit: bitsStored - 1 };
  return samplesPerPixel === 1 ? low : { ...low, photometricInterpretation: 'RGB', planarConfiguration: 0 };
}

/** What the server says of frames it has decoded: the same functions tell it and us. */
function asDecodedByServer(description: FrameDescription, storedUid: string): FrameDescription {
  const { highBit, bitsStored } = description;
  return {
    ...description,
    highBit: keepsCells(storedUid) ? highBit : bitsStored - 1,
    photometricInterpretation: decodedPhotometric(description, storedUid),
  };
}
