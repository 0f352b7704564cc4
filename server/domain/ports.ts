import type { KeyImage } from '#shared/annotation/key-image.ts';
import type { AuditRow } from '#shared/api/audit.ts';
import type { ConsultationState } from '#shared/consultation/lifecycle.ts';
import type { Membership, Role } from '#shared/consultation/role.ts';
import type { ConsultationId, KeyImageId, SegmentId, Sha256, UserId } from '#shared/ids.ts';
import type { Segment } from '#shared/segmentation/segment.ts';
import type { ConsultationRepository, TokenRepository, UserDirectory } from './consultation-ports.ts';
import type { DerivedFrameRepository } from './derived-ports.ts';
import type { DimseRepository } from './dimse-ports.ts';
import type { MaterialRepository } from './material-ports.ts';
import type { MeasurementReportRepository } from './measurement-report-ports.ts';
import type { PreferenceRepository } from './preference-ports.ts';
import type { AnnotationRepository, JobQueue, RecordStore, ReportRepository } from './report-ports.ts';
import type { SearchIndex } from './search-ports.ts';
import type { SidePyramidRepository } from './side-pyramid-ports.ts';
import type { SlideCoverageRepository } from './slide-coverage-ports.ts';
import type { SlideQualityRepository } from './slide-quality-ports.ts';
import type { SlideRegistrationRepository } from './slide-registration-ports.ts';

/** What the use cases need of the world, as interfaces. Implementations are handed in by services.ts. */

/** The person (or token of a person) behind a request. */
export interface Principal {
  readonly userId: UserId;
  readonly name: string;
  readonly role: Role;
  readonly via: 'session' | 'token' | 'dimse';
}

/** How the principal stands to one consultation. */
export interface ConsultationStanding {
  readonly consultationId: ConsultationId;
  readonly membership: Membership;
  readonly state: ConsultationState;
}

export interface Clock {
  now(): Date;
}

/** One entry for the audit trail; `detail` holds codes and counts, never what a patient's data says. */
export interface AuditEntry {
  readonly actor: Principal | null;
  readonly action: string;
  readonly outcome: 'success' | 'refused' | 'failure';
  readonly consultationId: ConsultationId | null;
  readonly subject: string | null;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export interface AuditTrail {
  /** Appends one row to the chain. Inside a transaction the row stands or falls with the fact it tells. */
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  page(filter: { consultationId?: string; before?: number; limit: number }): Promise<AuditRow[]>;
  /** Walks the whole chain; the first row that does not fit, or null. */
  verify(): Promise<{ rows: number; brokenAt: number | null }>;
}

export interface Repositories {
  readonly consultations: ConsultationRepository;
  readonly users: UserDirectory;
  readonly tokens: TokenRepository;
  readonly material: MaterialRepository;
  readonly sidePyramids: SidePyramidRepository;
  readonly derived: DerivedFrameRepository;
  readonly quality: SlideQualityRepository;
  readonly coverage: SlideCoverageRepository;
  readonly registrations: SlideRegistrationRepository;
  readonly search: SearchIndex;
  readonly annotations: AnnotationRepository;
  readonly segments: RecordStore<Segment, SegmentId>;
  readonly keyImages: RecordStore<KeyImage, KeyImageId>;
  readonly reports: ReportRepository;
  readonly measurementReports: MeasurementReportRepository;
  readonly preferences: PreferenceRepository;
  readonly jobs: JobQueue;
  readonly audit: AuditTrail;
  readonly dimse: DimseRepository;
}

/**
 * The database. `transaction` gives repositories of its own: using the outer ones inside would wait for ever on
 * the single connection of the embedded database.
 */
export interface Database extends Repositories {
  transaction<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What a file is: its content's hash and its length. */
export interface Fingerprint {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/**
 * Stored bytes, named by their SHA-256; nothing is ever overwritten. Whatever resolves is durable. A full store is
 * STORAGE_FULL, one that does not answer is STORAGE_UNAVAILABLE.
 */
export interface BlobStore {
  /** Reads a file outside the store from start to end. */
  fingerprint(path: string, signal?: AbortSignal): Promise<Fingerprint>;
  /**
   * Moves a finished file into the store; a store in a folder takes it by a new name on the same file system. When
   * the bytes are stored already, the file is removed.
   */
  adopt(path: string, signal?: AbortSignal): Promise<Fingerprint>;
  /**
   * As `adopt` for files whose fingerprint is known; making them durable is shared work. The files keep their old
   * names too, for the caller to remove once the fact that names the objects is committed: a crash in between then
   * loses nothing.
   */
  adoptAll(files: readonly StorableFile[], signal?: AbortSignal): Promise<void>;
  /** Stores bytes that are in memory (a rendition, a key image). */
  put(bytes: Uint8Array, signal?: AbortSignal): Promise<Fingerprint>;
  /** Opens a stored object for ranged reads; cheap when it was opened lately. Throws BLOB_MISSING. */
  open(sha256: Sha256, signal?: AbortSignal): Promise<BlobHandle>;
  /** Reads the object from start to end and compares its hash. */
  verify(sha256: Sha256, signal?: AbortSignal): Promise<'intact' | 'missing' | 'corrupt'>;
  /** Every hash in the store, in any order. */
  list(signal?: AbortSignal): AsyncIterable<Sha256>;
  /** Resolves when the store can be worked with at this moment; rejects with the reason. */
  probe(signal?: AbortSignal): Promise<void>;
}

/**
 * Bytes that can be made again, named by their SHA-256, apart from the store of the originals: what is removed here
 * can never be one of them.
 */
export interface DerivedStore extends Pick<BlobStore, 'put' | 'open'> {
  /** Does nothing when it is gone. */
  remove(sha256: Sha256, signal?: AbortSignal): Promise<void>;
}

/** A finished file outside the store, of which every byte has been read. */
export interface StorableFile {
  readonly path: string;
  readonly fingerprint: Fingerprint;
  /** Settles when its bytes are durable and it is read-only; absent when nobody has begun. */
  readonly durable?: Promise<void>;
}

export interface BlobHandle {
  readonly sizeBytes: number;
  /** The file that holds the object, for worker processes to read it themselves; absent when it is no file here. */
  readonly path?: string;
  /** Exactly `length` bytes from `offset`, or fewer at the end of the object. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Fills `target` from `offset`; the number of bytes read is smaller only at the end of the object. */
  readInto(target: Uint8Array, offset: number, signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}
