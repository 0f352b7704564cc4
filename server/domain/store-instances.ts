import { isGuessed, type Repair } from '#shared/dicom/repairs.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import type { StudyUid } from '#shared/ids.ts';
import { EarlyReading } from './early-reading.ts';
import type { IncomingObject, InstanceIdentity } from './incoming-object.ts';
import type { StagedFile } from './ingest-ports.ts';
import { foundOrRefused, type IngestNeeds } from './ingest-upload.ts';
import { readInstance, recognisedInstance } from './recognise-file.ts';
import { type Examined, refusedResult, type StoreRequest, storeMaterial } from './store-material.ts';

/** What became of one object, in the order they came. */
export interface InstanceOutcome {
  /** Null when the object could not be read so far. */
  readonly identity: InstanceIdentity | null;
  /** Null when the object is stored, now or before. */
  readonly refusal: { readonly code: ErrorCode; readonly sentence: string } | null;
  /**
   * What to know of an object that is stored: reading it rests on guesses, since it breaks the standard; or it was
   * changed on its way in, which happens to none that came as a file. Null when there is nothing.
   */
  readonly warning: 'guessed' | 'coerced' | null;
}

export interface InstancesRequest extends StoreRequest {
  /** Objects of any other study are refused; null takes all. */
  readonly studyUid: StudyUid | null;
}

/** Objects made durable with one commit. */
const BATCH_OBJECTS = 64;
const BATCH_BYTES = 256 * 1024 * 1024;

interface Arrived {
  /** Null when there was nothing to examine: then `refusal` says why. */
  readonly examined: Examined | null;
  readonly refusal: AppError | null;
  readonly identity: InstanceOutcome['identity'];
  readonly warning: InstanceOutcome['warning'];
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
  incoming: AsyncIterable<IncomingObject>,
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
      arrived.flatMap(({ examined }) => examined ?? []),
      null,
    );
    let stored = 0;
    for (const { examined, refusal: unmade, identity, warning } of arrived) {
      const result = examined === null ? unmade && refusedResult(NAME, unmade) : results[stored++];
      const { code = null, sentence = null } = result ?? {};
      // Results of ingest carry the codes of AppErrors.
      const refusal = code === null || sentence === null ? null : { code: code as ErrorCode, sentence };
      outcomes.push({ identity, refusal, warning: refusal === null ? warning : null });
    }
    batch = [];
    staged = [];
    batchBytes = 0;
  };

  try {
    for await (const one of incoming) {
      if ('refusal' in one) {
        batch.push(Promise.resolve({ examined: null, warning: null, ...one }));
        if (batch.length >= BATCH_OBJECTS) await store();
        continue;
      }
      const composed = 'content' in one ? one : null;
      const early = new EarlyReading(needs.readers.dicom, signal);
      const file = await needs.staging.write(early.watch('content' in one ? one.content : one), signal);
      staged.push(file);
      batchBytes += file.sizeBytes;
      const examining = examineInstance(needs, request.studyUid, { file, early }, composed?.coerced ?? false, signal);
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
  { file, early }: { readonly file: StagedFile; readonly early: EarlyReading },
  coerced: boolean,
  signal: AbortSignal,
): Promise<Arrived> {
  const found = await foundOrRefused(needs, file, signal, async () => {
    const facts = await early.factsOf(file);
    return facts === null ? await readInstance(needs.readers, file, signal) : recognisedInstance(facts);
  });
  const result = (what: Examined['found']) => ({ examined: { name: NAME, file, found: what }, refusal: null });
  if (found instanceof AppError) return { ...result(found), identity: null, warning: null };
  const identity = found.facts;
  const refusal = studyUid !== null && identity.studyUid !== studyUid ? new AppError('DICOM_STUDY_MISMATCH') : null;
  // Written by the reader of the file in the same run.
  const guessed = isGuessed(JSON.parse(identity.repairs ?? '[]') as Repair[]);
  const warning = coerced ? 'coerced' : guessed ? 'guessed' : null;
  return { ...result(refusal ?? found), identity, warning };
}
