/** Decoded samples, and the last steps common to all codings: sample order, high bit, sign. */
import type { ImageDescription } from '#shared/dicom/image-description.ts';
import { AppError } from '#shared/errors.ts';

export type SampleArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** One frame in stored values: rows of interleaved samples, `pixels.length === rows × columns × samplesPerPixel`. */
export interface DecodedFrame {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  /** Of `pixels`: a colour transform that was part of the coding has been undone. */
  readonly photometricInterpretation: string;
  readonly pixels: SampleArray;
}

/** What every codec is told about the frame. */
export type FrameFormat = Pick<
  ImageDescription,
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
  | 'pixelVr'
>;

/** A refusal of one frame. The frame number is put in by whoever knows it. */
export class UndecodableFrame extends Error {}

/** Turns whatever a codec threw into the refusal of frame `frameNumber`. */
export function frameRefusal(error: unknown, frameNumber: number): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof UndecodableFrame ? error.message : 'the compressed data is damaged';
  return new AppError('FRAME_UNDECODABLE', { frame: frameNumber, reason }, { cause: error });
}

/** Number of samples of a frame. */
export function sampleCount(format: FrameFormat): number {
  return format.rows * format.columns * format.samplesPerPixel;
}

/** Refuses a stream whose own idea of the image is not that of the DICOM header. */
export function checkSize(format: FrameFormat, coded: { width: number; height: number; components: number }): void {
  if (coded.width !== format.columns || coded.height !== format.rows) {
    throw new UndecodableFrame(
      `it is ${coded.width} × ${coded.height} px where the header says ${format.columns} × ${format.rows}`,
    );
  }
  if (coded.components !== format.samplesPerPixel) {
    throw new UndecodableFrame(
      `it has ${coded.components} samples a pixel where the header says ${format.samplesPerPixel}`,
    );
  }
}

/** Views little-endian bytes as samples of the allocated size. The bytes are copied when they are not aligned. */
export function samplesOf(bytes: Uint8Array, format: FrameFormat, wanted = sampleCount(format)): SampleArray {
  const size = Math.max(1, format.bitsAllocated / 8);
  if (bytes.length < wanted * size) {
    throw new UndecodableFrame(`it has ${bytes.length} bytes where ${wanted * size} are needed`);
  }
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset } = aligned;
  const length = wanted;
  if (format.floatingPoint) {
    return size === 8 ? new Float64Array(buffer, byteOffset, length) : new Float32Array(buffer, byteOffset, length);
  }
  if (size === 1) return new Uint8Array(buffer, byteOffset, length);
  if (size === 2) return new Uint16Array(buffer, byteOffset, length);
  return new Uint32Array(buffer, byteOffset, length);
}

/** Reverses the byte order of words in place. */
export function swapBytes(bytes: Uint8Array, wordBytes: number): Uint8Array {
  for (let at = 0; at + wordBytes <= bytes.length; at += wordBytes) bytes.subarray(at, at + wordBytes).reverse();
  return bytes;
}

/** Planes after each other → samples beside each other (PS3.3 C.7.6.3.1.3). */
export function interleave(samples: SampleArray, samplesPerPixel: number): SampleArray {
  const out = samples.slice();
  const plane = samples.length / samplesPerPixel;
  for (let i = 0; i < plane; i++) {
    for (let s = 0; s < samplesPerPixel; s++) out[i * samplesPerPixel + s] = samples[s * plane + i] ?? 0;
  }
  return out;
}

/**
 * Cuts the stored bits out of the allocated ones and extends their sign (PS3.5 section 8.1.1). Old files keep overlays
 * in the bits above; those must not become pixel values.
 */
export function storedValues(samples: SampleArray, format: FrameFormat): SampleArray {
  const { bitsAllocated, bitsStored, highBit, signed, floatingPoint } = format;
  if (floatingPoint || samples instanceof Float32Array || samples instanceof Float64Array) return samples;
  const shift = highBit - bitsStored + 1;
  if (shift === 0 && bitsStored < bitsAllocated && !signed && samples.byteOffset % 4 === 0) {
    clearAbove(samples, bitsStored);
  } else if (shift > 0 || bitsStored < bitsAllocated) {
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
  if (samples instanceof Uint32Array) return new Int32Array(buffer, byteOffset, length);
  return samples;
}

/** Clears the bits above the stored ones in place, as many samples at a time as a machine word holds. */
function clearAbove(samples: Exclude<SampleArray, Float32Array | Float64Array>, bitsStored: number): void {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: bytes } = samples;
  const one = 2 ** bitsStored - 1;
  const mask = bytes === 1 ? one * 0x01010101 : bytes === 2 ? one * 0x00010001 : one;
  const words = new Uint32Array(buffer, byteOffset, byteLength >> 2);
  for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) & mask;
  for (let i = (words.length * 4) / bytes; i < samples.length; i++) samples[i] = (samples[i] ?? 0) & one;
}
