/** A mask of one frame as the lengths of its runs: compact, comparable as text, and the same text for the same mask. */
import { decodeBase64, encodeBase64 } from '#shared/dicom/base64.ts';

/** One byte a pixel, row by row: 0 outside, 1 inside. */
export type Mask = Uint8Array<ArrayBuffer>;

/**
 * The runs of a mask as text: lengths of pixels outside and inside in turns, beginning outside, up to the last pixel
 * inside; each length seven bits a byte, lowest first, in base64 without padding. An empty mask is the empty text.
 */
export function encodeMask(mask: Uint8Array): string {
  const bytes: number[] = [];
  let [inside, length] = [0, 0];
  for (let place = 0; place < mask.length; place += 1) {
    if ((mask[place] === 0 ? 0 : 1) !== inside) {
      pushLength(bytes, length);
      inside = 1 - inside;
      length = 0;
    }
    length += 1;
  }
  if (inside === 1) pushLength(bytes, length);
  return encodeBase64(Uint8Array.from(bytes)).replace(/=+$/, '');
}

function pushLength(bytes: number[], length: number): void {
  let rest = length;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

/**
 * The mask of `pixels` pixels; null for a text that `encodeMask` does not write: not base64, runs of no length, too
 * many pixels, or an odd run at the end.
 */
export function decodeMask(text: string, pixels: number): Mask | null {
  const runs = readRuns(text);
  if (runs === null) return null;
  const mask = new Uint8Array(pixels);
  let at = 0;
  for (const [place, length] of runs.entries()) {
    if (at + length > pixels) return null;
    if (place % 2 === 1) mask.fill(1, at, at + length);
    at += length;
  }
  return mask;
}

/** How many pixels lie inside; null where `decodeMask` gives none. */
export function countInside(text: string, pixels: number): number | null {
  const runs = readRuns(text);
  if (runs === null || runs.reduce((sum, length) => sum + length, 0) > pixels) return null;
  return runs.reduce((sum, length, place) => (place % 2 === 1 ? sum + length : sum), 0);
}

/** Lengths in turns, an even number of them; null for what is not canonical. */
function readRuns(text: string): number[] | null {
  const bytes = /^[A-Za-z0-9+/]*$/.test(text) ? decodeBase64(text) : null;
  if (bytes === null || encodeBase64(bytes).replace(/=+$/, '') !== text) return null;
  const runs: number[] = [];
  let [length, scale, open] = [0, 1, false];
  for (const byte of bytes) {
    length += (byte & 0x7f) * scale;
    if (length > 0x7fffffff) return null;
    open = byte >= 0x80;
    scale *= 0x80;
    if (open) continue;
    // A length has no leading zeros, and only the first run may be empty.
    if ((byte === 0 && scale > 0x80) || (length === 0 && runs.length > 0)) return null;
    runs.push(length);
    [length, scale] = [0, 1];
  }
  return open || runs.length % 2 === 1 ? null : runs;
}
