import { searchAttribute } from '#server/domain/dicom-attributes.ts';
import type { Principal } from '#server/domain/ports.ts';
import { searchDicom } from '#server/domain/search-dicom.ts';
import { consultationsWithMaterialFor } from '#server/domain/visible-consultations.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import type { StudyUid } from '#shared/ids.ts';
import { type HierarchicalRequest, TAGS } from './query.ts';
import type { DimseNeeds } from './session.ts';

/** Queries of PS3.4 annex C in terms of our own search: the one file that knows both. */

const LEVELS = { PATIENT: 'study', STUDY: 'study', SERIES: 'series', IMAGE: 'instance' } as const;
/** Studies that are looked through for their patients. */
const MAX_STUDIES = 65_535;
/** Keys about the query itself (PS3.4 section C.4.1.1.3.1). */
const ABOUT: ReadonlySet<string> = new Set([TAGS.characterSet, TAGS.level]);

/** True when a key that has a value cannot be matched, so that more is answered than was asked for (status FF01H). */
export function hasUnsupportedKey({ keys }: HierarchicalRequest): boolean {
  return keys.some(({ tag, value }) => {
    if (value === '' || value === '*' || ABOUT.has(tag)) return false;
    const attribute = searchAttribute(tag);
    return attribute === undefined || attribute.matching === 'none';
  });
}

/** What matches among what the person may read, at most `limit`, with the attributes that are keys of the query. */
export async function findMatches(
  { db }: Pick<DimseNeeds, 'db'>,
  principal: Principal,
  { level, keys }: Pick<HierarchicalRequest, 'level' | 'keys'>,
  limit: number,
): Promise<readonly DicomJsonDataset[]> {
  const filters = keys.flatMap(({ tag, value }) => {
    const attribute = searchAttribute(tag);
    return attribute === undefined || value === '' ? [] : [{ attribute, value }];
  });
  const query = { level: LEVELS[level], scope: {}, filters, offset: 0 };
  const most = level === 'PATIENT' ? MAX_STUDIES : limit;
  const visible = await consultationsWithMaterialFor({ db }, principal);
  const found = await searchDicom({ db }, visible, { ...query, limit: most }, '');
  // Written as DICOM JSON by ingest.
  const datasets = found as readonly DicomJsonDataset[];
  return level === 'PATIENT' ? patientsOf(datasets).slice(0, limit) : datasets;
}

/** The studies of the patient with exactly this ID: the wildcards of a query have no meaning in a retrieval. */
export async function studiesOfPatient(
  needs: Pick<DimseNeeds, 'db'>,
  principal: Principal,
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

/** One data set a patient: two patients may share an ID, which hospitals give for themselves. */
function patientsOf(studies: readonly DicomJsonDataset[]): DicomJsonDataset[] {
  const nameAndId = (study: DicomJsonDataset): string =>
    JSON.stringify([study[TAGS.patientId]?.Value ?? null, study[TAGS.patientName]?.Value ?? null]);
  return [...Map.groupBy(studies, nameAndId).values()].flatMap((same) => same.slice(0, 1));
}
