import type { UploadResult } from '#shared/api/material.ts';

/**
 * `checking`: every byte has arrived and the server looks at the file. `interrupted`: the connection is gone; it
 * goes on by itself when it is back. `paused`: the person stopped it and lets it go on.
 */
export type UploadPhase =
  | 'waiting'
  | 'sending'
  | 'checking'
  | 'done'
  | 'interrupted'
  | 'paused'
  | 'failed'
  | 'cancelled';

/** One file on its way to one consultation. */
export interface UploadItem {
  readonly id: number;
  readonly consultationId: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly phase: UploadPhase;
  /** What became of the file, or of each entry of a .zip; empty until it is done. */
  readonly results: readonly UploadResult[];
  /** Why it failed or was interrupted, one sentence. */
  readonly reason: string | null;
}

/** A batch in numbers. */
export interface UploadTotals {
  readonly files: number;
  readonly filesEnded: number;
  readonly bytes: number;
  readonly bytesSent: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly paused: number;
  readonly cancelled: number;
  /** True while anything still has to be sent or looked at. */
  readonly running: boolean;
}

/** True when nothing more will happen to the item by itself. */
export function hasEnded(phase: UploadPhase): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'cancelled';
}

/** Adds up a batch. A cancelled file counts as ended with nothing left to send. */
export function totalsOf(items: readonly UploadItem[]): UploadTotals {
  let [filesEnded, bytes, bytesSent, failed, interrupted, paused, cancelled] = [0, 0, 0, 0, 0, 0, 0];
  for (const item of items) {
    const ended = hasEnded(item.phase);
    if (ended) filesEnded += 1;
    if (item.phase === 'failed') failed += 1;
    if (item.phase === 'interrupted') interrupted += 1;
    if (item.phase === 'paused') paused += 1;
    if (item.phase === 'cancelled') cancelled += 1;
    bytes += item.sizeBytes;
    bytesSent += ended ? item.sizeBytes : item.sentBytes;
  }
  return {
    files: items.length,
    filesEnded,
    bytes,
    bytesSent,
    failed,
    interrupted,
    paused,
    cancelled,
    running: filesEnded < items.length,
  };
}
