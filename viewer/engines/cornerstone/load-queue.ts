/** What is wanted now goes before what is on the screen elsewhere, and that before what may be wanted soon. */
export const LOAD_PRIORITIES = ['interaction', 'visible', 'prefetch'] as const;
export type LoadPriority = (typeof LOAD_PRIORITIES)[number];

/**
 * Runs loads in the order of their priority, newest wish first within interaction, oldest first otherwise. The same key
 * is loaded once for all who ask; it is aborted when the last of them gives up.
 */
export interface LoadQueue<Result> {
  /** Rejects with the reason of `signal` when that aborts first, else with what the load rejects with. */
  load(key: string, priority: LoadPriority, signal: AbortSignal): Promise<Result>;
}

export interface LoadLimits {
  /** Loads at once. */
  readonly parallel: number;
  /** Of them prefetches, so that a wish never waits for a free connection; asked anew each time. */
  prefetches(): number;
}

interface Job<Result> {
  readonly key: string;
  readonly controller: AbortController;
  readonly outcome: Promise<Result>;
  settle(work: Promise<Result>): void;
  readonly waiting: Set<LoadPriority[]>;
  running: boolean;
  /** Grows with every wish. */
  turn: number;
}

export function createLoadQueue<Result>(
  run: (key: string, signal: AbortSignal) => Promise<Result>,
  limits: LoadLimits,
): LoadQueue<Result> {
  const jobs = new Map<string, Job<Result>>();
  let turns = 0;

  const rankOf = (job: Job<Result>): number =>
    Math.min(...[...job.waiting].map(([priority]) => LOAD_PRIORITIES.indexOf(priority ?? 'prefetch')));
  const isBefore = (a: Job<Result>, b: Job<Result>): boolean => {
    const [first, second] = [rankOf(a), rankOf(b)];
    if (first !== second) return first < second;
    return first === 0 ? a.turn > b.turn : a.turn < b.turn;
  };
  const start = (job: Job<Result>): void => {
    job.running = true;
    const work = run(job.key, job.controller.signal);
    job.settle(work);
    const done = (): void => {
      if (jobs.get(job.key) === job) jobs.delete(job.key);
      fill();
    };
    work.then(done, done);
  };
  function fill(): void {
    for (;;) {
      let running = 0;
      let prefetching = 0;
      let next: Job<Result> | null = null;
      for (const job of jobs.values()) {
        if (job.running) {
          running += 1;
          if (rankOf(job) === 2) prefetching += 1;
        } else if (next === null || isBefore(job, next)) next = job;
      }
      if (next === null || running >= limits.parallel) return;
      if (rankOf(next) === 2 && prefetching >= limits.prefetches()) return;
      start(next);
    }
  }
  const jobFor = (key: string): Job<Result> => {
    const known = jobs.get(key);
    if (known !== undefined) return known;
    const { promise, resolve } = Promise.withResolvers<Result>();
    // Whoever waits hears of a failure; with nobody waiting it is nobody's.
    promise.catch(() => undefined);
    const job: Job<Result> = {
      ...{ key, controller: new AbortController(), outcome: promise, running: false, turn: 0 },
      ...{ waiting: new Set<LoadPriority[]>(), settle: (work: Promise<Result>) => resolve(work) },
    };
    jobs.set(key, job);
    return job;
  };
  return {
    load(key, priority, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const job = jobFor(key);
      const wish = [priority];
      job.waiting.add(wish);
      turns += 1;
      job.turn = turns;
      const answer = new Promise<Result>((resolve, reject) => {
        const giveUp = (): void => {
          job.waiting.delete(wish);
          reject(signal.reason);
          if (job.waiting.size > 0) return;
          job.controller.abort(signal.reason);
          // From here on a new wish begins a new load.
          if (jobs.get(key) === job) jobs.delete(key);
          fill();
        };
        signal.addEventListener('abort', giveUp, { once: true });
        job.outcome.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
      });
      fill();
      return answer;
    },
  };
}
