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
let isSending = false;

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
  if (isSending || Object.keys(waiting).length === 0) return;
  isSending = true;
  const sent = waiting;
  waiting = {};
  try {
    const stored = await request(storedPreferencesSchema, 'PUT', preferencesPath, sent);
    queryClient.setQueryData(preferencesQuery.queryKey, withWaiting(stored));
    isSending = false;
    void send();
  } catch (error) {
    isSending = false;
    const mayStillWork = error instanceof ApiFailure && (error.status === 0 || error.status >= 500);
    // What the server refuses it refuses again; the page goes on with what it has.
    if (!mayStillWork) return;
    waiting = mergedChanges(sent, waiting);
    window.setTimeout(send, AGAIN_AFTER_MS);
  }
}

if (typeof window !== 'undefined') window.addEventListener('online', () => void send());
