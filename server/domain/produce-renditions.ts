import { AppError } from '#shared/errors.ts';
import type { AnnotationId, ConsultationId, ReportId } from '#shared/ids.ts';
import type { SignedReport } from '#shared/report/report.ts';
import { findAnnotatedImage } from './annotated-image.ts';
import { signedReportOf } from './annotation-citations.ts';
import { fireEvent } from './fire-event.ts';
import type { AnnotatedImage, RenditionMaker } from './picture-ports.ts';
import type { BlobStore, Clock, Database, Repositories } from './ports.ts';

interface ProduceServices {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly renditions: RenditionMaker;
  /** Hears of every picture that could not be made, for the operator's log. */
  readonly onLeftOut: (error: unknown, annotationId: AnnotationId) => void;
}

interface ProduceRenditions {
  readonly reportId: ReportId;
  readonly version: number;
  /** True on the last attempt: better a report that says a picture is missing than none. */
  readonly leaveOutFailures: boolean;
}

/**
 * Makes and stores the files of a signed version, then delivers the consultation when it waits for nothing else.
 * May be repeated at any point: what is stored already is kept. Throws NOT_FOUND for an unknown version.
 */
export async function produceRenditions(
  { db, blobs, clock, renditions, onLeftOut }: ProduceServices,
  { reportId, version, leaveOutFailures }: ProduceRenditions,
  signal: AbortSignal,
): Promise<void> {
  const stored = await db.reports.version(reportId, version);
  if (stored === null) throw new AppError('NOT_FOUND');
  const made = await db.reports.renditions(reportId, version);
  if (!made.some(({ kind }) => kind === 'pdf')) {
    const report = signedReportOf(stored);
    const images = await findImages(db, report);
    const input = { report, sha256: stored.sha256, images, leaveOutFailures, onLeftOut };
    for await (const { bytes, ...file } of renditions.produce(input, signal)) {
      const blob = await blobs.put(bytes, signal);
      const producedAt = clock.now().toISOString();
      await db.transaction(({ reports }) => reports.addRendition({ reportId, version, ...file, ...blob, producedAt }));
    }
  }
  await deliverWhenComplete({ db, clock }, stored.consultationId);
}

/** Delivers a consultation all of whose parts are signed and have their files; does nothing otherwise. */
async function deliverWhenComplete(
  { db, clock }: Pick<ProduceServices, 'db' | 'clock'>,
  consultationId: ConsultationId,
): Promise<void> {
  await db.transaction(async (repositories) => {
    const consultation = await repositories.consultations.loadForUpdate(consultationId);
    if (consultation?.state !== 'signed' || !(await hasEveryFile(repositories, consultationId))) return;
    await fireEvent({ db: repositories, clock }, { consultationId, event: 'deliver', actor: 'system', reason: null });
  });
}

async function hasEveryFile({ reports }: Repositories, consultationId: ConsultationId): Promise<boolean> {
  for (const { reportId, version } of await reports.versions(consultationId)) {
    const files = await reports.renditions(reportId, version);
    if (!files.some(({ kind }) => kind === 'pdf')) return false;
  }
  return true;
}

/** The images of all cited annotations; one that cannot be found is left out, and its figure says so. */
async function findImages(
  { material }: Repositories,
  { annotations, consultation }: SignedReport,
): Promise<Map<AnnotationId, AnnotatedImage>> {
  const images = new Map<AnnotationId, AnnotatedImage>();
  for (const { id, target } of annotations) {
    const image = await findAnnotatedImage(material, consultation.id, target).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'ANNOTATION_TARGET_UNKNOWN') return null;
      throw error;
    });
    if (image !== null) images.set(id, image);
  }
  return images;
}
