import { AppError } from '#shared/errors.ts';
import type { AnnotationId, ConsultationId } from '#shared/ids.ts';
import type { ReportContent, SignedReport, Statement } from '#shared/report/report.ts';
import type { ReportRepository, StoredVersion } from './report-ports.ts';

/** Every annotation id that the sentences of a report rest on. */
export function citedIds(content: Pick<ReportContent, 'answers' | 'impression' | 'recommendation'>): AnnotationId[] {
  const statements: readonly Statement[] = [...content.impression, ...content.answers, ...content.recommendation];
  return statements.flatMap(({ citations }) => citations);
}

/** The report inside a stored version. */
export function signedReportOf(version: StoredVersion): SignedReport {
  return JSON.parse(version.canonical) as SignedReport;
}

/** Throws ANNOTATION_CITED when a signed report, of whomever, rests on the annotation. */
export async function refuseCited(
  reports: ReportRepository,
  consultationId: ConsultationId,
  id: AnnotationId,
): Promise<void> {
  const versions = await reports.versions(consultationId);
  if (versions.some((version) => signedReportOf(version).annotations.some((annotation) => annotation.id === id))) {
    throw new AppError('ANNOTATION_CITED');
  }
}
