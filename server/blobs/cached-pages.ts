/**
 * Which pages of a file the system very likely holds in memory: those that were read a moment ago. Such a read takes some
 * microseconds and may be done in place; the hop to a thread and back costs ten times that, and much more on a busy
 * machine. A read that has to wait for a disk would hold up everybody, so whatever is not known is read by a thread, and
 * what proves wrong twice in a row is forgotten.
 */

const PAGE_BYTES = 4096;
/** Pages are remembered in parts of 4 MiB, by a bit each. */
const PAGES_OF_PART = 1024;
/** What was read longer ago may have been pushed out by other files. */
const TRUSTED_MS = 60_000;
/** A page in memory is copied in a few microseconds; the fastest disks take some eighty. */
const SLOW_MS = 0.06;
/** A process may lose its processor in the middle of any read; twice in so many is no accident. */
const SUSPICIOUS_READS = 16;
/** Longer reads go to a thread whatever is known of them. */
const MOST_BYTES = 64 * 1024;

interface Part {
  readonly pages: Uint32Array;
  sinceMs: number;
}

export class CachedPages {
  readonly #parts = new Map<number, Part>();
  readonly #now: () => number;
  #reads = 0;
  #lastSlow = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** True when the bytes may be read in place. */
  holds(offset: number, length: number): boolean {
    if (length > MOST_BYTES || length <= 0) return false;
    const now = this.#now();
    const last = Math.floor((offset + length - 1) / PAGE_BYTES);
    for (let page = Math.floor(offset / PAGE_BYTES); page <= last; page++) {
      const part = this.#parts.get(Math.floor(page / PAGES_OF_PART));
      if (part === undefined || now - part.sinceMs > TRUSTED_MS) return false;
      const at = page % PAGES_OF_PART;
      if (((part.pages[at >>> 5] ?? 0) & (1 << (at & 31))) === 0) return false;
    }
    return true;
  }

  /** Notes bytes that have just been read by a thread. */
  note(offset: number, length: number): void {
    if (length > MOST_BYTES || length <= 0) return;
    const now = this.#now();
    const last = Math.floor((offset + length - 1) / PAGE_BYTES);
    for (let page = Math.floor(offset / PAGE_BYTES); page <= last; page++) {
      const number = Math.floor(page / PAGES_OF_PART);
      let part = this.#parts.get(number);
      if (part === undefined || now - part.sinceMs > TRUSTED_MS) {
        part = { pages: new Uint32Array(PAGES_OF_PART / 32), sinceMs: now };
        this.#parts.set(number, part);
      }
      const at = page % PAGES_OF_PART;
      part.pages[at >>> 5] = (part.pages[at >>> 5] ?? 0) | (1 << (at & 31));
    }
  }

  /** Runs a read in place and judges by its time whether the others are still to be believed. */
  timed<T>(read: () => T): T {
    const started = this.#now();
    const result = read();
    this.#reads += 1;
    if (this.#now() - started < SLOW_MS) return result;
    if (this.#reads - this.#lastSlow < SUSPICIOUS_READS) this.#parts.clear();
    this.#lastSlow = this.#reads;
    return result;
  }
}

/** One turn of the event loop reads so many in place; what else it asks for goes to the threads, beside its own work. */
const MOST_IN_TURN = 1;
let inTurn = 0;

/**
 * True for the first reads of a turn of the event loop. A lone request is answered soonest in place; where many come at
 * once, threads on other cores take work from the one that answers them.
 */
export function isCalm(): boolean {
  if (inTurn === 0) {
    setImmediate(() => {
      inTurn = 0;
    });
  }
  inTurn += 1;
  return inTurn <= MOST_IN_TURN;
}

/** File systems on disks and in memory of this machine, by the number statfs gives them on Linux. */
const LOCAL = new Set([0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0x01021994, 0x794c7630]);

/** False for a file system over a network, where even a page in memory may wait for another machine, and for unknown ones. */
export function isLocalFileSystem(type: number): boolean {
  return process.platform === 'linux' && LOCAL.has(type >>> 0);
}
