import type { Generated } from 'kysely';
import type {
  SidePyramidRow,
  SlideCoverageRow,
  SlideQualityRow,
  SlideRegistrationRow,
  SlideRow,
} from './slide-tables.ts';

/**
 * The tables as both dialects hold them: JSON as text, instants as UTC ISO 8601 text, booleans as 0/1.
 * The tables of the account library (user, session, account, verification, twoFactor) are its own.
 */
export interface Tables {
  consultations: ConsultationRow;
  assignments: AssignmentRow;
  consultation_events: ConsultationEventRow;
  dimse_peers: DimsePeerRow;
  blobs: BlobRow;
  dicom_instances: DicomInstanceRow;
  consultation_instances: ConsultationInstanceRow;
  slides: SlideRow;
  side_pyramids: SidePyramidRow;
  documents: DocumentRow;
  upload_outcomes: UploadOutcomeRow;
  annotations: OwnRecordRow;
  findings: OwnRecordRow;
  segments: OwnRecordRow;
  key_images: OwnRecordRow;
  record_changes: RecordChangeRow;
  reports: ReportRow;
  report_versions: ReportVersionRow;
  renditions: RenditionRow;
  derived_frames: DerivedFrameRow;
  slide_quality: SlideQualityRow;
  slide_coverage: SlideCoverageRow;
  slide_registrations: SlideRegistrationRow;
  measurement_reports: MeasurementReportRow;
  preferences: PreferenceRow;
  jobs: JobRow;
  audit_events: AuditEventRow;
  api_tokens: ApiTokenRow;
  search_studies: SearchStudyRow;
  search_names: SearchNameRow;
  search_series: SearchSeriesRow;
  search_requests: SearchRequestRow;
  search_counts: SearchCountsRow;
  search_version: { version: number };
  user: UserRow;
}

export interface ConsultationRow {
  id: string;
  revision: number;
  state: string;
  title: string;
  speciality: string;
  urgency: string;
  /** Patient as JSON. */
  patient: string;
  history: string;
  working_diagnosis: string;
  /** Question[] as JSON. */
  questions: string;
  referrer_id: string;
  created_at: string;
  submitted_at: string | null;
  updated_at: string;
}

export interface AssignmentRow {
  consultation_id: string;
  discipline: string;
  expert_id: string;
  assigned_at: string;
  signed_at: string | null;
}

export interface ConsultationEventRow {
  id: string;
  consultation_id: string;
  at: string;
  actor_id: string | null;
  actor_name: string;
  event: string;
  note: string | null;
}

/** One row a remote application entity that may open associations. */
export interface DimsePeerRow {
  ae_title: string;
  user_id: string;
  /** IP address or CIDR range; null for any. */
  address: string | null;
  consultation_id: string | null;
  host: string | null;
  port: number | null;
  created_at: string;
}

export interface BlobRow {
  sha256: string;
  size_bytes: number;
  stored_at: string;
}

/** One row a SOP instance, whoever sent it; who may see it stands in consultation_instances. */
export interface DicomInstanceRow {
  sop_instance_uid: string;
  series_uid: string;
  study_uid: string;
  sha256: string;
  size_bytes: number;
  sop_class_uid: string;
  transfer_syntax_uid: string;
  modality: string;
  instance_number: number | null;
  row_count: number | null;
  column_count: number | null;
  frame_count: number;
  /** InstanceDescription as JSON. */
  description: string;
  /** DICOM JSON (PS3.18 Annex F) without bulk data. */
  metadata: string;
  /** FrameIndex as JSON; null for objects without pixels. */
  frame_index: string | null;
  /** Repair[] as JSON; null when it was stored before repairs were recorded. */
  repairs: string | null;
  /** 1 for what needs the permission to see labels of slides. */
  slide_label: number;
  stored_at: string;
}

export interface ConsultationInstanceRow {
  consultation_id: string;
  sop_instance_uid: string;
  series_uid: string;
  study_uid: string;
  added_at: string;
}

export interface DocumentRow {
  id: string;
  consultation_id: string;
  sha256: string;
  size_bytes: number;
  name: string;
  media_type: string;
  added_at: string;
}

export interface UploadOutcomeRow {
  upload_id: string;
  consultation_id: string;
  name: string;
  size_bytes: number;
  finished_at: string;
  /** UploadResult[] as JSON. */
  results: string;
}

