import type { Clock } from '#server/domain/ports.ts';

interface Entry<T> {
  readonly value: Promise<T>;
  readonly untilMs: number;
  /** Undefined while the question is open. */
  answer: T | undefined;
}

/**
 * Answers remembered for a few seconds. Requests for the same key at the same time share one question. What was
 * asked before `clear` is not kept after it, so an answer can never be older than the last change that was told.
 */
export class RecentValues<T> {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #limit: number;
  readonly #known = new Map<string, Entry<T>>();

  constructor(clock: Clock, keepMs: number, limit: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#limit = limit;
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.now().getTime();
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > now) return known.value;
    const entry: Entry<T> = { value: ask(), untilMs: now + this.#keepMs, answer: undefined };
    this.#known.delete(key);
    if (this.#known.size >= this.#limit) this.#dropOldest();
    this.#known.set(key, entry);
    // A failed question is asked again by the next request; the caller of this one hears of the failure himself.
    entry.value.then(
      (answer) => {
        entry.answer = answer;
      },
      () => {
        if (this.#known.get(key) === entry) this.#known.delete(key);
      },
    );
    return entry.value;
  }

  /** What is remembered under the key; undefined when it has to be asked for. */
  known(key: string): T | undefined {
    const known = this.#known.get(key);
    return known !== undefined && known.untilMs > this.#clock.now().getTime() ? known.answer : undefined;
  }

  clear(): void {
    this.#known.clear();
  }

  #dropOldest(): void {
    const oldest = this.#known.keys().next();
    if (oldest.done !== true) this.#known.delete(oldest.value);
  }
}
