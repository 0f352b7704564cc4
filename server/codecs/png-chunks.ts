/** Puts resolution and colour profile into a PNG (ISO/IEC 15948) without touching its pixels. */

import { crc32 } from 'node:zlib';
import { withIccProfile } from './embedded-profile.ts';

const SIGNATURE_BYTES = 8;
/** Chunks of the encoder's own that ours replace. */
const REPLACED = new Set(['pHYs', 'iCCP', 'sRGB', 'gAMA', 'cHRM']);
const METRE = 1;
const MOST_UNSIGNED = 0xffff_ffff;

/**
 * The PNG with a pHYs chunk (section 11.3.5.3) for pixels of `mpp` µm and an iCCP chunk, each where there is something to
 * say. A resolution the chunk cannot hold is left out.
 */
export function annotatePng(
  png: Uint8Array,
  {
    mpp,
    iccProfile,
  }: {
    readonly mpp: { readonly x: number; readonly y: number } | null;
    readonly iccProfile: Uint8Array | null;
  },
): Uint8Array {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const pieces: Uint8Array[] = [bytes.subarray(0, SIGNATURE_BYTES)];
  for (let at = SIGNATURE_BYTES; at < bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (!REPLACED.has(name)) pieces.push(bytes.subarray(at, end));
    if (name === 'IHDR') pieces.push(...physicalSize(mpp));
    at = end;
  }
  const plain = Buffer.concat(pieces);
  return iccProfile === null ? plain : withIccProfile({ bytes: plain, mediaType: 'image/png' }, iccProfile);
}

function physicalSize(mpp: { readonly x: number; readonly y: number } | null): Uint8Array[] {
  if (mpp === null) return [];
  const [x, y] = [Math.round(1e6 / mpp.x), Math.round(1e6 / mpp.y)];
  if (x < 1 || y < 1 || x > MOST_UNSIGNED || y > MOST_UNSIGNED) return [];
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(x, 8);
  chunk.writeUInt32BE(y, 12);
  chunk.writeUInt8(METRE, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return [chunk];
}
