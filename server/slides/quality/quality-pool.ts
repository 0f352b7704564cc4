import { createWorkerPool, type WorkerPool } from '#server/codecs/worker-pool.ts';
import type { QualityTasks } from './quality-tasks.ts';

const MEMORY_MB = 1024;
const TIMEOUT_MS = 60_000;
const NEVER = new AbortController().signal;

/** One process that gives way to all others. */
export function createQualityPool(): WorkerPool {
  return createWorkerPool({
    entry: new URL('./quality-worker.ts', import.meta.url),
    ...{ size: 1, memoryMb: MEMORY_MB, timeoutMs: TIMEOUT_MS, nativeModules: true, background: true },
  });
}

/** The tasks over such a pool, which stays the caller's to close. */
export function qualityTasks(pool: WorkerPool): QualityTasks {
  const run = async <Value>(task: string, input: unknown, signal: AbortSignal = NEVER): Promise<Value> =>
    (await pool.run(task, input, signal)) as Value;
  return {
    overview: (input, signal) => run('overview', input, signal),
    focus: (input, signal) => run('focus', input, signal),
    macro: (input, signal) => run('macro', input, signal),
  };
}
