import type { UploadResult } from '#shared/api/material.ts';
import type { FoundFile } from './dropped-files.ts';
import { hasEnded, type UploadItem } from './upload-item.ts';

/** Thrown by a transport when no server answered: the file is not refused, only late. */
export class ConnectionLost extends Error {}

/** The reason of an aborted signal when what was sent is to stay, because the file goes on later. */
export const PAUSED = new Error('Paused.');

/** Carries one file to the server; the sentence of a rejected Error is shown to the person. */
export type UploadTransport = (
  file: File,
  item: UploadItem,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
) => Promise<readonly UploadResult[]>;

interface Running {
  readonly controller: AbortController;
}

const AT_ONCE = 4;

/**
 * The uploads of this tab. It lives outside the pages: leaving a page changes nothing. At most four files are on
 * their way at once; a lost connection lets files wait, and they go on when it is back.
 */
export class UploadQueue {
  readonly #transport: UploadTransport;
  readonly #schedule: (tell: () => void) => void;
  readonly #files = new Map<number, File>();
  readonly #running = new Map<number, Running>();
  readonly #listeners = new Set<() => void>();
  #items: readonly UploadItem[] = [];
  #snapshot: readonly UploadItem[] = [];
  #nextId = 1;
  #telling = false;

  /** `schedule` delays telling the listeners, so that five thousand files do not mean as many renders a second. */
  constructor(transport: UploadTransport, schedule: (tell: () => void) => void) {
    this.#transport = transport;
    this.#schedule = schedule;
  }

  /** Every item, oldest first; the same array until something has changed. */
  readonly items = (): readonly UploadItem[] => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Queues files for a consultation. What ended before leaves the list, so that it shows this batch. */
  add(consultationId: string, found: readonly FoundFile[]): void {
    const kept = this.#items.filter((item) => item.consultationId !== consultationId || !hasEnded(item.phase));
    const added = found.map(({ file, path }): UploadItem => {
      const id = this.#nextId++;
      this.#files.set(id, file);
      return {
        id,
        consultationId,
        path,
        sizeBytes: file.size,
        sentBytes: 0,
        phase: 'waiting',
        results: [],
        reason: null,
      };
    });
    this.#items = [...kept, ...added];
    this.#tell();
    this.#fill();
  }

  /** Stops the files of a consultation that have not arrived yet; those that have arrived stay. */
  cancel(consultationId: string): void {
    for (const item of this.#items) {
      if (item.consultationId !== consultationId || hasEnded(item.phase)) continue;
      this.#change(item.id, { phase: 'cancelled' });
      this.#running.get(item.id)?.controller.abort();
    }
    this.#fill();
  }

  /** Stops sending, and keeps what has been sent. What the server looks at already is finished. */
  pause(consultationId: string): void {
    for (const item of this.#items) {
      const isOnItsWay = item.phase === 'sending' || item.phase === 'waiting' || item.phase === 'interrupted';
      if (item.consultationId !== consultationId || !isOnItsWay) continue;
      this.#change(item.id, { phase: 'paused', reason: null });
      this.#running.get(item.id)?.controller.abort(PAUSED);
    }
    this.#fill();
  }

  /** What was paused goes on where it was. */
  unpause(consultationId: string): void {
    this.#wake((item) => item.consultationId === consultationId && item.phase === 'paused');
    this.#fill();
  }

  /** Tries again what failed or was interrupted. */
  retry(consultationId: string): void {
    this.#wake((item) => item.consultationId === consultationId && item.phase === 'failed');
    this.resume();
  }

  /** The connection is back: what was interrupted goes on. */
  resume(): void {
    this.#wake((item) => item.phase === 'interrupted');
    this.#fill();
  }

  /** True while a file still has to arrive. */
  isRunning(): boolean {
    return this.#items.some((item) => !hasEnded(item.phase));
  }

  #wake(chosen: (item: UploadItem) => boolean): void {
    for (const item of this.#items) if (chosen(item)) this.#change(item.id, { phase: 'waiting', reason: null });
  }

  #fill(): void {
    if (this.#running.size >= AT_ONCE) return;
    for (const item of this.#items) {
      if (item.phase !== 'waiting' || this.#running.has(item.id)) continue;
      void this.#run(item);
      if (this.#running.size >= AT_ONCE) return;
    }
  }

  async #run(item: UploadItem): Promise<void> {
    const file = this.#files.get(item.id);
    if (file === undefined) return;
    const controller = new AbortController();
    this.#running.set(item.id, { controller });
    this.#change(item.id, { phase: 'sending' });
    const onSent = (bytes: number) => {
      if (controller.signal.aborted) return;
      this.#change(item.id, { sentBytes: bytes, phase: bytes >= item.sizeBytes ? 'checking' : 'sending' });
    };
    try {
      const results = await this.#transport(file, item, onSent, controller.signal);
      this.#change(item.id, { phase: 'done', sentBytes: item.sizeBytes, results });
    } catch (error) {
      // Somebody stopped it and has said what it is now.
      if (!controller.signal.aborted) {
        const reason = error instanceof Error ? error.message : 'The file could not be sent.';
        this.#change(item.id, { phase: error instanceof ConnectionLost ? 'interrupted' : 'failed', reason });
      }
    }
    this.#running.delete(item.id);
    const phase = this.#items.find(({ id }) => id === item.id)?.phase;
    if (phase === 'done' || phase === 'cancelled') this.#files.delete(item.id);
    this.#fill();
  }

  /** A cancelled item stays cancelled, whatever its transport still reports. */
  #change(id: number, patch: Partial<UploadItem>): void {
    const index = this.#indexOf(id);
    const item = this.#items[index];
    if (item === undefined || item.phase === 'cancelled') return;
    const items = [...this.#items];
    items[index] = { ...item, ...patch };
    this.#items = items;
    this.#tell();
  }

  /** Ids grow with the position, so the search is by halves: five thousand files report often. */
  #indexOf(id: number): number {
    let [low, high] = [0, this.#items.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#items[middle]?.id ?? 0;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    this.#schedule(() => {
      this.#telling = false;
      this.#snapshot = this.#items;
      for (const listener of this.#listeners) listener();
    });
  }
}
