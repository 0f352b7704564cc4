import type { UploadResult } from '#shared/api/material.ts';
import type { UploadItem } from './upload-item.ts';

/** A file that was not taken, and why. */
export interface Refusal {
  readonly name: string;
  readonly sentence: string;
}

/** A batch of files as the server judged it: what is new, what was here already, what was not taken. */
export interface BatchSummary {
  readonly added: number;
  readonly alreadyHere: number;
  readonly refused: readonly Refusal[];
  /** Stopped by the person before they arrived. */
  readonly cancelled: number;
}

function refusalOf(result: UploadResult): Refusal {
  return { name: result.name, sentence: result.sentence ?? 'The server did not take this file.' };
}

/** Adds up results; the entries of a .zip count one by one, and what was refused twice is said once. */
export function summarise(results: Iterable<UploadResult>): BatchSummary {
  let [added, alreadyHere] = [0, 0];
  const refused = new Map<string, Refusal>();
  for (const result of results) {
    if (result.outcome === 'stored') added += 1;
    else if (result.outcome === 'duplicate') alreadyHere += 1;
    else refused.set(`${result.name}\n${result.code}`, refusalOf(result));
  }
  return { added, alreadyHere, refused: [...refused.values()], cancelled: 0 };
}

/** The summary of the items of this tab, with those that could not be sent among the refused. */
export function summariseItems(items: readonly UploadItem[]): BatchSummary {
  const summary = summarise(items.flatMap((item) => item.results));
  const unsent = items
    .filter((item) => item.phase === 'failed')
    .map((item) => ({ name: item.path, sentence: item.reason ?? 'The file could not be sent.' }));
  const cancelled = items.filter((item) => item.phase === 'cancelled').length;
  return { ...summary, refused: [...summary.refused, ...unsent], cancelled };
}
