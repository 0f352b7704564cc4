import type { Selectable } from 'kysely';
import type {
  InstanceFile,
  InstanceRow,
  StoredDocument,
  StoredInstance,
  StoredOutcome,
} from '#server/domain/material-ports.ts';
import type { UploadResult } from '#shared/api/material.ts';
import type { ConsultationId, DocumentId, SeriesUid, Sha256, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { DicomInstanceRow, DocumentRow, UploadOutcomeRow } from './tables.ts';

/** Table rows to the values the use cases see, and back. JSON columns are written here and by nothing else. */

export function toInstanceRow(instance: StoredInstance, at: string): DicomInstanceRow {
  return {
    sop_instance_uid: instance.sopInstanceUid,
    series_uid: instance.seriesUid,
    study_uid: instance.studyUid,
    sha256: instance.sha256,
    size_bytes: instance.sizeBytes,
    sop_class_uid: instance.sopClassUid,
    transfer_syntax_uid: instance.transferSyntaxUid,
    modality: instance.modality,
    instance_number: instance.instanceNumber,
    row_count: instance.rows,
    column_count: instance.columns,
    frame_count: instance.frameCount,
    description: instance.description,
    metadata: instance.metadata,
    frame_index: instance.frameIndex,
    repairs: instance.repairs,
    slide_label: instance.showsSlideLabel ? 1 : 0,
    stored_at: at,
  };
}

export function toInstance(row: Selectable<DicomInstanceRow>): StoredInstance {
  return {
    ...toListed(row),
    sha256: row.sha256 as Sha256,
    sizeBytes: row.size_bytes,
    description: row.description,
    metadata: row.metadata,
    frameIndex: row.frame_index,
    repairs: row.repairs,
    showsSlideLabel: row.slide_label === 1,
  };
}

export function toInstanceFile(
  row: Pick<
    Selectable<DicomInstanceRow>,
    'study_uid' | 'series_uid' | 'sop_instance_uid' | 'sop_class_uid' | 'transfer_syntax_uid' | 'sha256' | 'size_bytes'
  >,
): InstanceFile {
  return {
    studyUid: row.study_uid as StudyUid,
    seriesUid: row.series_uid as SeriesUid,
    sopInstanceUid: row.sop_instance_uid as SopInstanceUid,
    sopClassUid: row.sop_class_uid,
    transferSyntaxUid: row.transfer_syntax_uid,
    sha256: row.sha256 as Sha256,
    sizeBytes: row.size_bytes,
  };
}

type ListedRow = Pick<
  Selectable<DicomInstanceRow>,
  | 'sop_instance_uid'
  | 'series_uid'
  | 'study_uid'
  | 'sop_class_uid'
  | 'transfer_syntax_uid'
  | 'modality'
  | 'instance_number'
  | 'row_count'
  | 'column_count'
  | 'frame_count'
>;

export function toListed(row: ListedRow): InstanceRow {
  return {
    sopInstanceUid: row.sop_instance_uid as SopInstanceUid,
    seriesUid: row.series_uid as SeriesUid,
    studyUid: row.study_uid as StudyUid,
    sopClassUid: row.sop_class_uid,
    transferSyntaxUid: row.transfer_syntax_uid,
    modality: row.modality,
    instanceNumber: row.instance_number,
    rows: row.row_count,
    columns: row.column_count,
    frameCount: row.frame_count,
  };
}

export function toDocument(row: Selectable<DocumentRow>): StoredDocument {
  return {
    id: row.id as DocumentId,
    consultationId: row.consultation_id as ConsultationId,
    sha256: row.sha256 as Sha256,
    sizeBytes: row.size_bytes,
    name: row.name,
    mediaType: row.media_type,
    addedAt: row.added_at,
  };
}

export function toOutcome(row: Selectable<UploadOutcomeRow>): StoredOutcome {
  return {
    uploadId: row.upload_id,
    consultationId: row.consultation_id as ConsultationId,
    name: row.name,
    sizeBytes: row.size_bytes,
    finishedAt: row.finished_at,
    results: JSON.parse(row.results) as UploadResult[],
  };
}
