import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { cite, write } from './hands.ts';
import { sopInstanceOf } from './hounsfield.ts';

/** The file of a folder that holds the image of an annotation. */
export async function fileOf(folder: string, { target }: Annotation): Promise<string> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (target.kind === 'frame' && (await sopInstanceOf(path)) === target.sopInstanceUid) return path;
  }
  throw new Error('no file holds the image of this annotation');
}

/** Writes a report that lacks nothing, each answer and the impression citing the annotation whose entry holds `cited`. */
export async function fillReport(page: Page, answers: readonly string[], cited: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'All adequate' }).click();
  for (const [index, answer] of answers.entries()) {
    await write(page.getByLabel(`Answer to question ${index + 1}`), answer);
  }
  await cite(page.getByRole('region', { name: 'Answers' }).getByRole('listitem').first(), page, cited);
  await write(page.getByLabel('Impression', { exact: true }).last(), 'Most likely a primary lung carcinoma.');
  await cite(page.getByRole('region', { name: 'Impression' }), page, cited);
  await write(page.getByLabel('Recommendation', { exact: true }).last(), 'Discuss in the tumour board.');
  await page.getByText('Everything that is needed is there.').waitFor();
}
