import type { Principal } from '#server/domain/ports.ts';
import { searchDicom } from '#server/domain/search-dicom.ts';
import { canMatch, type DicomQuery, searchFilter } from '#server/domain/search-query.ts';
import type { DicomJsonDataset, DicomJsonElement } from '#shared/dicom/dicom-json.ts';
import { attributePath } from '#shared/dicom/query/attribute-path.ts';
import type { SearchLevel } from '#shared/dicom/query/levels.ts';
import type { Key } from './identifier.ts';
import { SOP_CLASS } from './negotiation.ts';
import type { DimseNeeds } from './session.ts';

/** Queries of PS3.4 annex C in terms of our own search; the one place that knows both. */

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

/** Keys that say how to answer and match nothing. */
const ABOUT_REQUEST: ReadonlySet<string> = new Set([TAGS.characterSet, TAGS.level, TAGS.retrieveAeTitle]);
/** Our search has no patients of their own: they are what studies say of them. */
const SEARCHED: Readonly<Record<QueryLevel, SearchLevel>> = {
  ...{ PATIENT: 'study', STUDY: 'study', SERIES: 'series', IMAGE: 'instance' },
};
const EXACT = { fuzzyNames: false, emptyValues: false } as const;
const STUDIES_AT_ONCE = 1000;

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

/** True when a key that has a value cannot be matched, so that more is answered than was asked for (status FF01H). */
export function hasUnsupportedKey({ level, keys }: HierarchicalRequest): boolean {
  return keys.some(
    ({ tag, value }) =>
      value !== '' && value !== '*' && !ABOUT_REQUEST.has(tag) && !canMatch(SEARCHED[level], attributePath(tag)),
  );
}

/**
 * What matches within what `principal` may read, with the attributes asked for; at most `limit`.
 * @throws AppError REQUEST_INVALID for values no such key can have, SEARCH_TOO_BROAD
 */
export async function findMatches(
  { db }: Pick<DimseNeeds, 'db'>,
  principal: Pick<Principal, 'userId' | 'role'>,
  { level, keys }: HierarchicalRequest,
  limit: number,
): Promise<readonly DicomJsonDataset[]> {
  const searched = SEARCHED[level];
  const asked = keys.filter(({ tag }) => !ABOUT_REQUEST.has(tag));
  const query: Omit<DicomQuery, 'limit' | 'offset'> = {
    ...{ level: searched, scope: {}, include: asked.map(({ tag }) => attributePath(tag)) },
    filters: asked.flatMap(({ tag, value }) => {
      const path = attributePath(tag);
      const filter = canMatch(searched, path) ? searchFilter(path, value, EXACT) : null;
      return filter === null ? [] : [filter];
    }),
    // Combined matching of dates and times is negotiated, and we do not offer it (PS3.4 section C.5.1.1).
    combinedDateTime: false,
  };
  if (level !== 'PATIENT') return (await searchDicom({ db }, principal, { ...query, limit, offset: 0 }, '')).datasets;

  // One data set a patient: two patients may share an ID, which hospitals give for themselves.
  const patients = new Map<string, DicomJsonDataset>();
  for (let offset = 0; patients.size < limit; offset += STUDIES_AT_ONCE) {
    const { datasets } = await searchDicom({ db }, principal, { ...query, limit: STUDIES_AT_ONCE, offset }, '');
    for (const study of datasets) {
      const nameAndId = JSON.stringify([study[TAGS.patientId]?.Value ?? null, study[TAGS.patientName]?.Value ?? null]);
      if (!patients.has(nameAndId)) patients.set(nameAndId, study);
    }
    if (datasets.length < STUDIES_AT_ONCE) break;
  }
  return [...patients.values()].slice(0, limit);
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
