/**
 * Runs untrusted reading and decoding in worker processes with a limit of time and memory. A job over its limit loses
 * its process, the process is replaced, and the caller gets a sentence; nobody else notices.
 *
 * Processes and not threads, by measurement: a thread that fills its heap can take the whole server down with it, and
 * one that allocates in a tight loop is not ended by `terminate()`. A process always obeys SIGKILL.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { AppError } from '#shared/errors.ts';
import { compiledModules } from './compiled-modules.ts';
import type { WorkerReply, WorkerRequest } from './worker-protocol.ts';

export interface WorkerPoolOptions {
  /** Module that calls `serveTasks`. */
  readonly entry: URL;
  /** Processes at most; they are started when first needed. */
  readonly size: number;
  /** Of one process, everything counted. */
  readonly memoryMb: number;
  /** For one job, counted from when a process takes it. */
  readonly timeoutMs: number;
  /** The last idle process ends after so long: it holds some eighty megabytes, and starts in a third of a second. */
  readonly idleMs?: number;
  /** One that is idle beside another ends after so long: it was needed for a rush that is over. */
  readonly surplusIdleMs?: number;
  /** The entry needs native modules (sharp). */
  readonly nativeModules?: boolean;
  /** Its processes give way to all others: nobody waits for what they do. */
  readonly background?: boolean;
}

export interface WorkerPool {
  /**
   * Runs a task of the entry module. An aborted job that waits is dropped; one that runs has two seconds left and its
   * result is thrown away.
   * @throws AppError as the task threw it, READING_TIMEOUT, READING_MEMORY; WorkerLost; the signal's reason
   */
  run(task: string, input: unknown, signal: AbortSignal): Promise<unknown>;
  /** Ends all processes; waiting and running jobs are refused. */
  close(): Promise<void>;
}

/** The process ended in the middle of a job, and not by our hand. */
export class WorkerLost extends Error {
  constructor(ending: number | string | null) {
    super(`a worker process ended with ${ending}`);
  }
}

interface Job {
  readonly request: WorkerRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface Worker {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
  job: Job | null;
  stopWatching: () => void;
  /** Shortens the time of the job under way. */
  hurry: () => void;
}

/**
 * A job leaves little behind but large buffers, which a small young generation gives back at once: by default it grows
 * to 64 MB. One thread helps the engine instead of four, which have nothing to share.
 */
const SMALL_HEAP = ['--max-semi-space-size=2', '--v8-pool-size=1'];
/** Of the C library on Linux, which has one for each thread and seldom gives anything of them back. */
const FEW_HEAPS = { MALLOC_ARENA_MAX: '1' };
const MEMORY_CHECK_MS = 100;
const IDLE_MS = 15_000;
const SURPLUS_IDLE_MS = 3000;
/** What a job takes that nobody waits for any more: most are done by then, and a new process costs more than the rest. */
const ABANDONED_MS = 2000;
const MEGABYTE = 1024 * 1024;
const PAGE_BYTES = 4096;

/** A system that knows no priorities runs it as any other. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // The process may have ended already, too.
  }
}

/** A pool of processes that all run the same entry module. */
export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const workers = new Set<Worker>();
  const waiting: Job[] = [];
  const compiled = compiledModules();
  let nextId = 1;
  let closed = false;

  function startWorker(): Worker {
    const child = fork(fileURLToPath(options.entry), [], {
      // Of Node's rights the worker keeps reading files. It starts nothing, and gives up writing before its first job:
      // until then it may keep what it compiled of our own modules.
      execArgv: [
        `--max-old-space-size=${options.memoryMb}`,
        ...SMALL_HEAP,
        '--permission',
        '--allow-fs-read=*',
        ...(compiled === null ? [] : [`--allow-fs-write=${compiled}`]),
        ...(options.nativeModules ? ['--allow-addons'] : []),
        '--disable-warning=SecurityWarning',
      ],
      env: { ...FEW_HEAPS, ...(compiled === null ? {} : { NODE_COMPILE_CACHE: compiled }) },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    if (options.background === true && child.pid !== undefined) giveWay(child.pid);
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const worker: Worker = { child, gone, job: null, stopWatching: () => {}, hurry: () => {} };
    workers.add(worker);
    child.on('message', (reply: WorkerReply) => {
      const job = worker.job;
      if (job?.request.id !== reply.id) return;
      release(worker);
      settle(job, reply);
      dispatch();
    });
    child.on('error', (error) => lose(worker, error));
    child.on('exit', (code, signal) => {
      // The engine aborts when its heap is full; the kernel kills when the machine's memory is.
      const memory = signal === 'SIGABRT' || signal === 'SIGKILL' || signal === 'SIGTRAP' || code === 134;
      lose(worker, memory ? new AppError('READING_MEMORY') : new WorkerLost(code ?? signal));
    });
    return worker;
  }

  function dispatch(): void {
    while (waiting.length > 0 && !closed) {
      let worker = [...workers].find((one) => one.job === null);
      if (!worker && workers.size < options.size) worker = startWorker();
      const job = worker && waiting.shift();
      if (!worker || !job) return;
      worker.stopWatching();
      worker.job = job;
      worker.child.ref();
      worker.child.channel?.ref();
      watch(worker);
      worker.child.send(job.request);
    }
  }

  function watch(worker: Worker): void {
    const expire = (): void => lose(worker, new AppError('READING_TIMEOUT', { seconds: options.timeoutMs / 1000 }));
    const timer = setTimeout(expire, options.timeoutMs);
    let hurried: NodeJS.Timeout | undefined;
    const memory = setInterval(() => {
      void residentBytes(worker.child.pid).then((bytes) => {
        if (worker.job && bytes > options.memoryMb * MEGABYTE) lose(worker, new AppError('READING_MEMORY'));
      });
    }, MEMORY_CHECK_MS);
    worker.hurry = () => {
      hurried ??= setTimeout(expire, ABANDONED_MS);
    };
    worker.stopWatching = () => {
      clearTimeout(timer);
      clearTimeout(hurried);
      clearInterval(memory);
    };
  }

  function release(worker: Worker): void {
    worker.stopWatching();
    worker.job = null;
    // An idle worker does not keep the server alive.
    worker.child.unref();
    worker.child.channel?.unref();
    const idleMs = options.idleMs ?? IDLE_MS;
    const idle = setTimeout(() => lose(worker, null), idleMs).unref();
    const endSurplus = (): void => {
      if (workers.size > 1) lose(worker, null);
    };
    const surplus = setTimeout(endSurplus, options.surplusIdleMs ?? SURPLUS_IDLE_MS).unref();
    worker.stopWatching = () => {
      clearTimeout(idle);
      clearTimeout(surplus);
    };
  }

  function lose(worker: Worker, reason: unknown): void {
    if (!workers.delete(worker)) return;
    const job = worker.job;
    release(worker);
    worker.stopWatching();
    worker.child.kill('SIGKILL');
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
          else [...workers].find((one) => one.job === job)?.hurry();
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
      const ending = [...workers].map((worker) => {
        lose(worker, new AppError('NOT_READY'));
        // Whoever waits here must be kept alive until the process is gone.
        worker.child.ref();
        return worker.gone;
      });
      await Promise.all(ending);
    },
  };
}

/** Resident memory of a process; 0 where the system has no /proc, and the engine's own limit has to do. */
async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const [, pages] = (await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ');
    return Number(pages) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

function settle(job: Job, reply: WorkerReply): void {
  if (reply.ok) job.resolve(reply.value);
  else if (reply.code === null) job.reject(new Error(reply.message));
  else job.reject(new AppError(reply.code, reply.params));
}
