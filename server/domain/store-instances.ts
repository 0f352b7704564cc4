import { AppError, type ErrorCode } from '#shared/errors.ts';
import type { StudyUid } from '#shared/ids.ts';
import type { StagedFile } from './ingest-ports.ts';
import { foundOrRefused, type IngestNeeds } from './ingest-upload.ts';
import type { InstanceFacts } from './material-ports.ts';
import { readInstance } from './recognise-file.ts';
import { type Examined, type StoreRequest, storeMaterial } from './store-material.ts';

/** What became of one object, in the order they came. */
export interface InstanceOutcome {
  /** Null when the object could not be read so far. */
  readonly identity: Pick<InstanceFacts, 'sopClassUid' | 'sopInstanceUid' | 'seriesUid' | 'studyUid'> | null;
  /** Null when the object is stored, now or before. */
  readonly refusal: { readonly code: ErrorCode; readonly sentence: string } | null;
}

export interface InstancesRequest extends StoreRequest {
  /** Objects of any other study are refused; null takes all. */
  readonly studyUid: StudyUid | null;
}

/** Objects made durable with one commit. */
const BATCH_OBJECTS = 64;
const BATCH_BYTES = 256 * 1024 * 1024;

interface Arrived {
  readonly examined: Examined;
  readonly identity: InstanceOutcome['identity'];
}

/**
 * Stores DICOM objects as they arrive: they go to the disk one after the other, are read in worker processes
 * meanwhile, and become part of the consultation in batches, each with one commit. A body that breaks off leaves the
 * batches before stored; sending everything again adds the rest.
 * @throws AppError STORAGE_FULL; whatever `incoming` and the database throw
 */
export async function storeInstances(
  needs: IngestNeeds,
  request: InstancesRequest,
  incoming: AsyncIterable<AsyncIterable<Uint8Array>>,
  signal: AbortSignal,
): Promise<InstanceOutcome[]> {
  const outcomes: InstanceOutcome[] = [];
  let batch: Promise<Arrived>[] = [];
  let staged: StagedFile[] = [];
  let batchBytes = 0;

  const store = async (): Promise<void> => {
    const arrived = await Promise.all(batch);
    const results = await storeMaterial(
      needs,
      request,
      arrived.map(({ examined }) => examined),
      null,
    );
    for (const [index, { identity }] of arrived.entries()) {
      const { code = null, sentence = null } = results[index] ?? {};
      // Results of ingest carry the codes of AppErrors.
      const refusal = code === null || sentence === null ? null : { code: code as ErrorCode, sentence };
      outcomes.push({ identity, refusal });
    }
    batch = [];
    staged = [];
    batchBytes = 0;
  };

  try {
    for await (const one of incoming) {
      const file = await needs.staging.write(one, signal);
      staged.push(file);
      batchBytes += file.sizeBytes;
      const examining = examineInstance(needs, request.studyUid, file, signal);
      // Awaited with its batch; until then a rejection must not count as unhandled.
      examining.catch(() => undefined);
      batch.push(examining);
      if (batch.length >= BATCH_OBJECTS || batchBytes >= BATCH_BYTES) await store();
    }
    if (batch.length > 0) await store();
  } catch (error) {
    await Promise.allSettled(batch);
    await Promise.all(staged.map(({ path }) => needs.staging.discard(path)));
    throw error;
  }
  return outcomes;
}

/** The names in results of ingest are those of files; objects of a batch have none. */
const NAME = 'instance';

async function examineInstance(
  needs: IngestNeeds,
  studyUid: StudyUid | null,
  file: StagedFile,
  signal: AbortSignal,
): Promise<Arrived> {
  const found = await foundOrRefused(needs, file, signal, () => readInstance(needs.readers, file, signal));
  if (found instanceof AppError) return { examined: { name: NAME, file, found }, identity: null };
  const identity = found.facts;
  const refusal = studyUid !== null && identity.studyUid !== studyUid ? new AppError('DICOM_STUDY_MISMATCH') : null;
  return { examined: { name: NAME, file, found: refusal ?? found }, identity };
}
