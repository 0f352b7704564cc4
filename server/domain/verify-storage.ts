import type { Sha256 } from '#shared/ids.ts';
import type { BlobStore, Repositories } from './ports.ts';

export interface StorageReport {
  readonly objects: number;
  /** Rows whose file is not there. */
  readonly missing: readonly Sha256[];
  /** Files that no longer match their name. */
  readonly corrupt: readonly Sha256[];
  /** Hashes that instances, slides, documents or renditions name and the table of objects lacks. */
  readonly unlisted: readonly Sha256[];
  /** Files no row knows: what was stored just before a crash and never confirmed. They do no harm. */
  readonly unknown: readonly Sha256[];
}

const PAGE = 1000;

/** Compares every object with its hash and every row with its object. Reads the whole store. */
export async function verifyStorage(
  { db, blobs }: { readonly db: Pick<Repositories, 'material'>; readonly blobs: BlobStore },
  signal: AbortSignal,
): Promise<StorageReport> {
  const missing: Sha256[] = [];
  const corrupt: Sha256[] = [];
  const unknown: Sha256[] = [];
  let objects = 0;
  let after = '';
  for (;;) {
    const page = await db.material.blobs(after, PAGE);
    for (const { sha256 } of page) {
      signal.throwIfAborted();
      const state = await blobs.verify(sha256, signal);
      if (state === 'missing') missing.push(sha256);
      if (state === 'corrupt') corrupt.push(sha256);
    }
    objects += page.length;
    after = page.at(-1)?.sha256 ?? '';
    if (page.length < PAGE) break;
  }
  for await (const sha256 of blobs.list(signal)) {
    signal.throwIfAborted();
    if (!(await db.material.hasBlob(sha256))) unknown.push(sha256);
  }
  return { objects, missing, corrupt, unlisted: await db.material.hashesWithoutBlob(), unknown };
}

/** True when nothing that was confirmed is lost or changed. */
export function isIntact({ missing, corrupt, unlisted }: StorageReport): boolean {
  return missing.length + corrupt.length + unlisted.length === 0;
}
