import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '#server/db/test-database.ts';
import type { Clock } from '#server/domain/ports.ts';
import { AppError } from '#shared/errors.ts';
import { type JobHandler, type JobWorker, startJobWorker } from './worker.ts';

const clock: Clock = { now: () => new Date() };
const now = (): string => clock.now().toISOString();

describeOnEachDatabase('job worker', (open) => {
  let worker: JobWorker | null = null;
  const failures: string[] = [];
  afterEach(async () => {
    await worker?.stop();
    failures.length = 0;
    await open().kysely.deleteFrom('jobs').execute();
  });

  function start(handler: JobHandler, options: { leaseMs?: number; mostMs?: number; pollMs?: number } = {}): JobWorker {
    worker = startJobWorker({
      queue: open().db.jobs,
      clock,
      handlers: { work: handler },
      onFailure: (error) => failures.push(error instanceof Error ? error.message : 'unknown'),
      backoffMs: 5,
      ...options,
    });
    return worker;
  }

  const enqueue = (id: string, kind = 'work') => open().db.jobs.enqueue({ id, kind, payload: { n: 1 }, at: now() });

  async function reaches(id: string, state: string): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if ((await open().db.jobs.state(id)) === state) return;
      await sleep(5);
    }
    throw new Error(`${id} is ${await open().db.jobs.state(id)}, not ${state}`);
  }

  it('does what waits in it at the start, and what comes when it is woken', async () => {
    const done: unknown[] = [];
    await enqueue('before');
    const running = start(async (payload) => void done.push(payload), { pollMs: 60_000 });
    await reaches('before', 'done');
    await enqueue('after');
    running.wake();
    await reaches('after', 'done');
    expect(done).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it('tries again after a failure, and tells the handler when it is for the last time', async () => {
    const attempts: boolean[] = [];
    await enqueue('stubborn');
    start(async (_payload, { lastAttempt }) => {
      attempts.push(lastAttempt);
      if (!lastAttempt) throw new AppError('FRAME_UNDECODABLE');
    });
    await reaches('stubborn', 'done');
    expect(attempts).toEqual([false, false, false, false, true]);
    expect(failures).toHaveLength(4);
  });

  it('gives up in the end with a code and no words, and goes on with the next', async () => {
    await enqueue('hopeless');
    start(async () => {
      throw new Error('words that may hold anything');
    });
    await reaches('hopeless', 'failed');
    const row = await open().kysely.selectFrom('jobs').select('failure').executeTakeFirstOrThrow();
    expect(row.failure).toBe('INTERNAL');
  });

  it('leaves jobs of other kinds to other workers', async () => {
    await enqueue('strange', 'hologram');
    await enqueue('familiar');
    start(async () => {});
    await reaches('familiar', 'done');
    expect(await open().db.jobs.state('strange')).toBe('queued');
  });

  it('keeps a job that takes longer than the lease from others', async () => {
    await enqueue('slow');
    let runs = 0;
    const work: JobHandler = async () => {
      runs++;
      await sleep(150);
    };
    start(work, { leaseMs: 40, mostMs: 60_000, pollMs: 5 });
    await reaches('slow', 'running');
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await open().db.jobs.claim(['work'], now(), now())).toBeNull();
      await sleep(10);
    }
    await reaches('slow', 'done');
    expect(runs).toBe(1);
  });

  it('rule 3: takes over what a process that died was doing', async () => {
    await enqueue('abandoned');
    const past = new Date(Date.now() - 1000).toISOString();
    expect(await open().db.jobs.claim(['work'], now(), past)).toMatchObject({ attempts: 1 });
    start(async () => {});
    await reaches('abandoned', 'done');
  });

  it('interrupts a job that runs longer than its lease', async () => {
    await enqueue('endless');
    start((_payload, { signal }) => sleep(60_000, undefined, { signal }), { leaseMs: 20 });
    await reaches('endless', 'failed');
    expect(failures).toHaveLength(5);
  });

  it('stops at once, and what it was doing is due again', async () => {
    await enqueue('long');
    const running = start((_payload, { signal }) => sleep(60_000, undefined, { signal }));
    await reaches('long', 'running');
    await running.stop();
    expect(await open().db.jobs.state('long')).toBe('queued');
    // Being stopped is no fault of the job's: a server may be restarted any number of times.
    expect(await open().kysely.selectFrom('jobs').select('attempts').executeTakeFirst()).toEqual({ attempts: 0 });
    expect(failures).toEqual([]);
  });
});
