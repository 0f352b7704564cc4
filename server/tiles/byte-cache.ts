/** Finished pictures in memory, the longest unused leaving first when their bytes are too many. */

interface Held {
  readonly bytes: Uint8Array;
}

/** Holds values up to `mostBytes` in all; one of more than an eighth of that is not held. */
export class ByteCache<Value extends Held> {
  readonly #mostBytes: number;
  /** In the order of last use, oldest first. */
  readonly #held = new Map<string, Value>();
  #heldBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get(key: string): Value | null {
    const value = this.#held.get(key);
    if (value === undefined) return null;
    this.#held.delete(key);
    this.#held.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    const before = this.#held.get(key);
    if (before !== undefined) this.#forget(key, before);
    if (value.bytes.byteLength > this.#mostBytes / 8) return;
    this.#held.set(key, value);
    this.#heldBytes += value.bytes.byteLength;
    for (const [oldest, held] of this.#held) {
      if (this.#heldBytes <= this.#mostBytes) return;
      this.#forget(oldest, held);
    }
  }

  #forget(key: string, value: Value): void {
    this.#held.delete(key);
    this.#heldBytes -= value.bytes.byteLength;
  }
}