/** A record of one author: an annotation, a finding, a segment, a key image. */
export interface OwnRecordRow {
  id: string;
  consultation_id: string;
  revision: number;
  author_id: string;
  /** The whole record as JSON. */
  record: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

/** Every revision a record of an expert ever had; rows are only added. */
export interface RecordChangeRow {
  record_kind: string;
  record_id: string;
  revision: number;
  at: string;
  author_id: string;
  operation: string;
  record: string;
}

export interface ReportRow {
  id: string;
  consultation_id: string;
  author_id: string;
  discipline: string;
  revision: number;
  /** ReportContent as JSON. */
  content: string;
  updated_at: string;
  signed_version: number | null;
}

/** Rows are only added; `canonical` is the RFC 8785 text that was hashed and signed. */
export interface ReportVersionRow {
  report_id: string;
  version: number;
  consultation_id: string;
  canonical: string;
  sha256: string;
  signature: string;
  public_key: string;
  signed_by: string;
  signed_at: string;
}

export interface RenditionRow {
  report_id: string;
  version: number;
  /** 'pdf' or 'key-image'. */
  kind: string;
  /** The annotation id of a key image, else ''. */
  name: string;
  media_type: string;
  sha256: string;
  size_bytes: number;
  produced_at: string;
}

export interface DerivedFrameRow {
  source_sha256: string;
  frame_number: number;
  /** Transfer syntax and version of the maker. */
  form: string;
  sha256: string;
  size_bytes: number;
  used_at: string;
}

/** Rows are only added. */
export interface MeasurementReportRow {
  consultation_id: string;
  study_uid: string;
  author_id: string;
  version: number;
  content_sha256: string;
  sop_instance_uid: string;
  series_uid: string;
  written_at: string;
}

export interface JobRow {
  id: string;
  kind: string;
  /** JSON. */
  payload: string;
  state: string;
  attempts: number;
  run_after: string;
  created_at: string;
  finished_at: string | null;
  /** An error code, never a text with data in it. */
  failure: string | null;
}

/** Append-only, hash-chained. */
export interface AuditEventRow {
  sequence: number;
  at: string;
  actor_id: string | null;
  actor_role: string | null;
  action: string;
  outcome: string;
  consultation_id: string | null;
  subject: string | null;
  detail: string;
  previous_hash: string;
  hash: string;
}

export interface ApiTokenRow {
  id: string;
  user_id: string;
  name: string;
  /** SHA-256 of the secret; the secret itself is never stored. */
  secret_hash: string;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

/**
 * What one consultation holds of a study, for searching. Dates and times are comparable texts, and what is not known is
 * an empty one; see shared/dicom/query/index-entry.
 */
export interface SearchStudyRow {
  id: Generated<number>;
  consultation_id: string;
  study_uid: string;
  /** The instance whose attributes the study shows. */
  sample_uid: string;
  /** State and referrer of the consultation, kept with it. */
  state: string;
  referrer_id: string;
  /** 1 when another consultation holds instances of the study too. */
  shared: number;
  study_date: string;
  study_time: string;
  accession_number: string;
  study_id: string;
  study_description: string;
  patient_id: string;
  patient_birth_date: string;
  patient_sex: string;
  /** `/CT/SR/`, sorted; empty when no series has one. */
  modalities: string;
  /** DICOM JSON. */
  dataset: string;
}

/** One group of a person name of a study, folded. */
export interface SearchNameRow {
  study_row: number;
  /** 'patientName' or 'referringPhysicianName'. */
  attribute: string;
  /** 0 alphabetic, 1 ideographic, 2 phonetic. */
  part: number;
  text: string;
}

export interface SearchSeriesRow {
  study_row: number;
  series_uid: string;
  sample_uid: string;
  modality: string;
  series_number: number | null;
  series_date: string;
  series_time: string;
  series_description: string;
  body_part_examined: string;
  laterality: string;
  performed_date: string;
  performed_time: string;
  instance_count: number;
  /** DICOM JSON. */
  dataset: string;
}

/** One item of a series' RequestAttributesSequence. */
export interface SearchRequestRow {
  study_row: number;
  series_uid: string;
  scheduled_step_id: string;
  requested_procedure_id: string;
}

/** Of a row of search_studies, by its id. */
export interface SearchCountsRow {
  study_row: number;
  series_count: number;
  instance_count: number;
}

/** One preference of a user, or the layout he left in a consultation. */
export interface PreferenceRow {
  user_id: string;
  name: string;
  /** JSON. */
  value: string;
  revision: number;
}

/** The columns of the account library's user table that we read. */
export interface UserRow {
  id: string;
  name: string;
  email: string;
  role: string;
  twoFactorEnabled: Generated<number | boolean | null>;
}
