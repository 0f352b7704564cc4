import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { consultationIdSchema, userIdSchema } from '#shared/consultation/consultation.ts';
import { isUuid } from '#shared/ids.ts';

/** The uploads folder as the file store keeps it: `<id>` with the bytes and `<id>.json` with what is known. */

const infoSchema = z.object({
  size: z.int().min(0),
  creation_date: z.iso.datetime(),
  metadata: z.object({ filename: z.string(), consultation: consultationIdSchema, owner: userIdSchema }),
});

export interface UploadRecord {
  readonly id: string;
  readonly path: string;
  readonly receivedBytes: number;
  readonly sizeBytes: number;
  readonly createdAt: string;
  readonly name: string;
  readonly consultationId: z.infer<typeof consultationIdSchema>;
  readonly ownerId: z.infer<typeof userIdSchema>;
}

/** The record of an upload, or null when there is none or its files are damaged. */
export async function readUpload(folder: string, id: string): Promise<UploadRecord | null> {
  if (!isUuid(id)) return null;
  const path = join(folder, id);
  try {
    const info = infoSchema.safeParse(JSON.parse(await readFile(`${path}.json`, 'utf8')));
    if (!info.success) return null;
    const { size } = await stat(path);
    return {
      id,
      path,
      receivedBytes: size,
      sizeBytes: info.data.size,
      createdAt: info.data.creation_date,
      name: info.data.metadata.filename,
      consultationId: info.data.metadata.consultation,
      ownerId: info.data.metadata.owner,
    };
  } catch {
    // Missing or half-written: a crash between the two files leaves one of them.
    return null;
  }
}

/** Every id that has a file in the folder. */
export async function uploadIds(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return [...new Set(names.map((name) => name.replace(/\.json$/, '')))].filter(isUuid);
}

/** Removes both files. */
export async function removeUpload(folder: string, id: string): Promise<void> {
  if (!isUuid(id)) return;
  await rm(join(folder, id), { force: true });
  await rm(join(folder, `${id}.json`), { force: true });
}
