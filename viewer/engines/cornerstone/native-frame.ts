import { paletteColors } from '#shared/imaging/palette.ts';
import type { FrameDescription } from './frame-description.ts';
import { FrameFailure } from './frame-failure.ts';

/**
 * Uncompressed frames (PS3.5 section 8.2), little endian, as typed arrays; no library is needed for these. Where
 * nothing has to be changed the arrays are views of the bytes that were given.
 */
export type SampleArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** What decoding needs of a frame. */
export type NativeFormat = Pick<
  FrameDescription,
  | 'rows'
  | 'columns'
  | 'samplesPerPixel'
  | 'photometricInterpretation'
  | 'planarConfiguration'
  | 'bitsAllocated'
  | 'bitsStored'
  | 'highBit'
  | 'signed'
  | 'floatingPoint'
  | 'palette'
>;

const NATIVE_SYNTAXES = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']);

export function isNative(transferSyntaxUid: string): boolean {
  return NATIVE_SYNTAXES.has(transferSyntaxUid);
}

/** Stored values of a monochrome frame, row by row; bits outside Bits Stored are cut off (PS3.5 section 8.1.1). */
export function monochromeSamples(bytes: Uint8Array, format: NativeFormat): SampleArray {
  const count = format.rows * format.columns;
  return format.floatingPoint ? floatsOf(bytes, format, count) : storedValues(samplesOf(bytes, format, count), format);
}

/** Red, green and blue of each pixel, 8 bits each, from RGB, YBR_FULL, YBR_FULL_422 or PALETTE COLOR samples. */
export function colorPixels(bytes: Uint8Array, format: NativeFormat): Uint8Array {
  const { rows, columns, photometricInterpretation, palette } = format;
  const count = rows * columns;
  if (photometricInterpretation === 'PALETTE COLOR') {
    if (palette === null) throw new FrameFailure('The colour table of this image cannot be read.');
    return paletteColors(monochromeSamples(bytes, format), palette);
  }
  if (photometricInterpretation === 'YBR_FULL_422') return fromYbr(expanded422(samplesOf(bytes, format, count * 2)));
  const samples = eightBits(samplesOf(bytes, format, count * 3), format.bitsStored);
  const pixels = format.planarConfiguration === 1 ? interleaved(samples) : samples;
  if (photometricInterpretation === 'RGB') return pixels;
  if (photometricInterpretation === 'YBR_FULL') return fromYbr(pixels.slice());
  throw new FrameFailure(`The colour model ${photometricInterpretation} cannot be shown without compression.`);
}

function samplesOf(bytes: Uint8Array, { bitsAllocated }: NativeFormat, count: number): SampleArray {
  if (bitsAllocated === 1) return unpackedBits(bytes, count);
  const size = bitsAllocated / 8;
  if (size !== 1 && size !== 2 && size !== 4) {
    throw new FrameFailure(`Pixels of ${bitsAllocated} bits cannot be shown.`);
  }
  if (bytes.length < count * size) throw new FrameFailure('The server sent an image that is cut short.');
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice(0, count * size);
  if (size === 1) return new Uint8Array(buffer, byteOffset, count);
  return size === 2 ? new Uint16Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count);
}

function floatsOf(bytes: Uint8Array, { bitsAllocated }: NativeFormat, count: number): SampleArray {
  const size = bitsAllocated / 8;
  if (bytes.length < count * size) throw new FrameFailure('The server sent an image that is cut short.');
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice(0, count * size);
  return size === 4 ? new Float32Array(buffer, byteOffset, count) : new Float64Array(buffer, byteOffset, count);
}

function unpackedBits(bytes: Uint8Array, count: number): Uint8Array {
  if (bytes.length * 8 < count) throw new FrameFailure('The server sent an image that is cut short.');
  return Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);
}

function storedValues(read: SampleArray, { bitsAllocated, bitsStored, highBit, signed }: NativeFormat): SampleArray {
  const shift = highBit - bitsStored + 1;
  // Only a copy is changed; samples that fill their words are taken as they are.
  const samples = bitsStored < bitsAllocated ? read.slice() : read;
  if (bitsStored < bitsAllocated) {
    const unused = 32 - bitsStored;
    for (let i = 0; i < samples.length; i++) {
      const up = ((samples[i] ?? 0) >>> shift) << unused;
      samples[i] = signed ? up >> unused : up >>> unused;
    }
  }
  if (!signed) return samples;
  const { buffer, byteOffset, length } = samples;
  if (samples instanceof Uint8Array) return new Int8Array(buffer, byteOffset, length);
  if (samples instanceof Uint16Array) return new Int16Array(buffer, byteOffset, length);
  return new Int32Array(buffer, byteOffset, length);
}

function eightBits(samples: SampleArray, bitsStored: number): Uint8Array {
  if (samples instanceof Uint8Array) return samples;
  return Uint8Array.from(samples, (sample) => (bitsStored > 8 ? (sample >>> 0) / 2 ** (bitsStored - 8) : sample));
}

/** Planes one after another become samples side by side (PS3.3 C.7.6.3.1.3). */
function interleaved(planes: Uint8Array): Uint8Array {
  const count = planes.length / 3;
  const pixels = new Uint8Array(planes.length);
  for (let i = 0; i < count; i++) {
    pixels[i * 3] = planes[i] ?? 0;
    pixels[i * 3 + 1] = planes[count + i] ?? 0;
    pixels[i * 3 + 2] = planes[count * 2 + i] ?? 0;
  }
  return pixels;
}

/** Y1 Y2 Cb Cr for every two pixels of a row (PS3.3 C.7.6.3.1.2) becomes Y Cb Cr for each. */
function expanded422(samples: SampleArray): Uint8Array {
  const pixels = new Uint8Array((samples.length / 2) * 3);
  for (let from = 0, to = 0; from < samples.length; from += 4, to += 6) {
    const blue = samples[from + 2] ?? 0;
    const red = samples[from + 3] ?? 0;
    pixels.set([samples[from] ?? 0, blue, red, samples[from + 1] ?? 0, blue, red], to);
  }
  return pixels;
}

/** PS3.3 C.7.6.3.1.2, in place. */
function fromYbr(pixels: Uint8Array): Uint8Array {
  const held = new Uint8ClampedArray(3);
  for (let i = 0; i < pixels.length; i += 3) {
    const y = pixels[i] ?? 0;
    const cb = (pixels[i + 1] ?? 0) - 128;
    const cr = (pixels[i + 2] ?? 0) - 128;
    held[0] = y + 1.402 * cr;
    held[1] = y - 0.344136 * cb - 0.714136 * cr;
    held[2] = y + 1.772 * cb;
    pixels.set(held, i);
  }
  return pixels;
}
