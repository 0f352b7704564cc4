import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { FrameIndexReader, RangeRead } from '#server/domain/image-ports.ts';
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { type FrameTarget, type PixelFormat, pixelFormatOf, targetsOf } from '#shared/dicom/transcoding.ts';
import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  type PixelCoding,
  transferSyntaxOf,
} from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { canDecode } from './decode-frame.ts';
import { type FrameIndex, indexedFrames } from './frame-index.ts';
import { readFrame } from './read-frame.ts';

/** Frames as DICOMweb sends them: the stored bytes, brought to little endian where they are not. */

const MEDIA_TYPES: Partial<Record<PixelCoding, string>> = {
  'jpeg-8': 'image/jpeg',
  'jpeg-12': 'image/jpeg',
  'jpeg-lossless': 'image/jpeg',
  'jpeg-ls': 'image/jls',
  'jpeg-2000': 'image/jp2',
  htj2k: 'image/jphc',
  'jpeg-xl': 'image/jxl',
  rle: 'image/dicom-rle',
};
/** Of videos, whose one "frame" is the whole stream (PS3.18 table 8.7.3-6). */
const VIDEO_TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.4\.10[01](\.1)?$/, 'video/mpeg'],
  [/\.4\.10[2-6](\.1)?$/, 'video/mp4'],
  [/\.4\.10[78]$/, 'video/h265'],
];

const inflateAsync = promisify(inflateRaw);

export function createFrameIndexReader(): FrameIndexReader {
  return {
    open({ frameIndex, transferSyntaxUid, description }) {
      // Both were written by ingest from values of these types.
      const index = JSON.parse(frameIndex) as FrameIndex;
      const bigEndian = transferSyntaxUid === EXPLICIT_BIG_ENDIAN;
      // The pixels of an implicit file are those of an explicit one (PS3.18 section 8.7.3.2 knows only the latter).
      const { encapsulated } = transferSyntaxOf(transferSyntaxUid);
      const sentUid = encapsulated ? transferSyntaxUid : EXPLICIT_LITTLE_ENDIAN;
      // Read once, when the instance is opened; tables and frame lists of the description are not kept.
      const { image } = JSON.parse(description) as InstanceDescription;
      const wordBytes = bigEndian ? swappedWord(image) : 1;
      const format: PixelFormat | null = image && pixelFormatOf(image);
      const targets: FrameTarget[] = format ? targetsOf(format, sentUid, canDecode(sentUid)) : [];
      return {
        count: indexedFrames(index),
        ...{ format, targets, transferSyntaxUid: sentUid },
        mediaType: mediaTypeOf(transferSyntaxUid),
        async frame(frameNumber, read) {
          if (index.kind === 'deflated') return deflatedFrame(index, frameNumber, read);
          const bytes = await readFrame(read, index, frameNumber);
          return wordBytes === 1 ? bytes : swapped(bytes, wordBytes);
        },
      };
    },
  };
}

function mediaTypeOf(transferSyntaxUid: string): string {
  const { coding } = transferSyntaxOf(transferSyntaxUid);
  const video = coding === 'video' ? VIDEO_TYPES.find(([uids]) => uids.test(transferSyntaxUid)) : undefined;
  return video?.[1] ?? MEDIA_TYPES[coding] ?? 'application/octet-stream';
}

/** Bytes of the words that change their order: 8-bit samples are stored in 16-bit words when the VR is OW. */
function swappedWord(image: InstanceDescription['image']): number {
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
