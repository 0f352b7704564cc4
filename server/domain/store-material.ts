import { randomUUID } from 'node:crypto';
import type { UploadResult } from '#shared/api/material.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, DocumentId, SlideId, SopInstanceUid } from '#shared/ids.ts';
import type { StagedFile, Staging } from './ingest-ports.ts';
import { queueDicomSlides } from './join-dicom-slide.ts';
import { queueSidePyramid } from './make-side-pyramid.ts';
import type { StoredInstance, StoredOutcome } from './material-ports.ts';
import { queueSlideQuality } from './measure-slide-quality.ts';
import type { BlobStore, Clock, Database, Fingerprint, Principal, Repositories } from './ports.ts';
import type { Recognised, RecognisedInstance } from './recognise-file.ts';

/** Makes recognised files part of a consultation: bytes first, then one transaction for all they say. */

export interface StoreNeeds {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly staging: Staging;
}

export type Storable = Exclude<Recognised, { kind: 'archive' }>;

/** A file that was read, or the refusal it met. Its staged file is consumed by storing it. */
export interface Examined {
  readonly name: string;
  readonly file: StagedFile;
  readonly found: Storable | AppError;
}

export interface StoreRequest {
  readonly consultationId: ConsultationId;
  readonly actor: Principal | null;
  /** What the audit row calls it: an upload id, or the word for another way in. */
  readonly subject: string;
}

/** A finished upload to be recorded in the same transaction; `earlier` results come from batches before. */
export interface FinishedUpload {
  readonly uploadId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly earlier: readonly UploadResult[];
}

interface Candidate {
  readonly examined: Examined;
  readonly found: Storable;
  readonly fingerprint: Fingerprint;
}

/**
 * Stores a batch. Results come in the order of the batch. An instance whose UID is stored with other bytes is a
 * conflict and its bytes never enter the store; the same bytes again add nothing.
 * @throws AppError STORAGE_FULL, STORAGE_UNAVAILABLE; whatever the database throws: then nothing of the batch is recorded
 */
export async function storeMaterial(
  needs: StoreNeeds,
  request: StoreRequest,
  batch: readonly Examined[],
  finished: FinishedUpload | null,
): Promise<UploadResult[]> {
  const results = new Map<Examined, UploadResult>();
  const candidates: Candidate[] = [];
  const known = await needs.db.material.hashesOfInstances(uidsOf(batch));
  for (const examined of batch) {
    if (examined.found instanceof AppError) {
      results.set(examined, refusedResult(examined.name, examined.found));
      continue;
    }
    const fingerprint = examined.file.fingerprint ?? (await needs.blobs.fingerprint(examined.file.path));
    if (examined.found.kind === 'instance') {
      const uid = examined.found.facts.sopInstanceUid;
      if ((known.get(uid) ?? fingerprint.sha256) !== fingerprint.sha256) {
        results.set(examined, refusedResult(examined.name, new AppError('DICOM_CONFLICT')));
        continue;
      }
      known.set(uid, fingerprint.sha256);
    }
    candidates.push({ examined, found: examined.found, fingerprint });
  }
  await needs.blobs.adoptAll(
    candidates.map(({ examined: { file }, fingerprint }) => {
      const { path, durable } = file;
      return durable === undefined ? { path, fingerprint } : { path, fingerprint, durable };
    }),
  );

  const ordered = await needs.db.transaction(async (repositories) => {
    const at = needs.clock.now().toISOString();
    const added = await recordInstances(repositories, request, candidates, at, results);
    for (const { examined, found, fingerprint } of candidates) {
      if (found.kind === 'instance') continue;
      results.set(examined, await record(repositories, request, { examined, found, fingerprint }, at));
    }
    const all = batch.flatMap((examined) => results.get(examined) ?? []);
    await repositories.search.add(request.consultationId, added);
    await queueDicomSlides(repositories, request.consultationId, added, needs.clock.now());
    await appendAudit(repositories, request, all);
    if (finished !== null) await repositories.material.addOutcome(outcomeOf(needs.clock, request, finished, all));
    return all;
  });
  await Promise.all(batch.map(({ file }) => needs.staging.discard(file.path)));
  return ordered;
}

function uidsOf(batch: readonly Examined[]): SopInstanceUid[] {
  return batch.flatMap(({ found }) =>
    found instanceof AppError || found.kind !== 'instance' ? [] : [found.facts.sopInstanceUid],
  );
}

