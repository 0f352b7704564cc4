/** The lossless packings of TIFF tiles and strips, each unpacked to a length known beforehand and never beyond it. */

import { promisify } from 'node:util';
import { inflate, zstdDecompress } from 'node:zlib';
import { AppError } from '#shared/errors.ts';
import { decodeLzw } from './lzw.ts';

/** The numbers of tag Compression (TIFF 6.0 sections 3, 9, 13; TIFF Supplement 2; libtiff for Zstandard). */
export const PACKING = { none: 1, lzw: 5, deflate: 8, packBits: 32773, oldDeflate: 32946, zstd: 50000 } as const;

const inflateAsync = promisify(inflate);
const zstdAsync = promisify(zstdDecompress);

/** True when `unpackSegment` knows the compression. */
export function isPacking(compression: number): boolean {
  return (Object.values(PACKING) as number[]).includes(compression);
}

/**
 * Exactly `lengthBytes` bytes of a tile or strip. Bytes beyond are ignored, as every reader of TIFF does.
 * Errors: DOCUMENT_DAMAGED for damaged data and for data that unpacks to less.
 */
export async function unpackSegment(
  packed: Uint8Array,
  compression: number,
  lengthBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpacked = await unpack(packed, compression, lengthBytes);
  if (unpacked.byteLength < lengthBytes) {
    throw damaged(`it has ${unpacked.byteLength} bytes instead of ${lengthBytes}`);
  }
  // A copy of its own: predictors work in place and samples need alignment.
  return new Uint8Array(unpacked.subarray(0, lengthBytes));
}

async function unpack(packed: Uint8Array, compression: number, lengthBytes: number): Promise<Uint8Array> {
  switch (compression) {
    case PACKING.none:
      return packed;
    case PACKING.lzw:
      return decodeLzw(packed, lengthBytes);
    case PACKING.packBits:
      return unpackBits(packed, lengthBytes);
    case PACKING.deflate:
    case PACKING.oldDeflate:
      return bounded(() => inflateAsync(packed, { maxOutputLength: lengthBytes + SLACK_BYTES }));
    case PACKING.zstd:
      return bounded(() => zstdAsync(packed, { maxOutputLength: lengthBytes + SLACK_BYTES }));
    default:
      throw new TypeError(`unpackSegment does not know compression ${compression}.`);
  }
}

/** Some writers pack whole tiles where a last strip is shorter; a bomb is still refused. */
const SLACK_BYTES = 16 * 1024 * 1024;

async function bounded(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await work();
  } catch (cause) {
    throw damaged('its compressed data is damaged or too long', cause);
  }
}

/** TIFF 6.0 section 9: n ≥ 0 copies n + 1 bytes, n from -1 to -127 repeats one byte 1 - n times, -128 does nothing. */
function unpackBits(packed: Uint8Array, lengthBytes: number): Uint8Array {
  const out = new Uint8Array(lengthBytes);
  let written = 0;
  let at = 0;
  while (written < lengthBytes && at < packed.length) {
    const control = packed[at++] ?? 0;
    if (control < 128) {
      const run = packed.subarray(at, at + Math.min(control + 1, lengthBytes - written));
      out.set(run, written);
      at += control + 1;
      written += run.length;
    } else if (control > 128) {
      const end = Math.min(lengthBytes, written + 257 - control);
      out.fill(packed[at++] ?? 0, written, end);
      written = end;
    }
  }
  return out.subarray(0, written);
}

function damaged(reason: string, cause?: unknown): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'TIFF', reason }, { cause });
}
