import type { Clock } from '#server/domain/ports.ts';
import type { Job, JobQueue } from '#server/domain/report-ports.ts';
import { AppError } from '#shared/errors.ts';

/** What does the work of one kind of job. It may be called again for a job it has half done. */
export type JobHandler = (payload: Job['payload'], run: JobRun) => Promise<void>;

export interface JobRun {
  readonly signal: AbortSignal;
  /** True when no further attempt will follow. */
  readonly lastAttempt: boolean;
}

export interface JobWorkerOptions {
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** Jobs of other kinds are left to other workers. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** Hears of every failed attempt. */
  readonly onFailure: (error: unknown, job: Pick<Job, 'id' | 'kind' | 'attempts'>) => void;
  /** After so long without a sign of life of this process another takes its job for abandoned. */
  readonly leaseMs?: number;
  /** How long a job may run before it is stopped; a little less than the lease when absent. */
  readonly mostMs?: number;
  /** Jobs of other processes are looked for this often; own ones wake the worker. */
  readonly pollMs?: number;
  readonly backoffMs?: number;
}

export interface JobWorker {
  /** There may be something to do. Called after the commit that queued it. */
  wake(): void;
  /** Stops taking jobs, interrupts the one under way (it is due again at once) and waits for it to end. */
  stop(): Promise<void>;
}

const MOST_ATTEMPTS = 5;
const LEASE_MS = 10 * 60_000;
const POLL_MS = 5_000;
const BACKOFF_MS = 1_000;

/** Works through the outbox, one job after the other, until it is stopped. */
export function startJobWorker({
  queue,
  clock,
  handlers,
  onFailure,
  leaseMs = LEASE_MS,
  // Less than the lease, so that a job is never run twice at the same time.
  mostMs = leaseMs * 0.9,
  pollMs = POLL_MS,
  backoffMs = BACKOFF_MS,
}: JobWorkerOptions): JobWorker {
  const kinds = Object.keys(handlers);
  const stopping = new AbortController();
  let wakeUp = () => {};
  let wanted = false;

  const later = (ms: number): string => new Date(clock.now().getTime() + ms).toISOString();

  async function runNext(): Promise<boolean> {
    const job = await queue.claim(kinds, later(0), later(leaseMs));
    if (job === null) return false;
    const lastAttempt = job.attempts >= MOST_ATTEMPTS;
    const extending = setInterval(() => {
      // The next one may succeed; when none does, another process begins the job anew.
      queue.extend(job.id, later(leaseMs)).catch(() => {});
    }, leaseMs / 4).unref();
    try {
      // A job that was claimed too often without an answer ends processes; it must not go on doing so.
      if (job.attempts > MOST_ATTEMPTS) throw new Error('the job ended the process that ran it');
      const handler = handlers[job.kind];
      if (handler === undefined) throw new Error(`there is nobody to do ${job.kind}`);
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(mostMs)]);
      await handler(job.payload, { signal, lastAttempt });
      await queue.finish(job.id, later(0));
    } catch (error) {
      await settle(job, lastAttempt, error);
    } finally {
      clearInterval(extending);
    }
    return true;
  }

  async function settle(job: Job, lastAttempt: boolean, error: unknown): Promise<void> {
    if (stopping.signal.aborted) return queue.giveBack(job.id, later(0));
    onFailure(error, job);
    const failure = error instanceof AppError ? error.code : 'INTERNAL';
    if (lastAttempt) return queue.fail(job.id, later(0), failure);
    return queue.retry(job.id, later(backoffMs * 2 ** (job.attempts - 1)), failure);
  }

  async function sleep(): Promise<void> {
    const due = await queue.nextDue(kinds);
    const untilDue = due === null ? pollMs : Date.parse(due) - clock.now().getTime();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(10, Math.min(pollMs, untilDue)));
      timer.unref();
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (wanted || stopping.signal.aborted) wakeUp();
    });
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      wanted = false;
      try {
        while (!stopping.signal.aborted && (await runNext())) {
          // The next one at once.
        }
        await sleep();
      } catch (error) {
        // The database does not answer: nothing is lost, the jobs wait in it.
        onFailure(error, { id: '', kind: 'queue', attempts: 0 });
        await new Promise((resolve) => setTimeout(resolve, pollMs).unref());
      }
    }
  }

  const ended = loop();
  return {
    wake() {
      wanted = true;
      wakeUp();
    },
    async stop() {
      stopping.abort();
      wakeUp();
      await ended;
    },
  };
}
