/**
 * Knows whether the session of this tab still holds. When the server stops knowing us in the middle of work, the
 * request that noticed it waits here; signing in again on top of the page lets it go on, so nothing typed is lost.
 */
interface Waiting {
  readonly resume: () => void;
}

let established = false;
let lost = false;
const waiting = new Set<Waiting>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** A signed-in person was seen in this tab: from now on a 401 is a lost session, not a first visit. */
export function sessionEstablished(): void {
  established = true;
  if (!lost) return;
  lost = false;
  for (const { resume } of waiting) resume();
  waiting.clear();
  tell();
}

/** The person signed out on purpose; the next 401 is no surprise. */
export function sessionEnded(): void {
  established = false;
}

/** True while work waits for the person to sign in again. */
export function isSessionLost(): boolean {
  return lost;
}

/** Calls back whenever `isSessionLost` changes; returns the way to stop it. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Called by a request that was answered "not signed in". Resolves true when somebody has signed in again, false
 * at once when nobody ever had in this tab. Rejects when `signal` aborts.
 */
export function sessionRenewed(signal?: AbortSignal): Promise<boolean> {
  if (!established) return Promise.resolve(false);
  lost = true;
  tell();
  return new Promise((resolve, reject) => {
    const entry: Waiting = { resume: () => resolve(true) };
    waiting.add(entry);
    signal?.addEventListener('abort', () => {
      waiting.delete(entry);
      reject(signal.reason);
    });
  });
}
