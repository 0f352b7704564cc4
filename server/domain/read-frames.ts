import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import type { DerivedFrames } from './derived-frames.ts';
import type { FoundInstance, FrameDirectory, InstancePlace } from './frame-directory.ts';
import type { InstanceFrames } from './image-ports.ts';
import type { BlobStore } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';

export interface FrameNeeds {
  readonly directory: FrameDirectory;
  readonly blobs: BlobStore;
  readonly derived: DerivedFrames;
}

/** Gives memory for a read; whoever lent it takes it back when the answer has been sent. */
export type Lend = (lengthBytes: number) => Uint8Array;

export interface FramesOfInstance {
  readonly instance: FoundInstance;
  readonly frames: InstanceFrames;
  /** One of the frames that were checked, as it is sent unless asked otherwise. */
  stored(frameNumber: number, lend: Lend, signal: AbortSignal): Promise<Uint8Array>;
  /** The same in one of the frames' targets. Also throws what DerivedFrames throws. */
  transcoded(frameNumber: number, targetUid: string, signal: AbortSignal): Promise<Uint8Array>;
}

/**
 * The frames asked for (numbers count from 1), checked before the first byte is read.
 * @throws AppError NOT_FOUND, DICOM_NO_PIXELS, FRAME_UNKNOWN; while reading BLOB_MISSING, DICOM_PIXELS_SHORT
 */
export async function readFrames(
  { directory, blobs, derived }: FrameNeeds,
  reach: InstanceReach,
  place: InstancePlace,
  frameNumbers: readonly number[],
): Promise<FramesOfInstance> {
  const instance = await directory.find(reach, place);
  const { frames } = instance;
  if (frames === null) throw new AppError('DICOM_NO_PIXELS');
  for (const frame of frameNumbers) {
    if (frame < 1 || frame > frames.count) throw new AppError('FRAME_UNKNOWN', { frame, frames: frames.count });
  }
  return {
    instance,
    frames,
    stored: (frameNumber, lend, signal) => readStored(blobs, instance.sha256, frames, frameNumber, lend, signal),
    transcoded: (frameNumber, targetUid, signal) => {
      const stored = (reading: AbortSignal) => storedFrame(blobs, instance, frames, frameNumber, reading);
      return derived.read(instance, frameNumber, targetUid, stored, signal);
    },
  };
}

async function readStored(
  blobs: BlobStore,
  sha256: Sha256,
  frames: InstanceFrames,
  frameNumber: number,
  lend: Lend,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const blob = await blobs.open(sha256, signal);
  try {
    return await frames.frame(frameNumber, async (offsetBytes, lengthBytes) => {
      const target = lend(Math.max(0, Math.min(lengthBytes, blob.sizeBytes - offsetBytes)));
      const read = await blob.readInto(target, offsetBytes, signal);
      return read === target.byteLength ? target : target.subarray(0, read);
    });
  } finally {
    await blob.close();
  }
}

/** One frame as it is sent unless asked otherwise, in memory of its own. */
export function storedFrame(
  blobs: BlobStore,
  { sha256 }: Pick<FoundInstance, 'sha256'>,
  frames: InstanceFrames,
  frameNumber: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return readStored(blobs, sha256, frames, frameNumber, (lengthBytes) => Buffer.allocUnsafe(lengthBytes), signal);
}
