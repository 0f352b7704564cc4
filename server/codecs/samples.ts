/** Unpacked bytes of a TIFF tile or strip as numbers: byte order and predictors undone. */

import { endianness } from 'node:os';
import { AppError } from '#shared/errors.ts';

export type SampleValues = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array;

/** Rows of interleaved samples, no padding. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  /** Samples a pixel. */
  readonly channels: number;
  readonly values: SampleValues;
}

/** New, empty values of the same kind. */
export function valuesLike(values: SampleValues, length: number): SampleValues {
  if (values instanceof Uint8Array) return new Uint8Array(length);
  const kind = values.constructor as new (count: number) => SampleValues;
  return new kind(length);
}

export interface SampleForm {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** 8, 16 or 32, the same for all. */
  readonly bits: number;
  /** TIFF SampleFormat: 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: number;
  readonly littleEndian: boolean;
  /** 1 none, 2 differences of neighbours (TIFF 6.0 section 14), 3 of bytes of floats (TIFF Technical Note 3). */
  readonly predictor: number;
}

const HOST_LITTLE = endianness() === 'LE';

/** Why samples of this form cannot be read, or null. */
export function sampleRefusal(form: Pick<SampleForm, 'bits' | 'sampleFormat' | 'predictor'>): string | null {
  const { bits, sampleFormat, predictor } = form;
  if (bits !== 8 && bits !== 16 && bits !== 32) return `it has ${bits} bits a sample; 8, 16 and 32 are supported`;
  if (sampleFormat < 1 || sampleFormat > 3) return `sample format ${sampleFormat} is not supported`;
  if (sampleFormat === 3 && bits !== 32) return `floating point of ${bits} bits is not supported`;
  if (predictor === 1 || predictor === 2 || (predictor === 3 && sampleFormat === 3)) return null;
  return `predictor ${predictor} is not supported`;
}

/** Bytes the form unpacks to. */
export function sampleBytes(form: SampleForm): number {
  return form.width * form.height * form.channels * (form.bits / 8);
}

/** `bytes` are `sampleBytes(form)` long, aligned, and ours to change. Errors: DOCUMENT_DAMAGED for another length. */
export function readSamples(bytes: Uint8Array<ArrayBuffer>, form: SampleForm): Samples {
  const { width, height, channels, bits, littleEndian, predictor } = form;
  if (bytes.byteLength !== sampleBytes(form)) {
    throw new AppError('DOCUMENT_DAMAGED', { format: 'TIFF', reason: `a tile has ${bytes.byteLength} bytes` });
  }
  if (predictor === 3) {
    // Always big endian within, whatever the file is (Technical Note 3).
    undoFloatPredictor(bytes, width * channels, channels);
    if (HOST_LITTLE) swap(bytes, 4);
  } else if (bits > 8 && littleEndian !== HOST_LITTLE) {
    swap(bytes, bits / 8);
  }
  const values = viewOf(bytes, form);
  if (predictor === 2) undoDifferences(integerView(values), width * channels, channels);
  return { width, height, channels, values };
}

function viewOf(bytes: Uint8Array<ArrayBuffer>, { bits, sampleFormat }: SampleForm): SampleValues {
  const { buffer, byteOffset, byteLength } = bytes;
  if (bits === 8) return sampleFormat === 2 ? new Int8Array(buffer, byteOffset, byteLength) : bytes;
  const count = byteLength / (bits / 8);
  if (bits === 16) {
    return sampleFormat === 2 ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count);
  }
  if (sampleFormat === 3) return new Float32Array(buffer, byteOffset, count);
  return sampleFormat === 2 ? new Int32Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count);
}

/** Differences are of the bits, also where these are a float. */
function integerView(values: SampleValues): Exclude<SampleValues, Float32Array> {
  return values instanceof Float32Array ? new Uint32Array(values.buffer, values.byteOffset, values.length) : values;
}

function undoDifferences(values: Exclude<SampleValues, Float32Array>, rowLength: number, channels: number): void {
  for (let row = 0; row < values.length; row += rowLength) {
    const end = row + rowLength;
    for (let at = row + channels; at < end; at++) values[at] = (values[at] ?? 0) + (values[at - channels] ?? 0);
  }
}

function undoFloatPredictor(bytes: Uint8Array, rowSamples: number, channels: number): void {
  const rowBytes = rowSamples * 4;
  const planes = new Uint8Array(rowBytes);
  for (let row = 0; row < bytes.length; row += rowBytes) {
    planes.set(bytes.subarray(row, row + rowBytes));
    for (let at = channels; at < rowBytes; at++) planes[at] = (planes[at] ?? 0) + (planes[at - channels] ?? 0);
    for (let sample = 0; sample < rowSamples; sample++) {
      for (let byte = 0; byte < 4; byte++) bytes[row + sample * 4 + byte] = planes[byte * rowSamples + sample] ?? 0;
    }
  }
}

function swap(bytes: Uint8Array<ArrayBuffer>, wordBytes: number): void {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (wordBytes === 2) whole.swap16();
  else whole.swap32();
}
