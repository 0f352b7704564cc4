import { AppError } from '#shared/errors.ts';
import type { Clock } from './ports.ts';

interface Window {
  attempts: number;
  readonly endsAtMs: number;
}

/** More keys than this at once are an attack on our memory; the oldest windows then go first. */
const MAX_KEYS = 50_000;

/**
 * Counts attempts by key in windows of a fixed length. An attempt is counted before it is made and taken back when
 * it succeeds, so that many attempts at the same moment do not slip through together.
 */
export class AttemptLimit {
  readonly #windows = new Map<string, Window>();
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;

  constructor(clock: Clock, options: { readonly limit: number; readonly windowMs: number }) {
    this.#clock = clock;
    this.#limit = options.limit;
    this.#windowMs = options.windowMs;
  }

  /** Counts one attempt. Throws TOO_MANY_REQUESTS with the seconds to wait when the window is full. */
  begin(key: string): void {
    const now = this.#clock.now().getTime();
    let window = this.#windows.get(key);
    if (window === undefined || window.endsAtMs <= now) {
      this.#windows.delete(key);
      window = { attempts: 0, endsAtMs: now + this.#windowMs };
      this.#makeRoom(now);
      this.#windows.set(key, window);
    }
    if (window.attempts >= this.#limit) {
      throw new AppError('TOO_MANY_REQUESTS', { seconds: Math.ceil((window.endsAtMs - now) / 1000) });
    }
    window.attempts += 1;
  }

  /** Takes the attempt back: it was right. */
  succeed(key: string): void {
    const window = this.#windows.get(key);
    if (window !== undefined && window.attempts > 0) window.attempts -= 1;
  }

  #makeRoom(now: number): void {
    if (this.#windows.size < MAX_KEYS) return;
    // Windows stand in the order they began and all last as long, so the first ones end first.
    for (const [key, window] of this.#windows) {
      if (window.endsAtMs > now && this.#windows.size < MAX_KEYS) return;
      this.#windows.delete(key);
    }
  }
}
