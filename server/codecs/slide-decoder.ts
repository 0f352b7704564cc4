/** Decodes what slides store in worker processes, so that no tile can hold up or end the server. */

import { AppError } from '#shared/errors.ts';
import type { SlideDecoder } from './slide-decoding.ts';
import { createWorkerPool, WorkerLost, type WorkerPool } from './worker-pool.ts';

export interface SlideDecodePools {
  /** Tiles, strips and frames, while somebody looks at them. */
  readonly tiles: WorkerPool;
  /** Flat pictures, which may take minutes and must not keep tiles waiting. */
  readonly pictures: WorkerPool;
}

export interface SlideDecoderLimits {
  readonly memoryMb: number;
  readonly tileTimeoutMs: number;
  readonly pictureTimeoutMs: number;
}

/** A strip of the largest size we accept fits; a tile takes some milliseconds. A picture has its own limit below this one. */
const LIMITS: SlideDecoderLimits = { memoryMb: 2048, tileTimeoutMs: 20_000, pictureTimeoutMs: 115_000 };

/** The processes; `tiles` of them at most decode tiles. Those in the background give way to all others. */
export function createSlideDecodePools(
  tiles: number,
  limits: SlideDecoderLimits = LIMITS,
  background = false,
): SlideDecodePools {
  const { memoryMb, tileTimeoutMs, pictureTimeoutMs } = limits;
  const entry = new URL('./decode-worker.ts', import.meta.url);
  const common = { entry, memoryMb, nativeModules: true, background };
  return {
    tiles: createWorkerPool({ ...common, size: tiles, timeoutMs: tileTimeoutMs }),
    pictures: createWorkerPool({ ...common, size: 1, timeoutMs: pictureTimeoutMs }),
  };
}

/** The decoder over such processes, which stay the caller's to close. */
export function createSlideDecoder({ tiles, pictures }: SlideDecodePools): SlideDecoder {
  const run = async <Value>(
    [pool, task, input]: readonly [WorkerPool, string, unknown],
    signal: AbortSignal | undefined,
    refuse: (reason: string, cause: unknown) => AppError,
  ): Promise<Value> => {
    try {
      return (await pool.run(task, input, signal ?? NEVER)) as Value;
    } catch (error) {
      const reason = failureOf(error);
      throw reason === null ? error : refuse(reason, error);
    }
  };
  const damaged = (format: string) => (reason: string, cause: unknown) =>
    new AppError('DOCUMENT_DAMAGED', { format, reason }, { cause });
  const undecodable = (frame: number) => (reason: string, cause: unknown) =>
    new AppError('FRAME_UNDECODABLE', { frame, reason }, { cause });
  return {
    raster: (input, signal) => run([tiles, 'slide-raster', input], signal, damaged(input.format)),
    segment: (input, signal) => run([tiles, 'slide-segment', input], signal, damaged('TIFF')),
    frame: (input, signal) => run([tiles, 'stored-values', input], signal, undecodable(input.frameNumber)),
    frameRaster: (input, signal) => run([tiles, 'slide-frame', input], signal, undecodable(input.frameNumber)),
    tiled: (input, signal) => run([pictures, 'tiled-picture', input], signal, damaged(input.format)),
  };
}

const NEVER = new AbortController().signal;

/** Why the pixels could not be had, when it is they that cost the process its life; null for every other error. */
function failureOf(error: unknown): string | null {
  if (error instanceof WorkerLost) return 'decoding it ended the decoder';
  if (!(error instanceof AppError)) return null;
  if (error.code === 'READING_TIMEOUT') return 'decoding it takes too long';
  return error.code === 'READING_MEMORY' ? 'decoding it takes too much memory' : null;
}
