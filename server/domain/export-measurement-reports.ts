import { createHash, randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { writeMeasurementReport } from '#shared/annotation/formats/dicom-sr.ts';
import { encodeJsonFile } from '#shared/dicom/json-file.ts';
import { uidOfUuid } from '#shared/dicom/uuid-uid.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SeriesUid, StudyUid } from '#shared/ids.ts';
import type { OutgoingFile } from './deidentification-ports.ts';
import { once, sourceInstances } from './export-segmentations.ts';
import type { IssuedReport, ReportSubject } from './measurement-report-ports.ts';
import type { Clock, Database } from './ports.ts';

interface ExportReports {
  readonly consultationId: ConsultationId;
  /** Limits the export to the annotations of one study or series. */
  readonly studyUid?: StudyUid | undefined;
  readonly seriesUid?: SeriesUid | undefined;
}

/**
 * The annotations as DICOM measurement reports, one a study and author, and a text that says what they cannot hold.
 * What has not changed since the last export is the same document again; what has names the former as its predecessor.
 * Throws NOT_FOUND when no annotation lies on a DICOM image.
 */
export async function exportMeasurementReports(
  { db, clock }: { db: Database; clock: Clock },
  { consultationId, studyUid, seriesUid }: ExportReports,
): Promise<OutgoingFile[]> {
  const annotations = await db.annotations.list(consultationId);
  const wanted = annotations.filter(
    ({ target }) =>
      target.kind === 'frame' &&
      (studyUid === undefined || target.studyUid === studyUid) &&
      (seriesUid === undefined || target.seriesUid === seriesUid),
  );
  const parts = new Map<string, Annotation[]>();
  for (const annotation of wanted) {
    const { target, author } = annotation;
    if (target.kind !== 'frame') continue;
    const key = `${target.studyUid} ${author.id}`;
    parts.set(key, [...(parts.get(key) ?? []), annotation]);
  }
  const files: OutgoingFile[] = [];
  const unheld: string[] = [];
  for (const part of parts.values()) {
    const uids = part.flatMap(({ target }) => (target.kind === 'frame' ? [target.sopInstanceUid] : []));
    const images = await sourceInstances(db, consultationId, uids);
    const identity = await issue({ db, clock }, consultationId, part);
    const written = identity && writeMeasurementReport(part, images, identity);
    if (!written) continue;
    const name = `measurements-${files.length + 1}.dcm`;
    files.push({ name, chunks: once(encodeJsonFile(written.dataset)) });
    unheld.push(...written.unheld);
  }
  if (files.length === 0) throw new AppError('NOT_FOUND');
  const slides = annotations.filter(({ target }) => target.kind === 'slide').map(({ id }) => id);
  unheld.push(...slides.map((id) => `Annotation ${id}: it lies on a slide file, which is no DICOM image.`));
  const text = new TextEncoder().encode(`${unheld.join('\n')}\n`);
  return [...files, { name: 'not-in-the-reports.txt', chunks: once(text) }];
}

/** Who the document is: the one that was issued for this content, or the next one after it. */
async function issue(
  { db, clock }: { db: Database; clock: Clock },
  consultationId: ConsultationId,
  part: Annotation[],
) {
  const [first] = part;
  if (first?.target.kind !== 'frame') return null;
  const subject: ReportSubject = { consultationId, studyUid: first.target.studyUid, authorId: first.author.id };
  const content = part.map(({ id, revision }) => [id, revision]).sort();
  const contentSha256 = createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest('hex');
  for (;;) {
    const [newest, before] = await db.measurementReports.latest(subject);
    const author = first.author.name;
    if (newest?.contentSha256 === contentSha256) return identityOf(newest, before ?? null, author);
    const next: IssuedReport = {
      ...{ ...subject, contentSha256, version: (newest?.version ?? 0) + 1 },
      sopInstanceUid: uidOfUuid(randomUUID()),
      seriesUid: newest?.seriesUid ?? uidOfUuid(randomUUID()),
      writtenAt: clock.now().toISOString(),
    };
    if (await db.measurementReports.add(next)) return identityOf(next, newest ?? null, author);
  }
}

function identityOf(report: IssuedReport, predecessor: IssuedReport | null, author: string) {
  const { sopInstanceUid, seriesUid, version, writtenAt } = report;
  return { sopInstanceUid, seriesUid, instanceNumber: version, author, writtenAt, predecessor };
}
