import * as z from 'zod';

/**
 * Uploads that a page began and did not finish: a reload takes the files from us, but what was sent lies on the server.
 * tus keeps a line for each in the storage of the browser (`tus::<fingerprint>::<number>`).
 */
export interface UnfinishedUpload {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** The server removes what nobody came back for. */
const KEPT_MS = 3 * 24 * 3600 * 1000;

const lineSchema = z.object({
  size: z.number(),
  creationTime: z.string(),
  metadata: z.object({ filename: z.string() }),
});

/** Those of a consultation, without the ones on their way in this page. */
export function unfinishedUploads(
  storage: Pick<Storage, 'length' | 'key' | 'getItem'>,
  consultationId: string,
  here: ReadonlySet<string>,
  nowMs: number,
): UnfinishedUpload[] {
  const found = new Map<string, UnfinishedUpload>();
  for (let at = 0; at < storage.length; at += 1) {
    const key = storage.key(at) ?? '';
    if (!key.startsWith(`tus::consilium:${consultationId}:`)) continue;
    const line = lineSchema.safeParse(parsed(storage.getItem(key)));
    if (!line.success || nowMs - Date.parse(line.data.creationTime) > KEPT_MS) continue;
    const { size, metadata } = line.data;
    if (!here.has(metadata.filename)) found.set(metadata.filename, { key, path: metadata.filename, sizeBytes: size });
  }
  return [...found.values()];
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
