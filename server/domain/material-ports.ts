import type { UploadOutcome } from '#shared/api/material.ts';
import type {
  ConsultationId,
  DocumentId,
  SeriesUid,
  Sha256,
  SlideId,
  SopInstanceUid,
  StudyUid,
  UserId,
} from '#shared/ids.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import type { InstanceReach, SearchReach } from './reach-ports.ts';
import type { SidePyramid } from './side-pyramid-ports.ts';

/** What a consultation holds: DICOM instances, slides, documents, and what became of each upload. */

/** A DICOM instance as reading its file gives it; the long texts are JSON that is stored and sent as it is. */
export interface InstanceFacts {
  readonly sopInstanceUid: SopInstanceUid;
  readonly seriesUid: SeriesUid;
  readonly studyUid: StudyUid;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly modality: string;
  readonly instanceNumber: number | null;
  readonly rows: number | null;
  readonly columns: number | null;
  /** 0 for an object without pixel data. */
  readonly frameCount: number;
  /** InstanceDescription (shared/dicom/instance.ts) as JSON. */
  readonly description: string;
  /** DICOM JSON (PS3.18 Annex F) of the instance, without bulk data. */
  readonly metadata: string;
  /** FrameIndex (server/codecs/frame-index.ts) as JSON; null for an object without pixels. */
  readonly frameIndex: string | null;
  /** Repair[] (shared/dicom/repairs.ts) as JSON; null for an instance that was read before they were recorded. */
  readonly repairs: string | null;
  /** True for the label of a slide, or a picture of the whole glass that may show it. */
  readonly showsSlideLabel: boolean;
}

export interface StoredInstance extends InstanceFacts {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/**
 * `added`: the consultation did not hold the instance before. `held`: it did. `conflict`: the UID is stored with other
 * bytes, and nothing was changed.
 */
export type InstanceAddition = 'added' | 'held' | 'conflict';

/** The short form in which a series is listed: no JSON text. */
export interface InstanceRow {
  readonly sopInstanceUid: SopInstanceUid;
  readonly seriesUid: SeriesUid;
  readonly studyUid: StudyUid;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly modality: string;
  readonly instanceNumber: number | null;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly frameCount: number;
}

/** Where the bytes of an instance are and in what form. */
export interface InstanceFile {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  readonly sopInstanceUid: SopInstanceUid;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** One series, summed up; `sampleUid` names one of its instances. */
export interface SeriesRow {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  readonly modality: string;
  readonly instanceCount: number;
  readonly sampleUid: SopInstanceUid;
  /** InstanceDescription of the sample as JSON. */
  readonly description: string;
}

/** Instances of a series that were repaired alike. */
export interface RepairRow {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  /** Repair[] as JSON. */
  readonly repairs: string;
  readonly instanceCount: number;
}

export interface StoredSlide {
  readonly id: SlideId;
  readonly consultationId: ConsultationId;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly name: string;
  /** With the levels of its side pyramid, once that is ready. */
  readonly description: SlideDescription;
  readonly addedAt: string;
  /** Null for a slide that lacks no level. */
  readonly side: StoredSide | null;
}

/** The side pyramid of a stored slide. */
export interface StoredSide extends Pick<SidePyramid, 'state' | 'percent' | 'failure'> {
  /** Of its file; null until it is ready. */
  readonly sha256: Sha256 | null;
}

export interface StoredDocument {
  readonly id: DocumentId;
  readonly consultationId: ConsultationId;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly name: string;
  readonly mediaType: string;
  readonly addedAt: string;
}

/** The uploads table's view of one finished upload; `uploadId` is unique. */
export interface StoredOutcome extends UploadOutcome {
  readonly consultationId: ConsultationId;
}

/** Limits a search to parts of the DICOM tree; an absent member does not limit. */
export interface InstanceScope {
  readonly studyUid?: StudyUid;
  readonly seriesUid?: SeriesUid;
  readonly sopInstanceUid?: SopInstanceUid;
}

/** A thing that belongs to one consultation, or, for DICOM, to one or more. */
export type MaterialSubject = 'slide' | 'document' | 'study' | 'series' | 'instance';

export interface MaterialRepository {
  /** Every consultation that holds the thing; empty for an unknown id. What the access plugin asks. */
  consultationsHolding(subject: MaterialSubject, id: string): Promise<ConsultationId[]>;

