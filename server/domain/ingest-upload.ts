import type { UploadOutcome, UploadResult } from '#shared/api/material.ts';
import { AppError } from '#shared/errors.ts';
import { displayName } from './display-name.ts';
import type { DefectReport, IngestReaders, StagedFile } from './ingest-ports.ts';
import { HEAD_BYTES, type Recognised, recogniseFile } from './recognise-file.ts';
import { type Examined, refusedResult, type StoreNeeds, type StoreRequest, storeMaterial } from './store-material.ts';

export interface IngestNeeds extends StoreNeeds {
  readonly readers: IngestReaders;
  readonly reportDefect: DefectReport;
}

/** An upload of which every byte has arrived. */
export interface CompleteUpload extends StoreRequest {
  readonly uploadId: string;
  /** The path the sender gave. */
  readonly name: string;
  readonly file: StagedFile;
}

/** Files of an archive stored in one transaction: many share the cost of making it durable. */
const BATCH_FILES = 32;
const BATCH_BYTES = 256 * 1024 * 1024;

/**
 * Makes a complete upload part of its consultation and says what became of it, file by file for an archive. The
 * outcome is recorded with the facts, so asking again for the same upload gives the same answer.
 * @throws AppError STORAGE_FULL, STORAGE_UNAVAILABLE; errors of the database: the upload is then still to be ingested
 */
export async function ingestUpload(
  needs: IngestNeeds,
  upload: CompleteUpload,
  signal: AbortSignal,
): Promise<UploadOutcome> {
  const known = await needs.db.material.outcome(upload.uploadId);
  if (known === null) {
    const name = displayName(upload.name);
    const finished = { uploadId: upload.uploadId, name, sizeBytes: upload.file.sizeBytes };
    const found = await examine(needs, upload.file, signal);
    if (found instanceof AppError || found.kind !== 'archive') {
      await storeMaterial(needs, upload, [{ name, file: upload.file, found }], { ...finished, earlier: [] });
    } else {
      const { results, last } = await ingestArchive(needs, upload, name, upload.file.path, signal);
      await storeMaterial(needs, upload, last, { ...finished, earlier: results });
    }
  }
  const outcome = known ?? (await needs.db.material.outcome(upload.uploadId));
  await needs.staging.discard(upload.file.path);
  if (outcome === null) throw new Error('the outcome of an upload was not recorded');
  const { consultationId: _, ...answer } = outcome;
  return answer;
}

/**
 * Reads and stores a single file or archive that is already staged, without an upload's outcome row. The staged file
 * is consumed.
 */
export async function ingestStaged(
  needs: IngestNeeds,
  request: StoreRequest,
  name: string,
  file: StagedFile,
  signal: AbortSignal,
): Promise<UploadResult[]> {
  const found = await examine(needs, file, signal);
  if (found instanceof AppError || found.kind !== 'archive') {
    return storeMaterial(needs, request, [{ name, file, found }], null);
  }
  const { results, last } = await ingestArchive(needs, request, name, file.path, signal);
  const rest = await storeMaterial(needs, request, last, null);
  await needs.staging.discard(file.path);
  return [...results, ...rest];
}

/** What the file is, or why it is refused. A defect of ours refuses this file and is reported; others go on. */
export async function examine(
  needs: IngestNeeds,
  file: StagedFile,
  signal: AbortSignal,
): Promise<Recognised | AppError> {
  return foundOrRefused(needs, file, signal, async () => {
    const { bytes } = await needs.staging.head(file.path, HEAD_BYTES);
    return recogniseFile(needs.readers, file, bytes, signal);
  });
}

/** What `read` finds in the file, or why it is refused; as `examine` for callers who know what it should be. */
export async function foundOrRefused<T>(
  needs: Pick<IngestNeeds, 'reportDefect'>,
  file: StagedFile,
  signal: AbortSignal,
  read: () => Promise<T>,
): Promise<T | AppError> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof AppError) {
      // Storage in trouble is not the file's fault: the upload is tried again later.
      if (error.status === 503) throw error;
      return error;
    }
    needs.reportDefect(error, `examine ${file.sizeBytes} bytes`);
    return new AppError('INTERNAL', {}, { cause: error });
  }
}

/** Stores an archive in batches; the last one is left to the caller, who may have more to record with it. */
async function ingestArchive(
  needs: IngestNeeds,
  request: StoreRequest,
  archive: string,
  path: string,
  signal: AbortSignal,
): Promise<{ results: UploadResult[]; last: Examined[] }> {
  const results: UploadResult[] = [];
  let batch: Promise<Examined>[] = [];
  let batchBytes = 0;
  const store = async (): Promise<void> => {
    const examined = await Promise.all(batch);
    batch = [];
    batchBytes = 0;
    results.push(...(await storeMaterial(needs, request, examined, null)));
  };
  try {
    for await (const entry of needs.readers.archives.files(path, signal)) {
      const name = `${archive}/${displayName(entry.name)}`;
      if ('refusal' in entry) {
        results.push(refusedResult(name, entry.refusal));
        continue;
      }
      if (batch.length >= BATCH_FILES || batchBytes + entry.file.sizeBytes > BATCH_BYTES) await store();
      const examined = examineEntry(needs, name, entry.file, signal);
      // Awaited with its batch; until then a rejection must not count as unhandled.
      examined.catch(() => undefined);
      batch.push(examined);
      batchBytes += entry.file.sizeBytes;
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.status === 503 || signal.aborted) {
      await discardAll(needs, batch);
      throw error;
    }
    // The archive ends here; what was read before stays.
    results.push(refusedResult(archive, error));
  }
  return { results, last: await Promise.all(batch) };
}

async function examineEntry(
  needs: IngestNeeds,
  name: string,
  file: StagedFile,
  signal: AbortSignal,
): Promise<Examined> {
  try {
    const found = await examine(needs, file, signal);
    if (found instanceof AppError || found.kind !== 'archive') return { name, file, found };
    return { name, file, found: new AppError('ZIP_NESTED', { what: name.split('/').at(-1) ?? 'it' }) };
  } catch (error) {
    await needs.staging.discard(file.path);
    throw error;
  }
}

async function discardAll(needs: IngestNeeds, batch: readonly Promise<Examined>[]): Promise<void> {
  for (const examined of await Promise.allSettled(batch)) {
    if (examined.status === 'fulfilled') await needs.staging.discard(examined.value.file.path);
  }
}
