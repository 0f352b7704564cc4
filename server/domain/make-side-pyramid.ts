import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import { sidePlan } from '#shared/imaging/side-levels.ts';
import type { BlobStore, Clock, Database, Repositories } from './ports.ts';
import type { Job } from './report-ports.ts';
import type { SidePyramid, SidePyramidMaker } from './side-pyramid-ports.ts';

/** The job that makes the levels a slide lacks. */
export const MAKE_SIDE_PYRAMID = 'make-side-pyramid';

/** Queues the job for a slide that lacks levels, in the transaction that stores it. */
export async function queueSidePyramid(
  { jobs, sidePyramids }: Pick<Repositories, 'jobs' | 'sidePyramids'>,
  { sha256, description }: { readonly sha256: Sha256; readonly description: SlideDescription },
  at: string,
): Promise<void> {
  if (sidePlan(description) === null || !(await sidePyramids.add(sha256, at))) return;
  await jobs.enqueue({ id: `${MAKE_SIDE_PYRAMID}:${sha256}`, kind: MAKE_SIDE_PYRAMID, payload: { sha256 }, at });
}

export interface SidePyramidServices {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'adopt'>;
  readonly clock: Clock;
  readonly sidePyramids: SidePyramidMaker;
}

/**
 * Makes the side pyramid of a stored slide and takes it into the store; begun again from the start when it was interrupted.
 * A slide whose pixels cannot be read has failed for good, and nothing is thrown: it is shown without those levels.
 */
export async function makeSidePyramid(
  { db, blobs, clock, sidePyramids }: SidePyramidServices,
  sourceSha256: Sha256,
  { signal, lastAttempt }: { readonly signal: AbortSignal; readonly lastAttempt: boolean },
): Promise<void> {
  const found = await db.sidePyramids.find(sourceSha256);
  if (found === null || found.state === 'ready') return;
  const now = () => clock.now().toISOString();
  const begun: SidePyramid = { ...found, state: 'making', percent: 0, failure: null, file: null };
  await db.sidePyramids.save(begun, now());
  const telling = new ProgressTeller((percent) => db.sidePyramids.save({ ...begun, percent }, now()));
  try {
    const made = await sidePyramids.make(sourceSha256, (percent) => telling.tell(percent), signal);
    await telling.settled();
    if (made === null) return await db.sidePyramids.remove(sourceSha256);
    try {
      const { sha256, sizeBytes } = await blobs.adopt(made.path, signal);
      await db.transaction(async (repositories) => {
        await repositories.material.addBlob(sha256, sizeBytes, now());
        const file = { sha256, levels: made.levels };
        await repositories.sidePyramids.save({ ...begun, state: 'ready', percent: 100, file }, now());
      });
    } finally {
      await made.discard();
    }
  } catch (error) {
    await telling.settled();
    const isRefusal = error instanceof AppError && error.status < SERVER_FAULT;
    if (isRefusal || (lastAttempt && !signal.aborted)) {
      const failure = error instanceof AppError ? error.message : new AppError('INTERNAL').message;
      await db.sidePyramids.save({ ...begun, state: 'failed', failure }, now());
    }
    if (!isRefusal) throw error;
  }
}

const SERVER_FAULT = 500;

/** Writes progress down one percent after the other: a newer one waits for the older to be written, and pushes out those between. */
class ProgressTeller {
  readonly #write: (percent: number) => Promise<void>;
  #writing: Promise<void> | null = null;
  #told = 0;
  #latest = 0;

  constructor(write: (percent: number) => Promise<void>) {
    this.#write = write;
  }

  tell(percent: number): void {
    this.#latest = Math.max(this.#latest, percent);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#latest > this.#told) {
      this.#told = this.#latest;
      // What cannot be written down now is overtaken by the next percent.
      await this.#write(this.#told).catch(() => {});
    }
  }
}

/** The job of a row of the outbox. Throws TypeError for a row that is none of ours. */
export function slideOfJob({ sha256 }: Job['payload']): Sha256 {
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError('the job names no slide');
  return sha256 as Sha256;
}