  addBlob(sha256: Sha256, sizeBytes: number, at: string): Promise<void>;
  hasBlob(sha256: Sha256): Promise<boolean>;
  /** Every stored hash with its size, in pages by hash. */
  blobs(after: string, limit: number): Promise<{ sha256: Sha256; sizeBytes: number }[]>;
  /** Hashes that a row names but the blobs table lacks; empty when all is well. */
  hashesWithoutBlob(): Promise<Sha256[]>;

  /** The hash under which an instance is stored, whoever sent it; null when it is unknown. */
  hashOfInstance(sopInstanceUid: SopInstanceUid): Promise<Sha256 | null>;
  /** The same for several; those that are unknown are left out. */
  hashesOfInstances(sopInstanceUids: readonly SopInstanceUid[]): Promise<Map<SopInstanceUid, Sha256>>;
  /**
   * Gives the consultation instances, with their blobs, and tells in their order what became of each. Those that were
   * added have to be entered into the search index as well.
   */
  addInstances(
    consultationId: ConsultationId,
    instances: readonly StoredInstance[],
    at: string,
  ): Promise<InstanceAddition[]>;
  instance(sopInstanceUid: SopInstanceUid): Promise<StoredInstance | null>;
  /** The instance, if the consultation holds it. */
  instanceIn(consultationId: ConsultationId, sopInstanceUid: SopInstanceUid): Promise<StoredInstance | null>;
  /** Ordered by study, series, instance number, UID. */
  instanceRows(reach: InstanceReach, scope: InstanceScope): Promise<InstanceRow[]>;
  /** In the order of `instanceRows`. */
  instanceFiles(reach: InstanceReach, scope: InstanceScope): Promise<InstanceFile[]>;
  seriesRows(reach: InstanceReach, scope: InstanceScope): Promise<SeriesRow[]>;
  /** Each different list of repairs of a series with the number of its instances; sound instances are not among them. */
  repairRows(reach: InstanceReach, scope: InstanceScope): Promise<RepairRow[]>;
  /** DICOM JSON texts in the order of `instanceRows`. */
  instanceMetadata(
    reach: InstanceReach,
    scope: InstanceScope,
  ): Promise<{ sopInstanceUid: SopInstanceUid; metadata: string }[]>;
  /** DICOM JSON texts by UID. */
  metadataTexts(sopInstanceUids: readonly SopInstanceUid[]): Promise<Map<SopInstanceUid, string>>;
  /** InstanceDescription texts by UID. */
  descriptions(sopInstanceUids: readonly SopInstanceUid[]): Promise<Map<SopInstanceUid, string>>;

  slide(id: SlideId): Promise<StoredSlide | null>;
  slideByHash(consultationId: ConsultationId, sha256: Sha256): Promise<StoredSlide | null>;
  slides(consultationIds: readonly ConsultationId[]): Promise<StoredSlide[]>;
  /** Those of every consultation within reach. */
  visibleSlides(reach: SearchReach): Promise<StoredSlide[]>;
  /** False when the consultation holds these bytes as a slide already. */
  addSlide(slide: Omit<StoredSlide, 'side'>): Promise<boolean>;

  document(id: DocumentId): Promise<StoredDocument | null>;
  documentByHash(consultationId: ConsultationId, sha256: Sha256): Promise<StoredDocument | null>;
  documents(consultationId: ConsultationId): Promise<StoredDocument[]>;
  /** False when the consultation holds these bytes as a document already. */
  addDocument(document: StoredDocument): Promise<boolean>;

  addOutcome(outcome: StoredOutcome): Promise<void>;
  outcome(uploadId: string): Promise<StoredOutcome | null>;
  /** Newest first. */
  outcomes(consultationId: ConsultationId): Promise<StoredOutcome[]>;
}

/** Who sends something to which consultation. */
export interface UploadOwner {
  readonly consultationId: ConsultationId;
  readonly userId: UserId;
}
