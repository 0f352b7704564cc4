import type { SaveStatus } from './record-store.ts';

interface Saving {
  status(): SaveStatus;
  subscribe(listener: () => void): () => void;
  flush(): void;
}

/** Resolves when nothing of the store waits to be saved; rejects with a sentence after `timeoutMs`. */
export function whenSaved(store: Saving, timeoutMs = 15_000): Promise<void> {
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
