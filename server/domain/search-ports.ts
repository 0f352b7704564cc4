import type { Condition } from '#shared/dicom/query/condition.ts';
import type { SearchLevel } from '#shared/dicom/query/levels.ts';
import type { ConsultationId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { InstanceScope, StoredInstance } from './material-ports.ts';
import type { SearchReach } from './reach-ports.ts';

/** The index of studies and series by consultation, kept for searching (decision 0008). */

/** The attributes the index can match, by their path (`AttributePath.id`). */
export const INDEXED_ATTRIBUTES = {
  '00080020': 'studyDate',
  '00080030': 'studyTime',
  '00080050': 'accessionNumber',
  '00080061': 'modalitiesInStudy',
  '00080090': 'referringPhysicianName',
  '00081030': 'studyDescription',
  '00100010': 'patientName',
  '00100020': 'patientId',
  '00100030': 'patientBirthDate',
  '00100040': 'patientSex',
  '0020000D': 'studyUid',
  '00200010': 'studyId',
  '00080021': 'seriesDate',
  '00080031': 'seriesTime',
  '00080060': 'modality',
  '0008103E': 'seriesDescription',
  '00180015': 'bodyPartExamined',
  '0020000E': 'seriesUid',
  '00200011': 'seriesNumber',
  '00200060': 'laterality',
  '00400244': 'performedDate',
  '00400245': 'performedTime',
  '00400275.00400009': 'scheduledStepId',
  '00400275.00401001': 'requestedProcedureId',
  '00080016': 'sopClassUid',
  '00080018': 'sopInstanceUid',
  '00200013': 'instanceNumber',
} as const satisfies Readonly<Record<string, string>>;

export type IndexedAttribute =
  | (typeof INDEXED_ATTRIBUTES)[keyof typeof INDEXED_ATTRIBUTES]
  | (typeof DATE_TIMES)[number]['both'];

/** Pairs of a date and its time that can be compared as one instant. */
export const DATE_TIMES = [
  { date: 'studyDate', time: 'studyTime', both: 'studyDateTime' },
  { date: 'seriesDate', time: 'seriesTime', both: 'seriesDateTime' },
  { date: 'performedDate', time: 'performedTime', both: 'performedDateTime' },
] as const;

export interface IndexedFilter {
  readonly attribute: IndexedAttribute;
  readonly condition: Condition;
}

export interface IndexSearch {
  readonly level: SearchLevel;
  readonly scope: InstanceScope;
  /** All of them have to hold. One on a lower level asks for a study or series with such a part. */
  readonly filters: readonly IndexedFilter[];
}

/** What names a match: its row in the index, and its parts below the study where the level has them. */
export interface FoundKey {
  readonly row: number;
  readonly seriesUid?: SeriesUid;
  readonly sopInstanceUid?: SopInstanceUid;
}

export interface FoundStudy {
  readonly row: number;
  readonly studyUid: StudyUid;
  /** Of the instance whose attributes the study answers with. */
  readonly sampleUid: SopInstanceUid;
  /** Its attributes that every answer holds (shared/dicom/query/element-lines.ts). */
  readonly dataset: string;
  readonly modalities: readonly string[];
  readonly seriesCount: number;
  readonly instanceCount: number;
}

export interface FoundSeries {
  readonly row: number;
  readonly seriesUid: SeriesUid;
  readonly sampleUid: SopInstanceUid;
  readonly modality: string;
  /** As that of the study. */
  readonly dataset: string;
  readonly instanceCount: number;
}

export interface SearchIndex {
  /**
   * Enters instances the consultation has just been given (`addInstances` said added). To be called once a
   * transaction, near its end: it waits for other transactions that do the same.
   */
  add(consultationId: ConsultationId, instances: readonly StoredInstance[]): Promise<void>;
  /**
   * Matches newest study first: by date and time of the study, then by UIDs and numbers, so that equal searches
   * give equal pages (PS3.18 section 8.3.4.4.1).
   */
  find(reach: SearchReach, search: IndexSearch, offset: number, limit: number): Promise<FoundKey[]>;
  /** How many matches there are in all. A large number may be some seconds old. */
  count(reach: SearchReach, search: IndexSearch): Promise<number>;
  /** What both of them say, for less than both: a search that matches little is counted by being found. */
  page(
    reach: SearchReach,
    search: IndexSearch,
    offset: number,
    limit: number,
  ): Promise<{ readonly keys: readonly FoundKey[]; readonly total: number }>;
  /** The studies of the rows that the person may see, with what he may see of them counted, by row. */
  studies(reach: SearchReach, rows: readonly number[]): Promise<Map<number, FoundStudy>>;
  /** The series of the keys, by row and UID joined with a space. */
  series(reach: SearchReach, keys: readonly FoundKey[]): Promise<Map<string, FoundSeries>>;
}
