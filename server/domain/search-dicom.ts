import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { nameOfPath } from '#shared/dicom/query/attribute-path.ts';
import { matchesAt } from '#shared/dicom/query/matches.ts';
import { AppError } from '#shared/errors.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import type { Principal, Repositories } from './ports.ts';
import type { SearchReach } from './reach-ports.ts';
import { answerTo, includedFields, type Match } from './search-answer.ts';
import { DATE_TIMES, type FoundKey, type IndexedFilter, type IndexSearch } from './search-ports.ts';
import { type DicomQuery, indexedAttribute, type SearchFilter } from './search-query.ts';
import { reachOf } from './search-reach.ts';

/** QIDO-RS (PS3.18 section 10.6) and C-FIND (PS3.4 annex C) over the consultations a person may read. */

export interface SearchNeeds {
  readonly db: Pick<Repositories, 'search' | 'material'>;
}

export interface SearchResult {
  /** One data set a match as DICOM JSON text, newest study first. */
  readonly texts: readonly string[];
  /** All matches, whatever the offset and the limit. A large number may be some seconds old. */
  readonly total: number;
}

/** Instances that one search reads to match attributes the index does not hold. */
const MAX_READ = 2000;
const READ_AT_ONCE = 100;

/**
 * Searches what `principal` may read. `base` is the address of the service, for the URLs in the answer; an empty one
 * leaves them out.
 * @throws AppError SEARCH_TOO_BROAD when attributes outside the index would have to be compared for too many matches
 */
export async function searchDicom(
  needs: SearchNeeds,
  principal: Pick<Principal, 'userId' | 'role'>,
  query: DicomQuery,
  base: string,
): Promise<SearchResult> {
  const reach = reachOf(principal);
  const { search, others } = plan(query);
  const { matches, total } =
    others.length === 0
      ? await fromIndex(needs, reach, search, query)
      : await fromInstances(needs, reach, search, others, query);
  return { texts: await answers(needs.db, matches, query, base), total };
}

/** Parts the filters into those of the index and those that need the instances. */
function plan(query: DicomQuery): { search: IndexSearch; others: readonly SearchFilter[] } {
  const indexed: IndexedFilter[] = [];
  const others: SearchFilter[] = [];
  for (const filter of query.filters) {
    const attribute = indexedAttribute(filter.path);
    if (attribute === undefined) others.push(filter);
    else indexed.push({ attribute, condition: filter.condition });
  }
  const filters = query.combinedDateTime ? withDateTimes(indexed) : indexed;
  return { search: { level: query.level, scope: query.scope, filters }, others };
}

/**
 * A range of dates and one of times that are open at the same ends become one range of instants (PS3.4 C.2.2.2.5).
 * That of the dates stays: it follows from the other and has an index.
 */
function withDateTimes(filters: readonly IndexedFilter[]): IndexedFilter[] {
  let combined = [...filters];
  for (const { date, time, both } of DATE_TIMES) {
    const [day, clock] = [date, time].map((name) => filters.find(({ attribute }) => attribute === name)?.condition);
    if (day?.kind !== 'range' || clock?.kind !== 'range' || day.single || clock.single) continue;
    const from = day.from === null || clock.from === null ? null : day.from + clock.from;
    const to = day.to === null || clock.to === null ? null : day.to + clock.to;
    if ((day.from === null) !== (clock.from === null) || (day.to === null) !== (clock.to === null)) continue;
    combined = combined.filter(({ attribute }) => attribute !== time);
    combined.push({ attribute: both, condition: { kind: 'range', from, to, single: false } });
  }
  return combined;
}

type Found = Pick<SearchResult, 'total'> & { readonly matches: readonly Match[] };

async function fromIndex(
  { db }: SearchNeeds,
  reach: SearchReach,
  search: IndexSearch,
  query: DicomQuery,
): Promise<Found> {
  const { keys, total } = await db.search.page(reach, search, query.offset, query.limit);
  return { matches: await describe(db, reach, keys), total };
}

async function fromInstances(
  { db }: SearchNeeds,
  reach: SearchReach,
  search: IndexSearch,
  others: readonly SearchFilter[],
  { offset, limit }: DicomQuery,
): Promise<Found> {
  const keys = await db.search.find(reach, search, 0, MAX_READ + 1);
  if (keys.length > MAX_READ) {
    const attributes = others.map(({ path }) => nameOfPath(path)).join(', ');
    throw new AppError('SEARCH_TOO_BROAD', { attributes, limit: MAX_READ });
  }
  const matches: Match[] = [];
  for (let from = 0; from < keys.length; from += READ_AT_ONCE) {
    const part = await describe(db, reach, keys.slice(from, from + READ_AT_ONCE));
    const texts = await db.material.metadataTexts(part.map(sampleOf));
    for (const match of part) {
      const instance = parse(texts.get(sampleOf(match)));
      if (others.every(({ path, condition }) => matchesAt(instance, path.tags, condition))) matches.push(match);
    }
  }
  return { matches: matches.slice(offset, offset + limit), total: matches.length };
}

async function describe(db: SearchNeeds['db'], reach: SearchReach, keys: readonly FoundKey[]): Promise<Match[]> {
  if (keys.length === 0) return [];
  const studies = await db.search.studies(
    reach,
    keys.map(({ row }) => row),
  );
  const below = keys.filter(({ seriesUid }) => seriesUid !== undefined);
  const series = below.length === 0 ? null : await db.search.series(reach, below);
  return keys.flatMap((key): Match[] => {
    const study = studies.get(key.row);
    if (study === undefined) return [];
    return [{ key, study, series: series?.get(`${key.row} ${key.seriesUid}`) ?? null }];
  });
}

/** The instance that speaks for the match. */
function sampleOf({ key, study, series }: Match): SopInstanceUid {
  return key.sopInstanceUid ?? series?.sampleUid ?? study.sampleUid;
}

async function answers(
  db: SearchNeeds['db'],
  matches: readonly Match[],
  { level, include }: DicomQuery,
  base: string,
): Promise<string[]> {
  const fields = includedFields(level, include);
  const found: string[] = [];
  for (let from = 0; from < matches.length; from += READ_AT_ONCE) {
    const part = matches.slice(from, from + READ_AT_ONCE);
    const read = level === 'instance' || fields !== null;
    const texts = read ? await db.material.metadataTexts(part.map(sampleOf)) : null;
    for (const match of part) {
      const instance = texts === null ? null : parse(texts.get(sampleOf(match)));
      found.push(answerTo(match, instance, fields, base));
    }
  }
  return found;
}

/** Written by ingest as DICOM JSON. */
function parse(text: string | undefined): DicomJsonDataset {
  return text === undefined ? {} : (JSON.parse(text) as DicomJsonDataset);
}
