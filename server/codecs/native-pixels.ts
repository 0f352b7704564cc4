/** Uncompressed frames (PS3.5 section 8): 1, 8, 16, 32 and 64 bits, either byte order. */
import {
  type FrameFormat,
  interleave,
  type SampleArray,
  samplesOf,
  storedValues,
  swapBytes,
  UndecodableFrame,
} from './stored-pixels.ts';

/** Samples of an uncompressed frame: in memory of their own, unless `overwrite` gives up `bytes` for them. */
export function decodeNative(
  bytes: Uint8Array,
  format: FrameFormat,
  littleEndian: boolean,
  overwrite = false,
): SampleArray {
  if (format.bitsAllocated === 1) return unpackBits(bytes, format);
  const wordBytes = format.bitsAllocated === 8 ? (format.pixelVr === 'OW' ? 2 : 1) : format.bitsAllocated / 8;
  const inOrder = littleEndian || wordBytes === 1;
  const ordered = inOrder ? (overwrite ? bytes : bytes.slice()) : swapBytes(evenCopy(bytes), wordBytes);
  if (format.photometricInterpretation.endsWith('_422') && format.samplesPerPixel === 3) {
    return expand422(ordered, format);
  }
  const samples = storedValues(samplesOf(ordered, format), format);
  return format.planarConfiguration === 1 && format.samplesPerPixel > 1
    ? interleave(samples, format.samplesPerPixel)
    : samples;
}

/** Bits of a packed frame, first pixel in the lowest bit (PS3.5 section 8.1.1). */
export function unpackBits(bytes: Uint8Array, format: FrameFormat): Uint8Array {
  const count = format.rows * format.columns;
  if (bytes.length * 8 < count) throw new UndecodableFrame(`it has ${bytes.length} bytes for ${count} bits`);
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1;
  return out;
}

/** 8-bit samples of an odd frame share their last word with padding. */
function evenCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + (bytes.length % 2));
  copy.set(bytes);
  return copy;
}

/** Y Y Cb Cr for two pixels side by side → Y Cb Cr each (PS3.3 C.7.6.3.1.2). */
function expand422(bytes: Uint8Array, format: FrameFormat): Uint8Array {
  const pixels = format.rows * format.columns;
  if (format.bitsAllocated !== 8 || format.columns % 2 !== 0) {
    throw new UndecodableFrame('halved colour samples need 8 bits and an even number of columns');
  }
  if (bytes.length < pixels * 2)
    throw new UndecodableFrame(`it has ${bytes.length} bytes where ${pixels * 2} are needed`);
  const out = new Uint8Array(pixels * 3);
  for (let pair = 0; pair < pixels / 2; pair++) {
    const from = pair * 4;
    const cb = bytes[from + 2] ?? 0;
    const cr = bytes[from + 3] ?? 0;
    out.set([bytes[from] ?? 0, cb, cr, bytes[from + 1] ?? 0, cb, cr], pair * 6);
  }
  return out;
}
