import type { Identified, RecordStore } from './record-store.ts';

/** Resolves when nothing of the store waits to be saved; rejects with a sentence after `timeoutMs`. */
export function whenSaved<Draft, Stored extends Identified>(
  store: RecordStore<Draft, Stored>,
  timeoutMs = 15_000,
): Promise<void> {
  store.flush();
  if (store.status().unsaved === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      unsubscribe();
      clearTimeout(timer);
      settle();
    };
    const unsubscribe = store.subscribe(() => {
      if (store.status().unsaved === 0) end(resolve);
    });
    const timer = setTimeout(() => end(() => reject(new Error('The last changes could not be saved yet.'))), timeoutMs);
  });
}
