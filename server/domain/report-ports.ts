import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import type { Discipline } from '#shared/consultation/role.ts';
import type { AnnotationId, ConsultationId, FindingId, ReportId, Sha256, StudyUid, UserId } from '#shared/ids.ts';
import type { ReportContent } from '#shared/report/report.ts';

/** What the use cases of annotations, findings and reports need of the database. */

/** How one revision of a record came about. */
export type RecordOperation = 'create' | 'update' | 'delete';

/** A record as stored; a deleted one stays as a tombstone so that its id and its revisions are never used again. */
export interface Stored<T> {
  readonly record: T;
  readonly deletedAt: string | null;
}

/**
 * Records with a revision. `write` is the only way to change one: it stores the record whose revision must be one
 * above what is stored (1 for a new one) and appends it to the history; false when somebody was faster.
 */
export interface RecordStore<T, Id> {
  one(id: Id): Promise<Stored<T> | null>;
  /** Oldest first, deleted ones left out. */
  list(consultationId: ConsultationId): Promise<T[]>;
  write(record: T, operation: RecordOperation): Promise<boolean>;
}

export interface AnnotationRepository extends RecordStore<Annotation, AnnotationId> {
  readonly findings: RecordStore<Finding, FindingId>;
}

/** The working copy of one expert's part. */
export interface StoredReport {
  readonly id: ReportId;
  readonly consultationId: ConsultationId;
  readonly authorId: UserId;
  readonly discipline: Discipline;
  readonly revision: number;
  readonly content: ReportContent;
  readonly updatedAt: string;
  readonly signedVersion: number | null;
}

/** A signed version. `canonical` is the text whose bytes (UTF-8) were hashed and signed. */
export interface StoredVersion {
  readonly reportId: ReportId;
  readonly version: number;
  readonly consultationId: ConsultationId;
  readonly canonical: string;
  readonly sha256: string;
  readonly signature: string;
  readonly publicKey: string;
  readonly signedBy: UserId;
  readonly signedAt: string;
}

export type RenditionKind = 'pdf' | 'key-image';

/** A file made from a signed version; its bytes lie in the blob store. */
export interface StoredRendition {
  readonly reportId: ReportId;
  readonly version: number;
  readonly kind: RenditionKind;
  /** The annotation id of a key image, else ''. */
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly producedAt: string;
}

export interface ReportRepository {
  mine(consultationId: ConsultationId, authorId: UserId): Promise<StoredReport | null>;
  /** Every part of the consultation, signed or not. */
  parts(consultationId: ConsultationId): Promise<StoredReport[]>;
  /** Adds an empty part; does nothing when the author has one. */
  create(report: StoredReport): Promise<void>;
  /** Stores `content` as revision `revision + 1`; false when the stored revision is another or it is signed. */
  save(id: ReportId, revision: number, content: ReportContent, at: string): Promise<boolean>;
  /** Appends the version and marks the part as signed; false when the revision is another or it is signed. */
  sign(version: StoredVersion, revision: number): Promise<boolean>;
  version(reportId: ReportId, version: number): Promise<StoredVersion | null>;
  /** Newest first. */
  versions(consultationId: ConsultationId): Promise<StoredVersion[]>;
  /** Ignores a rendition that is there already: a repeated job does no harm. */
  addRendition(rendition: StoredRendition): Promise<void>;
  renditions(reportId: ReportId, version: number): Promise<StoredRendition[]>;
  /** The study and the hash of every DICOM instance the consultation holds; what a signature names studies by. */
  instanceHashes(consultationId: ConsultationId): Promise<{ studyUid: StudyUid; sha256: Sha256 }[]>;
}

export type JobState = 'queued' | 'running' | 'done' | 'failed';

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, string | number>>;
  readonly attempts: number;
}

/** The transactional outbox: a job is written in the transaction of the fact that causes it. */
export interface JobQueue {
  /** Does nothing when a job of this id is there already. */
  enqueue(job: { id: string; kind: string; payload: Job['payload']; at: string }): Promise<void>;
  /**
   * Takes the job of one of `kinds` that has waited longest, or null. Nobody else gets it until `leaseEnds`; a job still running
   * then belonged to a process that died, and is due again.
   */
  claim(kinds: readonly string[], now: string, leaseEnds: string): Promise<Job | null>;
  /** Keeps a running job from others until `leaseEnds`. */
  extend(id: string, leaseEnds: string): Promise<void>;
  finish(id: string, at: string): Promise<void>;
  /** `failure` is an error code, never a text with data in it. */
  retry(id: string, runAfter: string, failure: string): Promise<void>;
  fail(id: string, at: string, failure: string): Promise<void>;
  /** Gives a job back that was stopped through no fault of its own: the attempt does not count. */
  giveBack(id: string, runAfter: string): Promise<void>;
  state(id: string): Promise<JobState | null>;
  /** When the next job of one of `kinds` is due, or null. */
  nextDue(kinds: readonly string[]): Promise<string | null>;
}
