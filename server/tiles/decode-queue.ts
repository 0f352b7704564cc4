/** Work that decodes, a little of it at a time: who asks for more than can be done is told so instead of kept waiting. */

import { AppError } from '#shared/errors.ts';

interface Waiting {
  readonly caller: string;
  /** Takes the place that has become free. */
  start(): void;
  refuse(error: AppError): void;
}

/**
 * Callers take turns, so that one who asks for a thousand tiles delays nobody else; of one caller the newest wish comes
 * first, for a viewport that has moved on needs the older ones no more. When `mostWaiting` wait already, the oldest wish
 * of whoever has most of them is refused with TILES_BUSY.
 */
export class DecodeQueue {
  readonly #running: number;
  readonly #mostWaiting: number;
  /** Newest last; callers in the order of their turns, and none without a wish. */
  readonly #waiting = new Map<string, Waiting[]>();
  #waitingCount = 0;
  #runningCount = 0;

  constructor(limits: { readonly running: number; readonly mostWaiting: number }) {
    this.#running = limits.running;
    this.#mostWaiting = limits.mostWaiting;
  }

  /** Wishes that have not been started. */
  get waiting(): number {
    return this.#waitingCount;
  }

  /** Errors: TILES_BUSY, those of `work`; an aborted signal ends the waiting with its reason. */
  async run<Value>(caller: string, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    signal.throwIfAborted();
    await this.#enter(caller, signal);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#runningCount--;
      this.#startNext();
    }
  }

  #enter(caller: string, signal: AbortSignal): Promise<void> {
    if (this.#runningCount < this.#running) {
      this.#runningCount++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#remove(wish);
        reject(signal.reason);
      };
      const wish: Waiting = {
        caller,
        start() {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        refuse(error) {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      const wishes = this.#waiting.get(caller);
      if (wishes === undefined) this.#waiting.set(caller, [wish]);
      else wishes.push(wish);
      this.#waitingCount++;
      if (this.#waitingCount > this.#mostWaiting) this.#refuseOne();
    });
  }

  #startNext(): void {
    const [turn] = this.#waiting;
    if (turn === undefined) return;
    const [caller, wishes] = turn;
    const next = wishes.pop();
    // Behind the others, until its next turn.
    this.#waiting.delete(caller);
    if (wishes.length > 0) this.#waiting.set(caller, wishes);
    if (next === undefined) return;
    this.#waitingCount--;
    this.#runningCount++;
    next.start();
  }

  #refuseOne(): void {
    let longest: Waiting[] = [];
    for (const wishes of this.#waiting.values()) if (wishes.length > longest.length) longest = wishes;
    const [oldest] = longest;
    if (oldest === undefined) return;
    this.#remove(oldest);
    oldest.refuse(new AppError('TILES_BUSY'));
  }

  #remove(wish: Waiting): void {
    const wishes = this.#waiting.get(wish.caller);
    const at = wishes?.indexOf(wish) ?? -1;
    if (wishes === undefined || at < 0) return;
    wishes.splice(at, 1);
    this.#waitingCount--;
    if (wishes.length === 0) this.#waiting.delete(wish.caller);
  }
}
