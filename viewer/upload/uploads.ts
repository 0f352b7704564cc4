import { useSyncExternalStore } from 'react';
import { materialQuery, uploadOutcomesQuery } from '#viewer/api/material.ts';
import { queryClient } from '#viewer/api/query-client.ts';
import { tusTransport } from './tus-transport.ts';
import { hasEnded, type UploadItem } from './upload-item.ts';
import { UploadQueue } from './upload-queue.ts';

const REDRAW_MS = 120;
const REFRESH_MS = 2500;

/** The one queue of this tab. */
export const uploads = new UploadQueue(tusTransport, (tell) => setTimeout(tell, REDRAW_MS));

window.addEventListener('online', () => uploads.resume());
window.addEventListener('beforeunload', (event) => {
  if (uploads.isRunning()) event.preventDefault();
});
// Not every way back online is announced; waiting files are tried again now and then.
setInterval(() => uploads.resume(), 15_000);

/** What the pages show of the material follows the files that arrived, not more often than every few seconds. */
const endedBefore = new Map<string, number>();
let refreshing = false;
uploads.subscribe(() => {
  if (refreshing) return;
  refreshing = true;
  setTimeout(refreshMaterial, uploads.isRunning() ? REFRESH_MS : 0);
});

function refreshMaterial(): void {
  refreshing = false;
  const ended = new Map<string, number>();
  for (const { consultationId, phase } of uploads.items())
    if (hasEnded(phase)) ended.set(consultationId, (ended.get(consultationId) ?? 0) + 1);
  for (const [consultationId, count] of ended) {
    if (endedBefore.get(consultationId) === count) continue;
    endedBefore.set(consultationId, count);
    void queryClient.invalidateQueries({ queryKey: materialQuery(consultationId).queryKey });
    void queryClient.invalidateQueries({ queryKey: uploadOutcomesQuery(consultationId).queryKey });
    void queryClient.invalidateQueries({ queryKey: ['worklist'] });
  }
}

/** Every upload of this tab. */
export function useUploads(): readonly UploadItem[] {
  return useSyncExternalStore(uploads.subscribe, uploads.items);
}
