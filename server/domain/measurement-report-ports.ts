import type { ConsultationId, StudyUid, UserId } from '#shared/ids.ts';

/** Whose report on which study. */
export interface ReportSubject {
  readonly consultationId: ConsultationId;
  readonly studyUid: StudyUid;
  readonly authorId: UserId;
}

/** One measurement report that left the server, so that the next one can name it as its predecessor. */
export interface IssuedReport extends ReportSubject {
  /** From 1. */
  readonly version: number;
  /** Of what it says: the same content is the same document. */
  readonly contentSha256: string;
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly writtenAt: string;
}

export interface MeasurementReportRepository {
  /** Newest first, the last two. */
  latest(subject: ReportSubject): Promise<IssuedReport[]>;
  /** False when the version was issued by somebody else meanwhile. */
  add(report: IssuedReport): Promise<boolean>;
}
