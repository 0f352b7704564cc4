/** Brings one frame into another transfer syntax, and proves that nothing was lost. */
import sharp from 'sharp';
import {
  decodedPhotometric,
  HTJ2K_LOSSLESS,
  HTJ2K_LOSSLESS_RPCL,
  JPEG_BASELINE,
  JPEG_LS_LOSSLESS,
  keepsCells,
  nativeFrameLength,
  type PixelFormat,
  transcodedFormat,
} from '#shared/dicom/transcoding.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { decodeFrame } from './decode-frame.ts';
import type { DecodedFrame, SampleArray } from './stored-pixels.ts';
import { type EncoderInput, encodeHtj2k, encodeJpegLs } from './wasm-encoders.ts';

export interface TranscodeInput {
  readonly bytes: Uint8Array;
  readonly format: PixelFormat;
  readonly transferSyntaxUid: string;
  /** From 1. */
  readonly frameNumber: number;
  /** One of `targetsOf` the format. */
  readonly targetUid: string;
}

/** OpenJPEG, the decoder of JPEG 2000, reads HTJ2K as well; OpenJPH has written it. */
const PROVING: Readonly<Record<string, string>> = {
  [HTJ2K_LOSSLESS]: '1.2.840.10008.1.2.4.90',
  [HTJ2K_LOSSLESS_RPCL]: '1.2.840.10008.1.2.4.90',
};

/** Close to what eyes tell apart; colour keeps all its samples. */
const JPEG_QUALITY = 95;

/**
 * The frame in the target syntax. What a lossless coder gave is decoded again and compared sample by sample before it
 * is believed; HTJ2K by another program than the one that wrote it, since a mistake made twice looks like none.
 * @throws AppError FRAME_UNDECODABLE, FRAME_NOT_ENCODABLE, DICOM_TRANSFER_SYNTAX_UNSUPPORTED
 */
export async function transcodeFrame(input: TranscodeInput): Promise<Uint8Array> {
  const { bytes, format, transferSyntaxUid, frameNumber, targetUid } = input;
  const made = transcodedFormat(format, transferSyntaxUid, targetUid);
  const whole = targetUid === EXPLICIT_LITTLE_ENDIAN && keepsCells(transferSyntaxUid);
  const frame = await decodeFrame(bytes, whole ? cells(format) : format, transferSyntaxUid, frameNumber);
  if (frame.photometricInterpretation !== decodedPhotometric(format, transferSyntaxUid)) {
    throw notEncodable(input, `it came out as ${frame.photometricInterpretation}`);
  }
  if (targetUid === EXPLICIT_LITTLE_ENDIAN) return nativeBytes(frame, made, input);
  if (targetUid === JPEG_BASELINE) return jpegBytes(frame);
  const coded = await encode(frame, made, input);
  const again = await decodeFrame(coded, made, PROVING[targetUid] ?? targetUid, frameNumber);
  if (!sameSamples(again.pixels, frame.pixels)) throw notEncodable(input, 'the coded frame decodes to other values');
  return coded;
}

function encode(frame: DecodedFrame, made: PixelFormat, input: TranscodeInput): Promise<Uint8Array> {
  const { targetUid } = input;
  if (targetUid === JPEG_LS_LOSSLESS) return encodeJpegLs(encoderInput(frame, made, false));
  if (targetUid === HTJ2K_LOSSLESS || targetUid === HTJ2K_LOSSLESS_RPCL) {
    return encodeHtj2k(encoderInput(frame, made, made.signed));
  }
  throw notEncodable(input, 'nothing here writes it');
}

/** Samples in the size the coders take: the stored bits in one byte, or in two when there are more than eight. */
function encoderInput(frame: DecodedFrame, made: PixelFormat, signed: boolean): EncoderInput {
  const { pixels } = frame;
  const { bitsStored } = made;
  const unsignedMask = 2 ** bitsStored - 1;
  const samples = bitsStored <= 8 ? new Uint8Array(pixels.length) : new Uint16Array(pixels.length);
  // With a sign the high bits repeat it, without one they are zero.
  for (let i = 0; i < pixels.length; i++) samples[i] = signed ? (pixels[i] ?? 0) : (pixels[i] ?? 0) & unsignedMask;
  return {
    ...{ width: frame.columns, height: frame.rows, components: frame.samplesPerPixel },
    ...{ bitsPerSample: bitsStored, signed, bytes: new Uint8Array(samples.buffer) },
  };
}

/** Little-endian samples of the allocated size in the planes the header states; single bits packed (PS3.5 section 8.1.1). */
function nativeBytes(frame: DecodedFrame, made: PixelFormat, input: TranscodeInput): Uint8Array {
  const pixels = made.planarConfiguration === 1 ? inPlanes(frame.pixels, frame.samplesPerPixel) : frame.pixels;
  if (made.bitsAllocated === 1) {
    const packed = new Uint8Array(Math.ceil(pixels.length / 8));
    for (let i = 0; i < pixels.length; i++)
      packed[i >> 3] = (packed[i >> 3] ?? 0) | (((pixels[i] ?? 0) & 1) << (i & 7));
    return packed;
  }
  if (pixels.byteLength !== nativeFrameLength(made)) {
    throw notEncodable(input, `it has ${pixels.byteLength} bytes where ${nativeFrameLength(made)} are needed`);
  }
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

async function jpegBytes({ pixels, columns: width, rows: height, samplesPerPixel }: DecodedFrame): Promise<Uint8Array> {
  const channels = samplesPerPixel === 1 ? 1 : 3;
  const raw = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const coded = await sharp(raw, { raw: { width, height, channels }, limitInputPixels: width * height })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4', progressive: false, mozjpeg: false })
    .toBuffer();
  return new Uint8Array(coded.buffer, coded.byteOffset, coded.byteLength);
}

/** Samples beside each other → planes after each other (PS3.3 C.7.6.3.1.3). */
function inPlanes(samples: SampleArray, samplesPerPixel: number): SampleArray {
  const out = samples.slice();
  const plane = samples.length / samplesPerPixel;
  for (let i = 0; i < plane; i++) {
    for (let s = 0; s < samplesPerPixel; s++) out[s * plane + i] = samples[i * samplesPerPixel + s] ?? 0;
  }
  return out;
}

/** The format in which every allocated bit is a stored one. */
function cells(format: PixelFormat): PixelFormat {
  if (format.bitsAllocated === 1) return format;
  return { ...format, bitsStored: format.bitsAllocated, highBit: format.bitsAllocated - 1, signed: false };
}

function sameSamples(a: SampleArray, b: SampleArray): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function notEncodable({ frameNumber, targetUid }: TranscodeInput, reason: string): AppError {
  return new AppError('FRAME_NOT_ENCODABLE', { frame: frameNumber, uid: targetUid, reason });
}
