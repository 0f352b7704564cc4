import type { ConsultationId, SopInstanceUid } from '#shared/ids.ts';
import { SEARCH_ATTRIBUTES, type SearchAttribute, type SearchLevel, searchAttribute } from './dicom-attributes.ts';
import { type JsonDataset, type JsonElement, matches } from './dicom-matching.ts';
import type { InstanceScope, SeriesRow } from './material-ports.ts';
import type { Repositories } from './ports.ts';

/** QIDO-RS (PS3.18 section 10.6) over the consultations a person may read, and nothing else. */

export interface DicomQuery {
  readonly level: SearchLevel;
  /** From the path: the study, or the study and series. */
  readonly scope: InstanceScope;
  readonly filters: readonly { readonly attribute: SearchAttribute; readonly value: string }[];
  readonly limit: number;
  readonly offset: number;
}

/** Instances that one search reads the attributes of; a search at instance level without a scope stops there. */
const MAX_INSTANCES = 20_000;

/** Splits query parameters into filters and the rest, which is tolerated and has no effect. */
export function filtersOf(parameters: Readonly<Record<string, string>>): DicomQuery['filters'] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const attribute = searchAttribute(name);
    return attribute === undefined ? [] : [{ attribute, value }];
  });
}

/** One data set a match, in the order of UIDs and numbers. `base` is the address of the service. */
export async function searchDicom(
  { db }: { readonly db: Pick<Repositories, 'material'> },
  consultationIds: readonly ConsultationId[],
  query: DicomQuery,
  base: string,
): Promise<JsonDataset[]> {
  const scope = { ...query.scope, ...uidFilters(query) };
  const series = await db.material.seriesRows(consultationIds, scope);
  const samples = await readDatasets(
    db,
    series.map(({ sampleUid }) => sampleUid),
  );
  const described = series.map((row) => ({ row, sample: samples.get(row.sampleUid) ?? {} }));
  const studies = Map.groupBy(described, ({ row }) => row.studyUid);
  const found: JsonDataset[] = [];
  for (const [studyUid, members] of studies) {
    const studyUrl = `${base}/studies/${studyUid}`;
    const study = studyDataset(members, studyUrl);
    if (!passes(query, 'study', study)) continue;
    if (query.level === 'study') {
      // A filter on a series attribute asks for studies with such a series.
      if (members.some(({ sample }) => passes(query, 'series', sample))) found.push(study);
      continue;
    }
    for (const { row, sample } of members) {
      const seriesUrl = `${studyUrl}/series/${row.seriesUid}`;
      const one = { ...study, ...seriesDataset(row, sample, seriesUrl) };
      if (!passes(query, 'series', one)) continue;
      if (query.level === 'series') found.push(one);
      else found.push(...(await instancesOf(db, consultationIds, query, row, one, seriesUrl)));
      if (found.length >= MAX_INSTANCES) break;
    }
  }
  return found.slice(query.offset, query.offset + query.limit);
}

/** UIDs in the query narrow the search in the database already, when each names one. */
function uidFilters({ filters }: DicomQuery): InstanceScope {
  const single = (keyword: string): string | undefined => {
    const value = filters.find(({ attribute }) => attribute.keyword === keyword)?.value;
    return value !== undefined && /^[\d.]+$/.test(value) ? value : undefined;
  };
  const studyUid = single('StudyInstanceUID');
  const seriesUid = single('SeriesInstanceUID');
  return {
    ...(studyUid === undefined ? {} : { studyUid: studyUid as NonNullable<InstanceScope['studyUid']> }),
    ...(seriesUid === undefined ? {} : { seriesUid: seriesUid as NonNullable<InstanceScope['seriesUid']> }),
  };
}

async function readDatasets(
  db: Pick<Repositories, 'material'>,
  uids: readonly SopInstanceUid[],
): Promise<Map<SopInstanceUid, JsonDataset>> {
  const texts = await db.material.metadataTexts(uids);
  // Written by ingest as DICOM JSON.
  return new Map([...texts].map(([uid, text]) => [uid, JSON.parse(text) as JsonDataset]));
}

function passes(query: DicomQuery, level: SearchLevel, dataset: JsonDataset): boolean {
  return query.filters.every(
    ({ attribute, value }) => attribute.level !== level || matches(attribute, value, dataset[attribute.tag]),
  );
}

function pick(level: SearchLevel, dataset: JsonDataset): Record<string, JsonElement> {
  const picked: Record<string, JsonElement> = {};
  for (const { tag, level: of } of SEARCH_ATTRIBUTES) {
    const element = dataset[tag];
    if (of === level && element !== undefined) picked[tag] = element;
  }
  return picked;
}

function studyDataset(
  members: readonly { readonly row: SeriesRow; readonly sample: JsonDataset }[],
  url: string,
): JsonDataset {
  const modalities = [...new Set(members.map(({ row }) => row.modality))].sort();
  const instances = members.reduce((sum, { row }) => sum + row.instanceCount, 0);
  return {
    ...pick('study', members[0]?.sample ?? {}),
    '00080056': { vr: 'CS', Value: ['ONLINE'] },
    '00080061': { vr: 'CS', Value: modalities },
    '00081190': { vr: 'UR', Value: [url] },
    '00201206': { vr: 'IS', Value: [new Set(members.map(({ row }) => row.seriesUid)).size] },
    '00201208': { vr: 'IS', Value: [instances] },
  };
}

function seriesDataset(row: SeriesRow, sample: JsonDataset, url: string): JsonDataset {
  return {
    ...pick('series', sample),
    '00080060': { vr: 'CS', Value: [row.modality] },
    '00081190': { vr: 'UR', Value: [url] },
    '00201209': { vr: 'IS', Value: [row.instanceCount] },
  };
}

async function instancesOf(
  db: Pick<Repositories, 'material'>,
  consultationIds: readonly ConsultationId[],
  query: DicomQuery,
  { studyUid, seriesUid }: SeriesRow,
  series: JsonDataset,
  seriesUrl: string,
): Promise<JsonDataset[]> {
  const { sopInstanceUid } = query.scope;
  const scope = { studyUid, seriesUid, ...(sopInstanceUid === undefined ? {} : { sopInstanceUid }) };
  const rows = await db.material.instanceRows(consultationIds, scope);
  const datasets = await readDatasets(
    db,
    rows.map((row) => row.sopInstanceUid),
  );
  return rows
    .map((row) => ({
      ...series,
      ...pick('instance', datasets.get(row.sopInstanceUid) ?? {}),
      '00081190': { vr: 'UR', Value: [`${seriesUrl}/instances/${row.sopInstanceUid}`] },
    }))
    .filter((dataset) => passes(query, 'instance', dataset));
}
