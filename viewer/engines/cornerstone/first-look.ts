import type { DecodePool } from './decode-pool.ts';
import type { FrameDescription } from './frame-description.ts';
import { FrameFailure } from './frame-failure.ts';
import type { FrameImage } from './frame-image.ts';
import { fetchRange, HTJ2K_RPCL } from './frame-response.ts';
import { monochromeSamples } from './native-frame.ts';

/**
 * A coarse image from the beginning of an HTJ2K code stream whose resolutions follow each other (RPCL, PS3.5 section
 * 8.2.15): enough to see what it is while the rest is on its way. It is marked as a preview and never measured on.
 */

/** Bytes of a first look; on 2 Mbit/s they take under half a second. */
export const FIRST_LOOK_BYTES = 96 * 1024;
/** The longer side of a first look, in pixels, at most: of 16 bits, it fits into those bytes however noisy it is. */
const FIRST_LOOK_SIDE = 200;

/** Resolutions to leave out, each half the size of the one before. */
export function levelsToLeave(rows: number, columns: number): number {
  let level = 0;
  while (Math.max(rows, columns) / 2 ** level > FIRST_LOOK_SIDE && level < 5) level += 1;
  return level;
}

/**
 * Of which frames a first look can be had: grey ones of at most 16 bits, which the server can code as HTJ2K. What a
 * shutter hides is hidden from the start: those wait for the whole image.
 */
export function hasFirstLook({ samplesPerPixel, photometricInterpretation, ...format }: FrameDescription): boolean {
  const { bitsAllocated, bitsStored, signed, rows, columns } = format;
  const fits = (bitsAllocated === 8 || bitsAllocated === 16) && !(signed && bitsStored <= 8);
  return (
    fits &&
    format.display.shutter === null &&
    samplesPerPixel === 1 &&
    photometricInterpretation !== 'PALETTE COLOR' &&
    rows * columns > 65_536
  );
}

/** @throws FrameFailure when the server sends no such stream; Error when it cannot be decoded */
export async function loadFirstLook(
  url: string,
  description: FrameDescription,
  pool: DecodePool,
  signal: AbortSignal,
): Promise<FrameImage> {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored } = description;
  const { bytes, transferSyntaxUid } = await fetchRange(url, FIRST_LOOK_BYTES, signal);
  if (transferSyntaxUid !== HTJ2K_RPCL) throw new FrameFailure('The server sends no first look of this image.');
  const level = levelsToLeave(rows, columns);
  const format = { rows, columns, samplesPerPixel, bitsAllocated };
  const coarse = await pool.decode({ coding: 'htj2k', bytes: bytes.slice(), format, level }, signal);
  const size = { rows: Math.ceil(rows / 2 ** level), columns: Math.ceil(columns / 2 ** level) };
  const samples = monochromeSamples(coarse, { ...description, ...size, highBit: bitsStored - 1 });
  return { ...size, isColor: false, samples, overlays: [] };
}
