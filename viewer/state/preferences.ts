import { queryOptions, useQuery } from '@tanstack/react-query';
import {
  type ChangePreferences,
  changedPreferences,
  mergedChanges,
  type Preferences,
  preferencesPath,
  type StoredPreferences,
  storedPreferencesSchema,
} from '#shared/api/preferences.ts';
import { ApiFailure, request } from '#viewer/api/client.ts';
import { queryClient } from '#viewer/api/query-client.ts';

const AGAIN_AFTER_MS = 10_000;
const NOTHING: Preferences = {};

/** What changed here and has not reached the server. */
let waiting: ChangePreferences = {};
/** What is on its way. */
let sent: ChangePreferences | null = null;

const withWaiting = ({ revision, preferences }: StoredPreferences): StoredPreferences => ({
  revision,
  preferences: changedPreferences(preferences, waiting),
});

/** What the reader likes. A change that waits for the server holds over what the server says. */
export const preferencesQuery = queryOptions({
  queryKey: ['preferences'],
  queryFn: async ({ signal }) =>
    withWaiting(await request(storedPreferencesSchema, 'GET', preferencesPath, undefined, signal)),
  staleTime: 60_000,
});

/** Empty until they are known, and when they cannot be had: the page then is as it comes. */
export function usePreferences(): Preferences {
  return useQuery(preferencesQuery).data?.preferences ?? NOTHING;
}

/** Applies a change at once and sends it as soon as the server takes it. */
export function changePreferences(changes: ChangePreferences): void {
  waiting = mergedChanges(waiting, changes);
  queryClient.setQueryData(preferencesQuery.queryKey, (before) =>
    withWaiting(before ?? { revision: 0, preferences: NOTHING }),
  );
  void send();
}

async function send(): Promise<void> {
  if (sent !== null || Object.keys(waiting).length === 0) return;
  const sending = waiting;
  sent = sending;
  waiting = {};
  try {
    const stored = await request(storedPreferencesSchema, 'PUT', preferencesPath, sending);
    sent = null;
    queryClient.setQueryData(preferencesQuery.queryKey, withWaiting(stored));
    void send();
  } catch (error) {
    sent = null;
    const mayStillWork = error instanceof ApiFailure && (error.status === 0 || error.status >= 500);
    // What the server refuses it refuses again; the page goes on with what it has.
    if (!mayStillWork) return;
    waiting = mergedChanges(sending, waiting);
    window.setTimeout(send, AGAIN_AFTER_MS);
  }
}

/** A page that is left takes its requests along; this one outlives it. */
function sendLast(): void {
  const rest = mergedChanges(sent ?? {}, waiting);
  if (Object.keys(rest).length === 0) return;
  const headers = { 'content-type': 'application/json' };
  void fetch(preferencesPath, { method: 'PUT', keepalive: true, headers, body: JSON.stringify(rest) });
}

if (typeof window !== 'undefined') {
  window.addEventListener('online', () => void send());
  window.addEventListener('pagehide', sendLast);
}
