/** Counting further than this takes long enough to remember the result. */
const LARGE = 1000;
const BELIEVED_MS = 3000;
const MAX_KNOWN = 500;

/**
 * Large totals of searches, kept for some seconds: a client that turns pages asks for the same one with every page.
 * Small ones are counted each time and always exact.
 */
export class KnownTotals {
  readonly #known = new Map<string, { readonly total: number; readonly until: number }>();

  /** What is believed of it now; undefined when it has to be counted. */
  known(key: string): number | undefined {
    const known = this.#known.get(key);
    return known !== undefined && known.until > performance.now() ? known.total : undefined;
  }

  async get(key: string, count: () => Promise<number>): Promise<number> {
    const now = performance.now();
    const known = this.known(key);
    if (known !== undefined) return known;
    this.#known.delete(key);
    const total = await count();
    if (total >= LARGE) {
      const oldest = this.#known.size >= MAX_KNOWN ? this.#known.keys().next().value : undefined;
      if (oldest !== undefined) this.#known.delete(oldest);
      this.#known.set(key, { total, until: now + BELIEVED_MS });
    }
    return total;
  }
}
