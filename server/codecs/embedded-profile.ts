/** ICC profiles inside finished pictures, so that whoever shows them manages their colours; pixels are not touched. */

import { crc32, deflateSync } from 'node:zlib';
import { MARKER } from './jpeg.ts';

/** What one APP2 segment holds besides its own head (ICC.1 Annex B.4). */
const SEGMENT_BYTES = 0xffff - 2 - 14;
/** The number of a segment is one byte. */
export const MOST_EMBEDDED_BYTES = SEGMENT_BYTES * 255;

/**
 * The picture with the profile in it: JPEG in APP2 segments behind SOI (ICC.1 Annex B.4), PNG in an iCCP chunk behind its
 * header (ISO/IEC 15948 section 11.3.3.3). The picture must hold none. Throws RangeError for a profile of more than
 * MOST_EMBEDDED_BYTES.
 */
export function withIccProfile(
  picture: { readonly bytes: Uint8Array; readonly mediaType: 'image/jpeg' | 'image/png' },
  profile: Uint8Array,
): Uint8Array {
  const { bytes, mediaType } = picture;
  if (mediaType === 'image/png') {
    const afterHeader = 8 + 25;
    return Buffer.concat([bytes.subarray(0, afterHeader), pngChunk(profile), bytes.subarray(afterHeader)]);
  }
  return Buffer.concat([bytes.subarray(0, 2), ...jpegSegments(profile), bytes.subarray(2)]);
}

function jpegSegments(profile: Uint8Array): Uint8Array[] {
  if (profile.length > MOST_EMBEDDED_BYTES) throw new RangeError('The ICC profile does not fit into a JPEG.');
  const count = Math.max(1, Math.ceil(profile.length / SEGMENT_BYTES));
  return Array.from({ length: count }, (_, index) => {
    const part = profile.subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES);
    const length = 2 + 14 + part.length;
    const head = Buffer.from([0xff, MARKER.app2, length >> 8, length & 0xff]);
    return Buffer.concat([head, Buffer.from('ICC_PROFILE\0', 'latin1'), Uint8Array.of(index + 1, count), part]);
  });
}

function pngChunk(profile: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(profile)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
