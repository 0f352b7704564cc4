import { randomUUID } from 'node:crypto';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { sopClassOf } from '#shared/dicom/sop-class.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SeriesUid, Sha256, SlideId } from '#shared/ids.ts';
import { encodeObjectList, MOST_LISTED_OBJECTS } from '#shared/imaging/object-list.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import { queueSidePyramid } from './make-side-pyramid.ts';
import type { InstanceFile } from './material-ports.ts';
import { queueSlideQuality } from './measure-slide-quality.ts';
import type { BlobStore, Clock, Database, Repositories } from './ports.ts';
import type { Job } from './report-ports.ts';
import { everythingIn } from './search-reach.ts';

/** The job that makes a slide of the whole slide images of a series (PS3.3 A.32.8). */
export const JOIN_DICOM_SLIDE = 'join-dicom-slide';

/** The levels of a slide come one by one: for so long after the last object more of them are expected. */
const SETTLING_MS = 20_000;

export interface SeriesOfConsultation {
  readonly consultationId: ConsultationId;
  readonly seriesUid: SeriesUid;
}

/** True for objects that are part of a slide. */
export function isSlideObject({ sopClassUid }: Pick<InstanceFile, 'sopClassUid'>): boolean {
  return sopClassOf(sopClassUid, true).kind === 'slide';
}

/**
 * Queues the job for each series that was given slide objects, in the transaction that gave them. It carries the number
 * of objects the series then has, so that it does nothing when more have come since.
 */
export async function queueDicomSlides(
  { jobs, material }: Pick<Repositories, 'jobs' | 'material'>,
  consultationId: ConsultationId,
  added: readonly Pick<InstanceFile, 'seriesUid' | 'sopClassUid'>[],
  now: Date,
): Promise<void> {
  for (const seriesUid of new Set(added.filter(isSlideObject).map((one) => one.seriesUid))) {
    const objects = await slideObjects({ material }, { consultationId, seriesUid });
    await jobs.enqueue({
      id: `${JOIN_DICOM_SLIDE}:${consultationId}:${seriesUid}:${objects.length}`,
      kind: JOIN_DICOM_SLIDE,
      payload: { consultationId, seriesUid, objects: objects.length },
      at: new Date(now.getTime() + SETTLING_MS).toISOString(),
    });
  }
}

export interface JoinServices {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly clock: Clock;
  /** Opens a slide in the store. Throws a sentence when it is none. */
  readonly describeStored: (sha256: Sha256, signal: AbortSignal) => Promise<SlideDescription>;
}

/**
 * Makes a slide of what the consultation holds of the series, unless it has one of the same objects. A series that grows
 * later gets another slide: the one before keeps its pixels, for something may be drawn on it. Objects that make no slide
 * stay a series, and nothing is thrown.
 */
export async function joinDicomSlide(
  { db, blobs, clock, describeStored }: JoinServices,
  series: SeriesOfConsultation & { readonly objects: number },
  signal: AbortSignal,
): Promise<void> {
  const { consultationId, seriesUid } = series;
  const objects = await slideObjects(db, series);
  if (objects.length !== series.objects || objects.length === 0 || objects.length > MOST_LISTED_OBJECTS) return;
  const list = await blobs.put(encodeObjectList(objects.map(({ sha256 }) => sha256)), signal);
  if ((await db.material.slideByHash(consultationId, list.sha256)) !== null) return;
  let description: SlideDescription;
  try {
    description = await describeStored(list.sha256, signal);
  } catch (error) {
    if (error instanceof AppError && error.status === UNPROCESSABLE) return;
    throw error;
  }
  const sizeBytes = objects.reduce((sum, one) => sum + one.sizeBytes, 0);
  const name = await nameOf(db, series, objects.length);
  await db.transaction(async ({ material, audit, ...repositories }) => {
    const addedAt = clock.now().toISOString();
    const id = randomUUID() as SlideId;
    await material.addBlob(list.sha256, list.sizeBytes, addedAt);
    const added = await material.addSlide({
      ...{ id, consultationId, sha256: list.sha256, sizeBytes, name, description, addedAt },
    });
    if (!added) return;
    await queueSidePyramid(repositories, { sha256: list.sha256, description }, addedAt);
    await queueSlideQuality(repositories, list.sha256, addedAt);
    await audit.append({
      ...{ actor: null, action: 'material.add', outcome: 'success', consultationId, subject: `series ${seriesUid}` },
      detail: { stored: 1, duplicates: 0, refused: 0 },
    });
  });
}

const UNPROCESSABLE = 422;

/** The job of a row of the outbox. Throws TypeError for a row that is none of ours. */
export function seriesOfJob({ consultationId, seriesUid, objects }: Job['payload']): SeriesOfConsultation & {
  readonly objects: number;
} {
  if (typeof consultationId !== 'string' || typeof seriesUid !== 'string' || typeof objects !== 'number') {
    throw new TypeError('the job names no series');
  }
  return { consultationId: consultationId as ConsultationId, seriesUid: seriesUid as SeriesUid, objects };
}

async function slideObjects(
  { material }: Pick<Repositories, 'material'>,
  { consultationId, seriesUid }: SeriesOfConsultation,
): Promise<InstanceFile[]> {
  return (await material.instanceFiles(everythingIn(consultationId), { seriesUid })).filter(isSlideObject);
}

/** Two states of a series differ by the number of their objects. */
async function nameOf(
  { material }: Pick<Repositories, 'material'>,
  { consultationId, seriesUid }: SeriesOfConsultation,
  count: number,
): Promise<string> {
  const [row] = await material.seriesRows(everythingIn(consultationId), { seriesUid });
  const said = row === undefined ? null : (JSON.parse(row.description) as InstanceDescription).seriesDescription;
  const title = (said ?? '').replaceAll('/', ' ').trim().slice(0, 120) || 'DICOM slide';
  return `${title} (${count} ${count === 1 ? 'object' : 'objects'})`;
}
