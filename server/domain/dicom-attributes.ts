/** The attributes a DICOMweb search answers with and filters by (PS3.18 tables 10.6.1-5 and 10.6.3-3 to 10.6.3-5). */

export type SearchLevel = 'study' | 'series' | 'instance';

/** How a query value is compared with the attribute (PS3.4 section C.2.2.2). */
export type Matching = 'uid-list' | 'text' | 'name' | 'date' | 'number' | 'none';

export interface SearchAttribute {
  readonly tag: string;
  readonly keyword: string;
  readonly level: SearchLevel;
  readonly matching: Matching;
}

const row = (tag: string, keyword: string, level: SearchLevel, matching: Matching): SearchAttribute => ({
  tag,
  keyword,
  level,
  matching,
});

export const SEARCH_ATTRIBUTES: readonly SearchAttribute[] = [
  row('00080020', 'StudyDate', 'study', 'date'),
  row('00080030', 'StudyTime', 'study', 'none'),
  row('00080050', 'AccessionNumber', 'study', 'text'),
  row('00080061', 'ModalitiesInStudy', 'study', 'text'),
  row('00080090', 'ReferringPhysicianName', 'study', 'name'),
  row('00081030', 'StudyDescription', 'study', 'text'),
  row('00100010', 'PatientName', 'study', 'name'),
  row('00100020', 'PatientID', 'study', 'text'),
  row('00100030', 'PatientBirthDate', 'study', 'date'),
  row('00100040', 'PatientSex', 'study', 'text'),
  row('0020000D', 'StudyInstanceUID', 'study', 'uid-list'),
  row('00200010', 'StudyID', 'study', 'text'),
  row('00080021', 'SeriesDate', 'series', 'date'),
  row('00080031', 'SeriesTime', 'series', 'none'),
  row('00080060', 'Modality', 'series', 'text'),
  row('0008103E', 'SeriesDescription', 'series', 'text'),
  row('00180015', 'BodyPartExamined', 'series', 'text'),
  row('00200060', 'Laterality', 'series', 'text'),
  row('0020000E', 'SeriesInstanceUID', 'series', 'uid-list'),
  row('00200011', 'SeriesNumber', 'series', 'number'),
  row('00400244', 'PerformedProcedureStepStartDate', 'series', 'date'),
  row('00080016', 'SOPClassUID', 'instance', 'uid-list'),
  row('00080018', 'SOPInstanceUID', 'instance', 'uid-list'),
  row('00083002', 'AvailableTransferSyntaxUID', 'instance', 'uid-list'),
  row('00200013', 'InstanceNumber', 'instance', 'number'),
  row('00280008', 'NumberOfFrames', 'instance', 'none'),
  row('00280010', 'Rows', 'instance', 'none'),
  row('00280011', 'Columns', 'instance', 'none'),
  row('00280100', 'BitsAllocated', 'instance', 'none'),
];

const BY_NAME = new Map(
  SEARCH_ATTRIBUTES.flatMap((attribute) => [
    [attribute.keyword, attribute] as const,
    [attribute.tag, attribute] as const,
  ]),
);

/** The attribute a query parameter names by keyword or by tag in hexadecimal; undefined for any other parameter. */
export function searchAttribute(name: string): SearchAttribute | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toUpperCase());
}
