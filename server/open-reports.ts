import { createDecodePool } from './codecs/frame-decoder.ts';
import type { PixelReader } from './domain/picture-ports.ts';
import type { BlobStore, Clock, Database } from './domain/ports.ts';
import { jobHandlers } from './jobs/handlers.ts';
import { type JobWorker, startJobWorker } from './jobs/worker.ts';
import type { Log } from './log.ts';
import { createPixelReader } from './pixel-reader.ts';
import { createRenditionMaker } from './renditions/renditions.ts';
import type { TileService } from './tiles/tile-service.ts';

/** What measures annotations and makes the files of signed reports. */
export interface ReportServices {
  readonly pixels: PixelReader;
  /** Begins to work through the outbox; the command line, which only looks things up, never does. */
  startJobs(): void;
  /** Tells the worker that a commit has queued something. */
  wakeJobs(): void;
  close(): Promise<void>;
}

/** Frames are decoded for measuring while somebody waits, so a rendition must not hold the only thread. */
const DECODING_THREADS = 2;

export function openReports({
  db,
  blobs,
  clock,
  log,
  tiles,
}: {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly tiles: Pick<TileService, 'region' | 'describe'>;
}): ReportServices {
  const decoders = createDecodePool(DECODING_THREADS);
  const pixels = createPixelReader({ material: db.material, blobs, decoders, tiles });
  let worker: JobWorker | null = null;
  return {
    pixels,
    startJobs() {
      worker ??= startJobWorker({
        queue: db.jobs,
        clock,
        handlers: jobHandlers({
          ...{ db, blobs, clock, renditions: createRenditionMaker(pixels) },
          describeStored: (sha256, signal) => tiles.describe(sha256, signal),
          onLeftOut: (err, annotationId) => log.warn({ err, annotationId }, 'a key image could not be made'),
        }),
        onFailure: (err, { kind, attempts }) => log.error({ err, kind, attempts }, 'a job failed'),
      });
    },
    wakeJobs: () => worker?.wake(),
    async close() {
      await worker?.stop();
      await decoders.close();
    },
  };
}
