/** Decodes one frame: an ordered table from pixel coding to codec. */
import { inflateRawSync } from 'node:zlib';
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

interface Codec {
  readonly decode: (bytes: Uint8Array, format: FrameFormat, syntax: TransferSyntax) => Promise<SampleArray>;
  /** Undoes a colour transform while decoding, so that what comes out is RGB (PS3.5 section 8.2). */
  readonly undoesColourTransform: boolean;
}

const CODECS: Partial<Record<PixelCoding, Codec>> = {
  native: {
    decode: async (bytes, format, syntax) => decodeNative(bytes, format, syntax.littleEndian),
    undoesColourTransform: false,
  },
  rle: { decode: async (bytes, format) => decodeRle(bytes, format), undoesColourTransform: false },
  'deflated-frames': {
    decode: async (bytes, format) => decodeNative(inflateFrame(bytes, format), format, true),
    undoesColourTransform: false,
  },
  'jpeg-8': { decode: decodeJpegFrame, undoesColourTransform: true },
  'jpeg-12': { decode: decodeJpegFrame, undoesColourTransform: true },
  'jpeg-lossless': { decode: decodeJpegLossless, undoesColourTransform: false },
  'jpeg-ls': {
    decode: async (bytes, format) => fromWasm(await decodeJpegLs(bytes, format), format),
    undoesColourTransform: false,
  },
  'jpeg-2000': {
    decode: async (bytes, format) => fromWasm(await decodeJpeg2000(bytes, format), format),
    undoesColourTransform: true,
  },
  htj2k: {
    decode: async (bytes, format) => fromWasm(await decodeHtj2k(bytes, format), format),
    undoesColourTransform: true,
  },
  'jpeg-xl': {
    decode: async (bytes, format) => fromWasm(await decodeJpegXl(bytes, format), format),
    undoesColourTransform: true,
  },
};

/** True when frames of this transfer syntax can be decoded here. */
export function canDecode(transferSyntaxUid: string): boolean {
  return CODECS[transferSyntaxOf(transferSyntaxUid).coding] !== undefined;
}

/**
 * Decodes the bytes of one frame into stored values. CPU-bound: call it in a worker process.
 * @throws AppError DICOM_TRANSFER_SYNTAX_UNSUPPORTED, FRAME_UNDECODABLE
 */
export async function decodeFrame(
  bytes: Uint8Array,
  format: FrameFormat,
  transferSyntaxUid: string,
  frameNumber: number,
): Promise<DecodedFrame> {
  const syntax = transferSyntaxOf(transferSyntaxUid);
  const codec = CODECS[syntax.coding];
  if (!codec) throw new AppError('DICOM_TRANSFER_SYNTAX_UNSUPPORTED', { uid: syntax.uid, name: syntax.name });
  try {
    // A Buffer's slice is a view of the same bytes where a codec means a copy, so the codecs never see one.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const pixels = await codec.decode(plain, format, syntax);
    const { rows, columns, samplesPerPixel, photometricInterpretation } = format;
    const isYbr = samplesPerPixel === 3 && /^(YBR|XYB)/.test(photometricInterpretation);
    return {
      rows,
      columns,
      samplesPerPixel,
      photometricInterpretation: isYbr && codec.undoesColourTransform ? 'RGB' : photometricInterpretation,
      pixels,
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
