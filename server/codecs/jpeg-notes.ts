/** Puts resolution and colour profile into a JPEG without touching its pixels. */

import { MOST_EMBEDDED_BYTES, withIccProfile } from './embedded-profile.ts';
import { MARKER, parseJpegHeader } from './jpeg.ts';

const PER_CENTIMETRE = 2;
const APP0 = 0xe0;

/**
 * The JPEG with a JFIF header (T.871 section 10.1) that states the density of pixels of `mpp` µm, and with the profile.
 * Densities are whole px per cm up to 65,535, so that a resolution finer than 0.1526 µm is left out, as is a profile
 * larger than a JPEG can hold. The picture must carry no profile yet.
 */
export function annotateJpeg(
  jpeg: Uint8Array,
  {
    mpp,
    iccProfile,
  }: {
    readonly mpp: { readonly x: number; readonly y: number } | null;
    readonly iccProfile: Uint8Array | null;
  },
): Uint8Array {
  const { segments, end } = parseJpegHeader(jpeg);
  const kept = segments.filter(({ marker }) => marker !== APP0).map(({ start, end: to }) => jpeg.subarray(start, to));
  const profiled = Buffer.concat([Uint8Array.of(0xff, MARKER.soi), ...kept, jpeg.subarray(end)]);
  const fits = iccProfile !== null && iccProfile.length <= MOST_EMBEDDED_BYTES;
  const whole = fits ? withIccProfile({ bytes: profiled, mediaType: 'image/jpeg' }, iccProfile) : profiled;
  return Buffer.concat([whole.subarray(0, 2), jfif(mpp), whole.subarray(2)]);
}

function jfif(mpp: { readonly x: number; readonly y: number } | null): Uint8Array {
  const segment = Buffer.from([0xff, APP0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 0, 0, 1, 0, 1, 0, 0]);
  if (mpp === null) return segment;
  const [x, y] = [Math.round(1e4 / mpp.x), Math.round(1e4 / mpp.y)];
  if (x < 1 || y < 1 || x > 0xffff || y > 0xffff) return segment;
  segment.writeUInt8(PER_CENTIMETRE, 11);
  segment.writeUInt16BE(x, 12);
  segment.writeUInt16BE(y, 14);
  return segment;
}