/** Returns the instances the consultation did not hold before, once each. */
async function recordInstances(
  { material }: Repositories,
  { consultationId }: StoreRequest,
  candidates: readonly Candidate[],
  at: string,
  results: Map<Examined, UploadResult>,
): Promise<StoredInstance[]> {
  const instances = candidates.flatMap(({ examined, found, fingerprint }) =>
    found.kind === 'instance' ? [{ examined, found, instance: { ...found.facts, ...fingerprint } }] : [],
  );
  if (instances.length === 0) return [];
  const additions = await material.addInstances(
    consultationId,
    instances.map(({ instance }) => instance),
    at,
  );
  const added: StoredInstance[] = [];
  for (const [place, { examined, found, instance }] of instances.entries()) {
    const addition = additions[place];
    // Another upload may have brought the UID with other bytes since the first look.
    if (addition === 'conflict') {
      results.set(examined, refusedResult(examined.name, new AppError('DICOM_CONFLICT')));
      continue;
    }
    if (addition === 'added') added.push(instance);
    const { studyUid, seriesUid } = instance;
    const line = { ...NOTHING, name: examined.name, kind: found.kind, title: found.title, studyUid, seriesUid };
    results.set(examined, { ...line, outcome: addition === 'added' ? 'stored' : 'duplicate' });
  }
  return added;
}

/** The line for a file that was not stored. */
export function refusedResult(name: string, refusal: AppError): UploadResult {
  return { ...NOTHING, name, outcome: 'refused', code: refusal.code, sentence: refusal.message };
}

const NOTHING = {
  kind: null,
  studyUid: null,
  seriesUid: null,
  slideId: null,
  documentId: null,
  title: null,
  code: null,
  sentence: null,
} as const;

async function record(
  { material, ...repositories }: Repositories,
  { consultationId }: StoreRequest,
  { examined, found, fingerprint }: Candidate & { readonly found: Exclude<Storable, RecognisedInstance> },
  at: string,
): Promise<UploadResult> {
  await material.addBlob(fingerprint.sha256, fingerprint.sizeBytes, at);
  const line = { ...NOTHING, name: examined.name, kind: found.kind, title: found.title };
  const stored = (isNew: boolean) => (isNew ? 'stored' : 'duplicate');
  switch (found.kind) {
    case 'slide': {
      const id = randomUUID() as SlideId;
      const { description } = found;
      const added = await material.addSlide({
        ...{ id, consultationId, description, addedAt: at },
        ...{ name: baseName(examined.name), ...fingerprint },
      });
      await queueSidePyramid(repositories, { sha256: fingerprint.sha256, description }, at);
      await queueSlideQuality(repositories, fingerprint.sha256, at);
      const present = added ? null : await material.slideByHash(consultationId, fingerprint.sha256);
      return { ...line, outcome: stored(added), slideId: present?.id ?? id };
    }
    case 'document': {
      const id = randomUUID() as DocumentId;
      const { mediaType } = found;
      const added = await material.addDocument({
        ...{ id, consultationId, mediaType, addedAt: at },
        ...{ name: baseName(examined.name), ...fingerprint },
      });
      const present = added ? null : await material.documentByHash(consultationId, fingerprint.sha256);
      return { ...line, outcome: stored(added), documentId: present?.id ?? id };
    }
  }
}

function baseName(name: string): string {
  return name.split('/').at(-1) ?? name;
}

async function appendAudit(
  repositories: Repositories,
  request: StoreRequest,
  results: readonly UploadResult[],
): Promise<void> {
  const count = (outcome: UploadResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const detail = { stored: count('stored'), duplicates: count('duplicate'), refused: count('refused') };
  await repositories.audit.append({
    actor: request.actor,
    action: 'material.add',
    outcome: detail.stored + detail.duplicates > 0 || detail.refused === 0 ? 'success' : 'refused',
    consultationId: request.consultationId,
    subject: request.subject,
    detail,
  });
}

function outcomeOf(
  clock: Clock,
  request: StoreRequest,
  finished: FinishedUpload,
  results: readonly UploadResult[],
): StoredOutcome {
  return {
    uploadId: finished.uploadId,
    consultationId: request.consultationId,
    name: finished.name,
    sizeBytes: finished.sizeBytes,
    finishedAt: clock.now().toISOString(),
    results: [...finished.earlier, ...results],
  };
}
