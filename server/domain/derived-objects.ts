import { AppError } from '#shared/errors.ts';
import type { DerivedFrame, DerivedFrameKey, KeptObjects } from './derived-ports.ts';
import type { DefectReport } from './ingest-ports.ts';
import type { Clock, DerivedStore, Repositories } from './ports.ts';

export interface DerivedObjectNeeds {
  readonly db: Pick<Repositories, 'derived'>;
  readonly store: DerivedStore;
  readonly clock: Clock;
  /** What may be kept in all; 0 keeps nothing. */
  readonly budgetBytes: number;
  readonly reportDefect: DefectReport;
}

/** Objects on their way into the store; more are used and not kept. */
const MOST_PENDING = 16;
/** A use is written down again after so long. */
const TOUCH_MS = 3600 * 1000;
const EVICTED_AT_ONCE = 100;

/**
 * What was made of stored frames and tiles, kept as objects of a store of their own, the longest unused removed when there
 * are more than the budget. Trouble with that store costs time and nothing else: whatever is in it can be made again.
 */
export class DerivedObjects implements KeptObjects {
  readonly #needs: DerivedObjectNeeds;
  readonly #pending = new Set<Promise<void>>();
  #total: number | null = null;
  #evicting: Promise<void> | null = null;

  constructor(needs: DerivedObjectNeeds) {
    this.#needs = needs;
  }

  /** Resolves when everything on its way into the store has arrived or failed. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** The bytes, or null when they are not there; nothing but the signal's reason is thrown. */
  async read(key: DerivedFrameKey, signal: AbortSignal): Promise<Uint8Array | null> {
    const { db, store, clock } = this.#needs;
    try {
      const row = await db.derived.find(key);
      if (row === null) return null;
      const blob = await store.open(row.sha256, signal);
      try {
        // A store that lost part of it, or has other bytes, is not believed.
        if (blob.sizeBytes !== row.sizeBytes) return null;
        const bytes = await blob.read(0, blob.sizeBytes, signal);
        if (bytes.byteLength !== row.sizeBytes) return null;
        const now = clock.now();
        if (now.getTime() - Date.parse(row.usedAt) > TOUCH_MS) {
          await db.derived.save({ ...row, usedAt: now.toISOString() });
        }
        return bytes;
      } finally {
        await blob.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError && error.code === 'BLOB_MISSING')) {
        this.#needs.reportDefect(error, 'reading a derived object');
      }
      return null;
    }
  }

  /** In the background: nobody waits for the disk. */
  keep(key: DerivedFrameKey, bytes: Uint8Array): void {
    const { budgetBytes, reportDefect } = this.#needs;
    if (bytes.byteLength > budgetBytes || this.#pending.size >= MOST_PENDING) return;
    const work = this.#store(key, bytes)
      .catch((error) => reportDefect(error, 'keeping a derived object'))
      .finally(() => this.#pending.delete(work));
    this.#pending.add(work);
  }

  async #store(key: DerivedFrameKey, bytes: Uint8Array): Promise<void> {
    const { db, store, clock, budgetBytes } = this.#needs;
    const { sha256, sizeBytes } = await store.put(bytes);
    await db.derived.save({ ...key, sha256, sizeBytes, usedAt: clock.now().toISOString() });
    this.#total = this.#total === null ? await db.derived.totalBytes() : this.#total + sizeBytes;
    if (this.#total <= budgetBytes) return;
    this.#evicting ??= this.#evict().finally(() => {
      this.#evicting = null;
    });
    await this.#evicting;
  }

  /** Down to nine tenths, so that not every new frame removes an old one. */
  async #evict(): Promise<void> {
    const { db, budgetBytes } = this.#needs;
    let total = await db.derived.totalBytes();
    while (total > budgetBytes * 0.9) {
      const old = await db.derived.oldest(EVICTED_AT_ONCE);
      if (old.length === 0) break;
      for (const frame of old) {
        if (total <= budgetBytes * 0.9) break;
        await this.#remove(frame);
        total -= frame.sizeBytes;
      }
    }
    this.#total = total;
  }

  /** The row first: bytes without one are made and named again, a row without bytes is only found wanting. */
  async #remove(frame: DerivedFrame): Promise<void> {
    const { db, store } = this.#needs;
    await db.derived.remove(frame);
    // Frames that look alike are the same object.
    if (!(await db.derived.names(frame.sha256))) await store.remove(frame.sha256);
  }
}
