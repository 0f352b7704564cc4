/** Decodes one frame: an ordered table from pixel coding to codec. */
import { inflateRawSync } from 'node:zlib';
import { decodedPhotometric } from '#shared/dicom/transcoding.ts';
import { type PixelCoding, type TransferSyntax, transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { decodeJpegFrame } from './jpeg-frame.ts';
import { decodeJpegLossless } from './jpeg-lossless.ts';
import { decodeNative } from './native-pixels.ts';
import { decodeRle } from './rle.ts';
import {
  checkSize,
  type DecodedFrame,
  type FrameFormat,
  frameRefusal,
  interleave,
  type SampleArray,
  samplesOf,
  storedValues,
  UndecodableFrame,
} from './stored-pixels.ts';
import { decodeHtj2k, decodeJpeg2000, decodeJpegLs, decodeJpegXl, type WasmFrame, widen } from './wasm-codecs.ts';

type Decode = (
  bytes: Uint8Array,
  format: FrameFormat,
  syntax: TransferSyntax,
  overwrite: boolean,
) => Promise<SampleArray>;

const CODECS: Partial<Record<PixelCoding, Decode>> = {
  native: async (bytes, format, syntax, overwrite) => decodeNative(bytes, format, syntax.littleEndian, overwrite),
  rle: async (bytes, format) => decodeRle(bytes, format),
  'deflated-frames': async (bytes, format) => decodeNative(inflateFrame(bytes, format), format, true),
  'jpeg-8': decodeJpegFrame,
  'jpeg-12': decodeJpegFrame,
  'jpeg-lossless': decodeJpegLossless,
  'jpeg-ls': async (bytes, format) => fromWasm(await decodeJpegLs(bytes, format), format),
  'jpeg-2000': async (bytes, format) => fromWasm(await decodeJpeg2000(bytes, format), format),
  htj2k: async (bytes, format) => fromWasm(await decodeHtj2k(bytes, format), format),
  'jpeg-xl': async (bytes, format) => fromWasm(await decodeJpegXl(bytes, format), format),
};

/** True when frames of this transfer syntax can be decoded here. */
export function canDecode(transferSyntaxUid: string): boolean {
  return CODECS[transferSyntaxOf(transferSyntaxUid).coding] !== undefined;
}

/**
 * Decodes the bytes of one frame into stored values. CPU-bound: call it in a worker process. The values of an uncompressed
 * frame may take the place of its bytes when `overwrite` says that nobody needs those.
 * @throws AppError DICOM_TRANSFER_SYNTAX_UNSUPPORTED, FRAME_UNDECODABLE
 */
export async function decodeFrame(
  bytes: Uint8Array,
  format: FrameFormat,
  transferSyntaxUid: string,
  frameNumber: number,
  overwrite = false,
): Promise<DecodedFrame> {
  const syntax = transferSyntaxOf(transferSyntaxUid);
  const decode = CODECS[syntax.coding];
  if (!decode) throw new AppError('DICOM_TRANSFER_SYNTAX_UNSUPPORTED', { uid: syntax.uid, name: syntax.name });
  try {
    // A Buffer's slice is a view of the same bytes where a codec means a copy, so the codecs never see one.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const pixels = await decode(plain, format, syntax, overwrite);
    const { rows, columns, samplesPerPixel } = format;
    return {
      ...{ rows, columns, samplesPerPixel, pixels },
      photometricInterpretation: decodedPhotometric(format, transferSyntaxUid),
    };
  } catch (error) {
    throw frameRefusal(error, frameNumber);
  }
}

function fromWasm(frame: WasmFrame, format: FrameFormat): SampleArray {
  checkSize(format, frame);
  if (frame.bitsPerSample > format.bitsAllocated) {
    throw new UndecodableFrame(
      `it has ${frame.bitsPerSample} bits a sample where ${format.bitsAllocated} are allocated`,
    );
  }
  const samples = samplesOf(widen(frame, format), format);
  // The codec gives the stored bits already in the low ones, whatever High Bit says of the uncompressed form.
  const stored = storedValues(samples, { ...format, highBit: format.bitsStored - 1 });
  return frame.planar ? interleave(stored, format.samplesPerPixel) : stored;
}

function inflateFrame(bytes: Uint8Array, format: FrameFormat): Uint8Array {
  const wanted = Math.ceil((format.rows * format.columns * format.samplesPerPixel * format.bitsAllocated) / 8);
  try {
    return inflateRawSync(bytes, { maxOutputLength: wanted + 2 });
  } catch (cause) {
    throw new UndecodableFrame('the deflated frame is damaged or too long', { cause });
  }
}
