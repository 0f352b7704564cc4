import type { DicomJsonDataset, DicomJsonElement } from '#shared/dicom/dicom-json.ts';
import type { Key } from './identifier.ts';
import { SOP_CLASS } from './negotiation.ts';

/** Requests of the Query/Retrieve models and their answers (PS3.4 annex C). */

export type QueryLevel = 'PATIENT' | 'STUDY' | 'SERIES' | 'IMAGE';

export const TAGS = {
  characterSet: '00080005',
  level: '00080052',
  retrieveAeTitle: '00080054',
  availability: '00080056',
  failedInstances: '00080058',
  patientName: '00100010',
  patientId: '00100020',
  studyUid: '0020000D',
  seriesUid: '0020000E',
  instanceUid: '00080018',
} as const;

/** What identifies an entity of each level, from the top of the model (PS3.4 sections C.6.1.1 and C.6.2.1). */
const UNIQUE_KEYS: Readonly<Record<QueryLevel, string>> = {
  PATIENT: TAGS.patientId,
  STUDY: TAGS.studyUid,
  SERIES: TAGS.seriesUid,
  IMAGE: TAGS.instanceUid,
};
const PATIENT_ROOT: readonly QueryLevel[] = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'];
const STUDY_ROOT: readonly QueryLevel[] = ['STUDY', 'SERIES', 'IMAGE'];
const PATIENT_ROOT_CLASSES: ReadonlySet<string> = new Set([
  SOP_CLASS.patientRootFind,
  SOP_CLASS.patientRootMove,
  SOP_CLASS.patientRootGet,
]);

/** A request whose hierarchy is sound: the keys above its level name one entity each. */
export interface HierarchicalRequest {
  readonly level: QueryLevel;
  readonly keys: readonly Key[];
  /** Values of the unique key of `level`; empty when it has none. */
  readonly wanted: readonly string[];
}

/** Reads level and keys, or says what is wrong with them (status A900H, PS3.4 section C.4.1.1.4). */
export function readRequest(keys: readonly Key[], sopClass: string): HierarchicalRequest | string {
  const keyValue = (tag: string): string => keys.find((key) => key.tag === tag)?.value ?? '';
  const levels = PATIENT_ROOT_CLASSES.has(sopClass) ? PATIENT_ROOT : STUDY_ROOT;
  const level = levels.find((known) => known === keyValue(TAGS.level));
  if (level === undefined) return 'Query/Retrieve Level (0008,0052) is missing or not of this model.';
  for (const above of levels.slice(0, levels.indexOf(level))) {
    const value = keyValue(UNIQUE_KEYS[above]);
    if (value === '' || /[*?\\]/.test(value)) return `The unique key of level ${above} must have a single value.`;
  }
  const wanted = keyValue(UNIQUE_KEYS[level]);
  return { level, keys, wanted: wanted === '' ? [] : wanted.split('\\') };
}

/**
 * The keys asked for with the values of a match, and nothing else (PS3.4 section C.4.1.1.3.2). Keys without a value
 * are answered empty.
 */
export function answerOf(
  match: DicomJsonDataset,
  { level, keys }: HierarchicalRequest,
  aeTitle: string,
): DicomJsonDataset {
  const answer: Record<string, DicomJsonElement> = {};
  for (const { tag, vr } of keys) {
    const found = match[tag];
    answer[tag] = found !== undefined && found.BulkDataURI === undefined ? found : { vr };
  }
  answer[TAGS.characterSet] = { vr: 'CS', Value: ['ISO_IR 192'] };
  answer[TAGS.level] = { vr: 'CS', Value: [level] };
  // The peer retrieves from us (PS3.4 section C.4.1.1.3.2).
  answer[TAGS.retrieveAeTitle] = { vr: 'AE', Value: [aeTitle] };
  if (TAGS.availability in answer) answer[TAGS.availability] = { vr: 'CS', Value: ['ONLINE'] };
  return answer;
}
