/** Work that several callers want at the same moment is done once. */

interface Flight<Value> {
  readonly result: Promise<Value>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * Runs work by key. A caller whose signal aborts leaves alone; the work itself is aborted when the last caller has
 * left. Nothing is kept once the work is done: this shares, it does not cache.
 */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** Number of keys under way. */
  get size(): number {
    return this.#flights.size;
  }

  run(key: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    return new Promise<Value>((resolve, reject) => {
      const leave = (): void => {
        reject(signal?.reason);
        flight.waiting--;
        if (flight.waiting === 0) {
          // Whoever comes now starts afresh instead of sharing the failure of an abandoned flight.
          if (this.#flights.get(key) === flight) this.#flights.delete(key);
          flight.abort.abort(signal?.reason);
        }
      };
      signal?.addEventListener('abort', leave, { once: true });
      flight.result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const abort = new AbortController();
    const flight: Flight<Value> = { result: work(abort.signal), abort, waiting: 0 };
    this.#flights.set(key, flight);
    const done = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.result.then(done, done);
    return flight;
  }
}
