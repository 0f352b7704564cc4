import type { Clock } from '#server/domain/ports.ts';

/**
 * Answers remembered for a few seconds. Requests for the same key at the same time share one question. What was
 * asked before `clear` is not kept after it, so an answer can never be older than the last change that was told.
 */
export class RecentValues<T> {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #limit: number;
  readonly #known = new Map<string, { readonly value: Promise<T>; readonly untilMs: number }>();

  constructor(clock: Clock, keepMs: number, limit: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#limit = limit;
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.now().getTime();
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > now) return known.value;
    const entry = { value: ask(), untilMs: now + this.#keepMs };
    this.#known.delete(key);
    if (this.#known.size >= this.#limit) this.#dropOldest();
    this.#known.set(key, entry);
    // A failed question is asked again by the next request; the caller of this one hears of the failure himself.
    entry.value.catch(() => {
      if (this.#known.get(key) === entry) this.#known.delete(key);
    });
    return entry.value;
  }

  clear(): void {
    this.#known.clear();
  }

  #dropOldest(): void {
    const oldest = this.#known.keys().next();
    if (oldest.done !== true) this.#known.delete(oldest.value);
  }
}
