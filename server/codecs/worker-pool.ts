/**
 * Runs untrusted reading and decoding in worker threads with a limit of time and memory. A job over its limit loses
 * its thread, the thread is replaced, and the caller gets a sentence; nobody else notices.
 */
import { Worker } from 'node:worker_threads';
import { AppError } from '#shared/errors.ts';
import type { WorkerReply, WorkerRequest } from './worker-protocol.ts';

export interface WorkerPoolOptions {
  /** Module that calls `serveTasks`. */
  readonly entry: URL;
  /** Threads at most; they are started when first needed. */
  readonly size: number;
  /** JavaScript heap and buffers of one thread. */
  readonly memoryMb: number;
  /** For one job, counted from when a thread takes it. */
  readonly timeoutMs: number;
}

export interface WorkerPool {
  /**
   * Runs a task of the entry module. An aborted job that waits is dropped; one that runs is left to its limits and
   * its result is thrown away.
   * @throws AppError as the task threw it, READING_TIMEOUT, READING_MEMORY; the signal's reason
   */
  run(task: string, input: unknown, signal: AbortSignal): Promise<unknown>;
  /** Ends all threads; waiting and running jobs are refused. */
  close(): Promise<void>;
}

interface Job {
  readonly request: WorkerRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | null;
  stopWatching: () => void;
}

const MEMORY_CHECK_MS = 200;
const MEGABYTE = 1024 * 1024;

/** A pool of threads that all run the same entry module. */
export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  let nextId = 1;
  let closed = false;

  function startThread(): Thread {
    const worker = new Worker(options.entry, {
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb, stackSizeMb: 4 },
      // The thread reads hostile files; it gets nothing of the environment.
      env: {},
      stdin: false,
    });
    const thread: Thread = { worker, job: null, stopWatching: () => {} };
    threads.add(thread);
    worker.on('message', (reply: WorkerReply) => {
      const job = thread.job;
      if (job?.request.id === reply.id) {
        release(thread);
        settle(job, reply);
        dispatch();
      }
    });
    worker.on('error', (error: Error & { code?: string }) => {
      lose(thread, error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new AppError('READING_MEMORY') : error);
    });
    worker.on('exit', () => lose(thread, new Error('a worker thread ended unexpectedly')));
    return thread;
  }

  function dispatch(): void {
    while (waiting.length > 0 && !closed) {
      let thread = [...threads].find((one) => one.job === null);
      if (!thread && threads.size < options.size) thread = startThread();
      const job = thread && waiting.shift();
      if (!thread || !job) return;
      thread.job = job;
      thread.worker.ref();
      thread.stopWatching = watch(thread);
      thread.worker.postMessage(job.request);
    }
  }

  function watch(thread: Thread): () => void {
    const timer = setTimeout(() => {
      lose(thread, new AppError('READING_TIMEOUT', { seconds: options.timeoutMs / 1000 }));
    }, options.timeoutMs);
    // The engine's own limit does not count buffers, and those are what a decoder asks for.
    const memory = setInterval(() => {
      thread.worker.getHeapStatistics().then(
        (heap) => {
          const bytes = heap.used_heap_size + (heap.external_memory ?? 0);
          if (thread.job && bytes > options.memoryMb * MEGABYTE) lose(thread, new AppError('READING_MEMORY'));
        },
        // The thread has gone in the meantime; its exit is handled by its own listener.
        () => {},
      );
    }, MEMORY_CHECK_MS);
    return () => {
      clearTimeout(timer);
      clearInterval(memory);
    };
  }

  function release(thread: Thread): void {
    thread.stopWatching();
    thread.job = null;
    // An idle thread does not keep the process alive.
    thread.worker.unref();
  }

  function lose(thread: Thread, reason: unknown): void {
    if (!threads.delete(thread)) return;
    const job = thread.job;
    release(thread);
    void thread.worker.terminate();
    job?.reject(reason);
    dispatch();
  }

  return {
    run(task, input, signal) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(new AppError('NOT_READY'));
        if (signal.aborted) return reject(signal.reason);
        const onAbort = () => {
          const at = waiting.indexOf(job);
          if (at >= 0) waiting.splice(at, 1);
          reject(signal.reason);
        };
        const done = () => signal.removeEventListener('abort', onAbort);
        const job: Job = {
          request: { id: nextId++, task, input },
          resolve: (value) => {
            done();
            resolve(value);
          },
          reject: (reason) => {
            done();
            reject(reason);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(job);
        dispatch();
      });
    },
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(new AppError('NOT_READY'));
      const ending = [...threads].map((thread) => {
        threads.delete(thread);
        const job = thread.job;
        release(thread);
        job?.reject(new AppError('NOT_READY'));
        return thread.worker.terminate();
      });
      await Promise.all(ending);
    },
  };
}

function settle(job: Job, reply: WorkerReply): void {
  if (reply.ok) job.resolve(reply.value);
  else if (reply.code === null) job.reject(new Error(reply.message));
  else job.reject(new AppError(reply.code, reply.params));
}
