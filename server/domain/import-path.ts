import type { UploadResult } from '#shared/api/material.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { displayName, isDropping } from './display-name.ts';
import type { FolderReader, StagedFile } from './ingest-ports.ts';
import { examine, type IngestNeeds, ingestStaged } from './ingest-upload.ts';
import type { Principal } from './ports.ts';
import type { Recognised } from './recognise-file.ts';
import { type Examined, type StoreRequest, storeMaterial } from './store-material.ts';

/** What the command line prints after an import. Files that were there already count as stored. */
export interface ImportReport {
  readonly stored: readonly UploadResult[];
  readonly refused: readonly { readonly name: string; readonly code: string; readonly sentence: string }[];
}

export interface ImportNeeds extends IngestNeeds {
  readonly folders: FolderReader;
}

interface Pending {
  readonly name: string;
  readonly file: StagedFile;
  readonly found: Promise<Recognised | AppError>;
}

const BATCH_FILES = 32;
const BATCH_BYTES = 256 * 1024 * 1024;

/**
 * Brings a file, a folder (with all below it; symbolic links are not followed) or a .zip into a consultation, through
 * the same reading and storing as an upload. The files themselves are copied, never moved.
 * @throws AppError REQUEST_INVALID when there is nothing at the path, NOT_FOUND for an unknown consultation,
 *   STORAGE_FULL
 */
export async function importPath(
  needs: ImportNeeds,
  request: { readonly path: string; readonly consultationId: ConsultationId; readonly actor: Principal | null },
  signal: AbortSignal,
): Promise<ImportReport> {
  const { consultationId, actor, path } = request;
  if ((await needs.db.consultations.load(consultationId)) === null) throw new AppError('NOT_FOUND');
  const storing: StoreRequest = { consultationId, actor, subject: 'import' };
  const results: UploadResult[] = [];
  let pending: Pending[] = [];
  let pendingBytes = 0;
  const store = async (): Promise<void> => {
    const batch = pending;
    pending = [];
    pendingBytes = 0;
    results.push(...(await storeBatch(needs, storing, batch, signal)));
  };
  for await (const { name, path: source, sizeBytes } of needs.folders.files(path, signal)) {
    if (isDropping(name)) continue;
    if (pending.length >= BATCH_FILES || pendingBytes + sizeBytes > BATCH_BYTES) await store();
    const file = await needs.staging.copy(source, signal);
    const found = examine(needs, file, signal);
    // Awaited with its batch; until then a rejection must not count as unhandled.
    found.catch(() => undefined);
    pending.push({ name: displayName(name), file, found });
    pendingBytes += sizeBytes;
  }
  await store();
  return reportOf(results);
}

/** Stores what is no archive in one transaction, then opens the archives. */
async function storeBatch(
  needs: IngestNeeds,
  request: StoreRequest,
  batch: readonly Pending[],
  signal: AbortSignal,
): Promise<UploadResult[]> {
  const plain: Examined[] = [];
  const archives: Pending[] = [];
  for (const one of batch) {
    const found = await one.found;
    if (found instanceof AppError || found.kind !== 'archive') plain.push({ name: one.name, file: one.file, found });
    else archives.push(one);
  }
  const results = plain.length === 0 ? [] : await storeMaterial(needs, request, plain, null);
  for (const { name, file } of archives) {
    results.push(...(await ingestStaged(needs, request, name, file, signal)));
  }
  return results;
}

function reportOf(results: readonly UploadResult[]): ImportReport {
  return {
    stored: results.filter(({ outcome }) => outcome !== 'refused'),
    refused: results
      .filter(({ outcome }) => outcome === 'refused')
      .map(({ name, code, sentence }) => ({ name, code: code ?? '', sentence: sentence ?? '' })),
  };
}
