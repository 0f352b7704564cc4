import { createDecodePool } from './codecs/frame-decoder.ts';
import type { MeasureServices } from './domain/measure-slide-quality.ts';
import type { PixelReader } from './domain/picture-ports.ts';
import type { BlobStore, Clock, Database } from './domain/ports.ts';
import type { SidePyramidMaker } from './domain/side-pyramid-ports.ts';
import { jobHandlers, longJobHandlers } from './jobs/handlers.ts';
import { type JobWorker, type JobWorkerOptions, startJobWorker } from './jobs/worker.ts';
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
/** A job of a server that died is taken up again after so long. */
const LONG_JOB_LEASE_MS = 60_000;
const LONG_JOB_MS = 12 * 3600_000;

export function openReports({
  db,
  blobs,
  clock,
  log,
  tiles,
  sidePyramids,
  measureStored,
}: {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly tiles: Pick<TileService, 'region' | 'describe'>;
  readonly sidePyramids: SidePyramidMaker;
  readonly measureStored: MeasureServices['measureStored'];
}): ReportServices {
  const decoders = createDecodePool(DECODING_THREADS);
  const pixels = createPixelReader({ material: db.material, blobs, decoders, tiles });
  let workers: readonly JobWorker[] = [];
  return {
    pixels,
    startJobs() {
      if (workers.length > 0) return;
      const onFailure: JobWorkerOptions['onFailure'] = (err, { kind, attempts }) =>
        log.error({ err, kind, attempts }, 'a job failed');
      const handlers = jobHandlers({
        ...{ db, blobs, clock, renditions: createRenditionMaker(pixels) },
        describeStored: (sha256, signal) => tiles.describe(sha256, signal),
        onLeftOut: (err, annotationId) => log.warn({ err, annotationId }, 'a key image could not be made'),
      });
      workers = [
        startJobWorker({ queue: db.jobs, clock, handlers, onFailure }),
        startJobWorker({
          ...{ queue: db.jobs, clock, onFailure, leaseMs: LONG_JOB_LEASE_MS, mostMs: LONG_JOB_MS },
          handlers: longJobHandlers({ db, blobs, clock, sidePyramids, measureStored }),
        }),
      ];
    },
    wakeJobs() {
      for (const worker of workers) worker.wake();
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await decoders.close();
    },
  };
}
