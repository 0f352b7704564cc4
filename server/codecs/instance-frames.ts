import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { FrameIndexReader, RangeRead } from '#server/domain/image-ports.ts';
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  type PixelCoding,
  transferSyntaxOf,
} from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { type FrameIndex, indexedFrames } from './frame-index.ts';
import { frameTransferSyntax, readFrame } from './read-frame.ts';

/** Frames as DICOMweb sends them: the stored bytes, brought to little endian where they are not. */

const MEDIA_TYPES: Partial<Record<PixelCoding, string>> = {
  'jpeg-8': 'image/jpeg',
  'jpeg-12': 'image/jpeg',
  'jpeg-lossless': 'image/jpeg',
  'jpeg-ls': 'image/jls',
  'jpeg-2000': 'image/jp2',
  htj2k: 'image/jphc',
  rle: 'image/dicom-rle',
};

const inflateAsync = promisify(inflateRaw);

export function createFrameIndexReader(): FrameIndexReader {
  return {
    open({ frameIndex, transferSyntaxUid, description }) {
      // Both were written by ingest from values of these types.
      const index = JSON.parse(frameIndex) as FrameIndex;
      const bigEndian = transferSyntaxUid === EXPLICIT_BIG_ENDIAN;
      const wordBytes = bigEndian ? swappedWord(JSON.parse(description) as InstanceDescription) : 1;
      return {
        count: indexedFrames(index),
        transferSyntaxUid: bigEndian ? EXPLICIT_LITTLE_ENDIAN : frameTransferSyntax(transferSyntaxUid),
        mediaType: MEDIA_TYPES[transferSyntaxOf(transferSyntaxUid).coding] ?? 'application/octet-stream',
        async frame(frameNumber, read) {
          if (index.kind === 'deflated') return deflatedFrame(index, frameNumber, read);
          const bytes = await readFrame(read, index, frameNumber);
          return wordBytes === 1 ? bytes : swapped(bytes, wordBytes);
        },
      };
    },
  };
}

/** Bytes of the words that change their order: 8-bit samples are stored in 16-bit words when the VR is OW. */
function swappedWord({ image }: InstanceDescription): number {
  if (image === null || image.bitsAllocated === 1) return 1;
  return image.bitsAllocated === 8 ? (image.pixelVr === 'OW' ? 2 : 1) : image.bitsAllocated / 8;
}

function swapped(bytes: Uint8Array, wordBytes: number): Uint8Array {
  // An odd 8-bit frame shares its last word with the next one; its last byte keeps its place.
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength - (bytes.byteLength % wordBytes));
  if (wordBytes === 2) whole.swap16();
  else if (wordBytes === 4) whole.swap32();
  else if (wordBytes === 8) whole.swap64();
  return bytes;
}

async function deflatedFrame(
  index: Extract<FrameIndex, { kind: 'deflated' }>,
  frameNumber: number,
  read: RangeRead,
): Promise<Uint8Array> {
  if (!Number.isInteger(frameNumber) || frameNumber < 1 || frameNumber > index.frames) {
    throw new AppError('FRAME_UNKNOWN', { frame: frameNumber, frames: index.frames });
  }
  const stream = await read(...index.stream);
  const body = await inflateAsync(stream, { maxOutputLength: DICOM_BOUNDS.maxInflatedBytes });
  const start = index.offsetBytes + (frameNumber - 1) * index.frameBytes;
  return body.subarray(start, start + index.frameBytes);
}
