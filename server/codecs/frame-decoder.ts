/** Decoding and rendering of single frames in a worker process. The bytes come from `readFrame`. */
import type { FrameTranscoder } from '#server/domain/image-ports.ts';
import type { ImageDescription } from '#shared/dicom/image-description.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import type { RenderedFrame, RenderWindow } from './render-frame.ts';
import type { DecodedFrame } from './stored-pixels.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

export interface FrameInput {
  readonly bytes: Uint8Array;
  readonly image: ImageDescription;
  readonly transferSyntaxUid: string;
  /** From 1. */
  readonly frameNumber: number;
}

export interface RenderInput extends FrameInput {
  /** null takes the window the image proposes. */
  readonly window: RenderWindow | null;
  /** Drawn on top, with those inside the pixel words; null draws none. */
  readonly overlays: readonly OverlayBits[] | null;
}

/** Modality values of a frame, row by row, one sample a pixel. */
export interface FrameValues {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** A pool for the functions below: a frame of the largest size we accept fits, and nothing takes a minute. */
export function createDecodePool(size: number, limits = { memoryMb: 2048, timeoutMs: 30_000 }): WorkerPool {
  return createWorkerPool({
    entry: new URL('./decode-worker.ts', import.meta.url),
    size,
    ...limits,
    nativeModules: true,
  });
}

/** Stored values. @throws AppError DICOM_TRANSFER_SYNTAX_UNSUPPORTED, FRAME_UNDECODABLE, READING_TIMEOUT, READING_MEMORY */
export async function decodeStoredValues(
  pool: WorkerPool,
  input: FrameInput,
  signal: AbortSignal,
): Promise<DecodedFrame> {
  return (await pool.run('stored-values', input, signal)) as DecodedFrame;
}

/** Values after Modality LUT or rescale, for measuring. Errors as above, and FRAME_UNDECODABLE for colour. */
export async function decodeFrameValues(
  pool: WorkerPool,
  input: FrameInput,
  signal: AbortSignal,
): Promise<FrameValues> {
  return (await pool.run('values', input, signal)) as FrameValues;
}

/** A picture of the frame, for thumbnails, key images and previews. Errors as above. */
export async function renderFramePicture(
  pool: WorkerPool,
  input: RenderInput,
  signal: AbortSignal,
): Promise<RenderedFrame> {
  return (await pool.run('picture', input, signal)) as RenderedFrame;
}

/** Transcoding in the same processes; `decoders` is made by `createDecodePool`. */
export function createFrameTranscoder(decoders: WorkerPool): FrameTranscoder {
  return {
    transcode: async (frame, signal) => (await decoders.run('transcode', frame, signal)) as Uint8Array,
  };
}
