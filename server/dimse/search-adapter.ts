import type { Principal } from '#server/domain/ports.ts';
import { searchDicom } from '#server/domain/search-dicom.ts';
import { canMatch, type DicomQuery, searchFilter } from '#server/domain/search-query.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { attributePath } from '#shared/dicom/query/attribute-path.ts';
import type { StudyUid } from '#shared/ids.ts';
import { type HierarchicalRequest, TAGS } from './query.ts';
import type { DimseNeeds } from './session.ts';

/** Queries of PS3.4 annex C in terms of our own search: the one file that knows both. */

/** Our search has no patients of their own: they are what studies say of them. */
const LEVELS = { PATIENT: 'study', STUDY: 'study', SERIES: 'series', IMAGE: 'instance' } as const;
/** Studies that are looked through for a patient. */
const MAX_STUDIES = 65_535;
const STUDIES_AT_ONCE = 1000;
/** Keys about the query itself (PS3.4 section C.4.1.1.3.1). */
const ABOUT: ReadonlySet<string> = new Set([TAGS.characterSet, TAGS.level, TAGS.retrieveAeTitle, TAGS.availability]);
const EXACT = { fuzzyNames: false, emptyValues: false } as const;

/** True when a key that has a value cannot be matched, so that more is answered than was asked for (status FF01H). */
export function hasUnsupportedKey({ level, keys }: HierarchicalRequest): boolean {
  return keys.some(
    ({ tag, value }) =>
      value !== '' && value !== '*' && !ABOUT.has(tag) && !canMatch(LEVELS[level], attributePath(tag)),
  );
}

/**
 * What matches among what the person may read, at most `limit`, with the attributes that are keys of the query.
 * @throws AppError REQUEST_INVALID for values no such key can have, SEARCH_TOO_BROAD
 */
export async function findMatches(
  { db }: Pick<DimseNeeds, 'db'>,
  principal: Pick<Principal, 'userId' | 'role'>,
  { level, keys }: Pick<HierarchicalRequest, 'level' | 'keys'>,
  limit: number,
): Promise<readonly DicomJsonDataset[]> {
  const searched = LEVELS[level];
  const asked = keys
    .filter(({ tag }) => !ABOUT.has(tag))
    .map(({ tag, value }) => ({ path: attributePath(tag), value }));
  const query: Omit<DicomQuery, 'limit' | 'offset'> = {
    ...{ level: searched, scope: {}, include: asked.map(({ path }) => path) },
    filters: asked.flatMap(({ path, value }) => {
      const filter = canMatch(searched, path) ? searchFilter(path, value, EXACT) : null;
      return filter === null ? [] : [filter];
    }),
    // Combined matching of dates and times is negotiated, and we do not offer it (PS3.4 section C.5.1.1).
    combinedDateTime: false,
  };
  const search = async (limit: number, offset: number): Promise<DicomJsonDataset[]> => {
    const { texts } = await searchDicom({ db }, principal, { ...query, limit, offset }, '');
    return texts.map((text) => JSON.parse(text) as DicomJsonDataset);
  };
  if (level !== 'PATIENT') return await search(limit, 0);

  // One data set a patient: two patients may share an ID, which hospitals give for themselves.
  const patients = new Map<string, DicomJsonDataset>();
  for (let offset = 0; patients.size < limit; offset += STUDIES_AT_ONCE) {
    const datasets = await search(STUDIES_AT_ONCE, offset);
    for (const study of datasets) {
      const nameAndId = JSON.stringify([study[TAGS.patientId]?.Value ?? null, study[TAGS.patientName]?.Value ?? null]);
      if (!patients.has(nameAndId)) patients.set(nameAndId, study);
    }
    if (datasets.length < STUDIES_AT_ONCE) break;
  }
  return [...patients.values()].slice(0, limit);
}

/** The studies of the patient with exactly this ID: the wildcards of a query have no meaning in a retrieval. */
export async function studiesOfPatient(
  needs: Pick<DimseNeeds, 'db'>,
  principal: Pick<Principal, 'userId' | 'role'>,
  patientId: string,
): Promise<StudyUid[]> {
  const keys = [
    { tag: TAGS.patientId, vr: 'LO', value: patientId },
    { tag: TAGS.studyUid, vr: 'UI', value: '' },
  ];
  const studies = await findMatches(needs, principal, { level: 'STUDY', keys }, MAX_STUDIES);
  return studies
    .filter((study) => study[TAGS.patientId]?.Value?.[0] === patientId)
    .flatMap((study) => (study[TAGS.studyUid]?.Value ?? []) as StudyUid[]);
}
