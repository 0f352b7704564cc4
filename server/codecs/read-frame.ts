/** The stored bytes of one frame, as they lie in the file. */
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import { DEFLATED_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { type ByteRange, type FrameIndex, indexedFrames } from './frame-index.ts';
import { inflateBounded } from './inflate.ts';
import type { RangeReader } from './range-reader.ts';

/**
 * Bytes of a frame, counted from 1: one ranged read for native and unfragmented frames, several for fragmented ones.
 * Frames of bit-packed images are shifted to start at a byte; those of a deflated file are inflated.
 * @throws AppError FRAME_UNKNOWN, DICOM_PIXELS_SHORT when the file has become shorter than its index
 */
export async function readFrame(read: RangeReader, index: FrameIndex, frameNumber: number): Promise<Uint8Array> {
  checkNumber(index, frameNumber);
  switch (index.kind) {
    case 'native':
    case 'encapsulated':
      return readRanges(read, rangesOf(index, frameNumber));
    case 'bit-packed':
      return readBits(read, index, (frameNumber - 1) * index.frameBits);
    case 'deflated': {
      const stream = await readExactly(read, index.stream[0], index.stream[1]);
      const body = inflateBounded(stream, DICOM_BOUNDS.maxInflatedBytes);
      const start = index.offsetBytes + (frameNumber - 1) * index.frameBytes;
      return body.slice(start, start + index.frameBytes);
    }
  }
}

/**
 * Where the bytes of a frame lie in the file, offset and length of each piece; null when no bytes of the file are those
 * of the frame: bits have to be shifted or a stream inflated.
 * @throws AppError FRAME_UNKNOWN
 */
export function frameRanges(index: FrameIndex, frameNumber: number): readonly ByteRange[] | null {
  checkNumber(index, frameNumber);
  return index.kind === 'native' || index.kind === 'encapsulated' ? rangesOf(index, frameNumber) : null;
}

function checkNumber(index: FrameIndex, frameNumber: number): void {
  const frames = indexedFrames(index);
  if (!Number.isInteger(frameNumber) || frameNumber < 1 || frameNumber > frames) {
    throw new AppError('FRAME_UNKNOWN', { frame: frameNumber, frames });
  }
}

function rangesOf(
  index: Extract<FrameIndex, { kind: 'native' | 'encapsulated' }>,
  frameNumber: number,
): readonly ByteRange[] {
  if (index.kind === 'encapsulated') return index.frames[frameNumber - 1] ?? [];
  return [[index.offsetBytes + (frameNumber - 1) * index.frameBytes, index.frameBytes]];
}

/** The transfer syntax of the bytes `readFrame` gives, for the content type of a DICOMweb answer. */
export function frameTransferSyntax(transferSyntaxUid: string): string {
  return transferSyntaxUid === DEFLATED_LITTLE_ENDIAN ? EXPLICIT_LITTLE_ENDIAN : transferSyntaxUid;
}

async function readExactly(read: RangeReader, offsetBytes: number, lengthBytes: number): Promise<Uint8Array> {
  const bytes = await read(offsetBytes, lengthBytes);
  if (bytes.length < lengthBytes) {
    throw new AppError('DICOM_PIXELS_SHORT', { actualBytes: bytes.length, expectedBytes: lengthBytes, frames: 1 });
  }
  return bytes;
}

/** The pieces, joined. @throws AppError DICOM_PIXELS_SHORT */
export async function readRanges(read: RangeReader, ranges: readonly ByteRange[]): Promise<Uint8Array> {
  const [first] = ranges;
  if (first && ranges.length === 1) return readExactly(read, first[0], first[1]);
  const joined = new Uint8Array(ranges.reduce((sum, [, length]) => sum + length, 0));
  let at = 0;
  for (const [offset, length] of ranges) {
    joined.set(await readExactly(read, offset, length), at);
    at += length;
  }
  return joined;
}

async function readBits(
  read: RangeReader,
  index: { readonly offsetBytes: number; readonly frameBits: number },
  startBit: number,
): Promise<Uint8Array> {
  const firstByte = Math.floor(startBit / 8);
  const shift = startBit % 8;
  const lengthBytes = Math.ceil((startBit + index.frameBits) / 8) - firstByte;
  const packed = await readExactly(read, index.offsetBytes + firstByte, lengthBytes);
  const frame = new Uint8Array(Math.ceil(index.frameBits / 8));
  for (let i = 0; i < frame.length; i++) {
    frame[i] = ((packed[i] ?? 0) >> shift) | ((packed[i + 1] ?? 0) << (8 - shift));
  }
  // What follows the last pixel belongs to the next frame.
  const used = index.frameBits % 8;
  if (used > 0) frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) & ((1 << used) - 1);
  return frame;
}
