import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { StoredInstance } from '#server/domain/material-ports.ts';
import type { SearchReach } from '#server/domain/reach-ports.ts';
import type { FoundKey, FoundSeries, FoundStudy, IndexSearch, SearchIndex } from '#server/domain/search-ports.ts';
import type { SearchLevel } from '#shared/dicom/query/levels.ts';
import type { SeriesUid, SopInstanceUid, StudyUid, UserId } from '#shared/ids.ts';
import { bytewise, isInList, listValue } from './dialects/search-text.ts';
import { lockSearchIndex, locksRows } from './dialects/writer-lock.ts';
import { fixedStatement } from './fixed-statement.ts';
import type { KnownTotals } from './known-totals.ts';
import { conditionsOf, isOfStudies, showing, tablesOf } from './search-conditions.ts';
import { isFoundInOrder } from './search-plan.ts';
import { allOf, consultationColumns, isVisible, studyColumns } from './search-visibility.ts';
import { type AddedSeries, enterStudy, split } from './search-writer.ts';
import type { Tables } from './tables.ts';

/** Lists are asked in parts of this size. */
const LIST_PART = 500;
/** So many matches are looked for when nobody knows yet how many there are: one pass instead of two. */
const COUNTED_BY_FINDING = 2500;
/** A search counts no further than this. */
const MAX_TOTAL = 1_000_000;

/** The search index on one connection. `totals` may outlive it: a large count is believed for some seconds. */
export function createSearchIndex(db: Kysely<Tables>, totals: KnownTotals): SearchIndex {
  async function rowsOf(
    reach: SearchReach,
    search: IndexSearch,
    { offset, limit, inOrder }: { readonly offset: number; readonly limit: number; readonly inOrder: boolean },
  ): Promise<FoundRow[]> {
    const { rows } = await sql<FoundRow>`select ${keysOf(search.level)} from ${tablesOf(search.level)}
      where ${conditionsOf(db, reach, search, inOrder)} order by ${orderOf(db, search.level)}
      limit ${limit} offset ${offset}`.execute(db);
    return rows;
  }

  async function count(reach: SearchReach, search: IndexSearch): Promise<number> {
    return await totals.get(nameOf(reach, search), async () => {
      const { rows } = await totalOf(db, reach, search).execute(db);
      return Math.min(MAX_TOTAL, Number(rows[0]?.n ?? 0));
    });
  }

  return {
    async add(consultationId, instances) {
      if (instances.length === 0) return;
      await lockSearchIndex(db);
      const [owner] = (await selectOwner(db, { id: consultationId })).rows;
      if (owner === undefined) throw new Error('instances are entered for a consultation that is not there');
      for (const [studyUid, members] of Map.groupBy(instances, (instance) => instance.studyUid)) {
        await enterStudy(db, owner, studyUid, addedSeries(members));
      }
    },

    async find(reach, search, offset, limit) {
      const inOrder = await isFoundInOrder(db, search, offset + limit);
      return (await rowsOf(reach, search, { offset, limit, inOrder })).map(toKey);
    },

    count,

    async page(reach, search, offset, limit) {
      const inOrder = await isFoundInOrder(db, search, offset + limit + 1);
      const isMany = inOrder || totals.known(nameOf(reach, search)) !== undefined;
      const wanted = isMany || search.level !== 'study' ? limit + 1 : Math.max(limit + 1, COUNTED_BY_FINDING);
      const rows = await rowsOf(reach, search, { offset, limit: wanted, inOrder });
      const keys = rows.slice(0, limit).map(toKey);
      if (rows.length < wanted && (rows.length > 0 || offset === 0)) return { keys, total: offset + rows.length };
      const counted = await count(reach, search);
      // A remembered total may be older than the page.
      return { keys, total: rows.length === 0 ? counted : Math.max(counted, offset + rows.length) };
    },

    studies: (reach, rows) => studiesOf(db, reach, rows),
    series: (reach, keys) => seriesOf(db, reach, keys),
  };
}

/** What a person may see, as text: there are as many as roles. */
function nameOfVisibility({ visibility }: SearchReach): string {
  const { asReferrer, asExpert, asAnybody } = visibility;
  return [asReferrer, asExpert, asAnybody].map((states) => [...states].join(' ')).join('/');
}

/** The same for everything that decides about a total. */
function nameOf(reach: SearchReach, search: IndexSearch): string {
  return JSON.stringify([reach.userId, nameOfVisibility(reach), search]);
}

/** A change of the state that is under way is waited for, or the study would be entered with the state before it. */
const selectOwner = fixedStatement((db, { id }: { readonly id: string }) => {
  const owners = db.selectFrom('consultations').select(['id', 'state', 'referrer_id']).where('id', '=', id);
  return locksRows(db) ? owners.forShare() : owners;
});

/** What arrived of one study, by series, in the order it came. */
function addedSeries(instances: readonly StoredInstance[]): AddedSeries[] {
  return [...Map.groupBy(instances, ({ seriesUid }) => seriesUid)].flatMap(([seriesUid, members]) => {
    const [first] = members;
    return first === undefined ? [] : [{ seriesUid, instanceCount: members.length, first }];
  });
}

/**
 * How many matches there are. Series and instances of studies that match as a whole are added up; those of a study that
 * several consultations hold are counted, since the person may see some of them twice.
 */
function totalOf(db: Kysely<Tables>, reach: SearchReach, search: IndexSearch): RawBuilder<{ n: number }> {
  const { level } = search;
  const conditions = conditionsOf(db, reach, search);
  const counted = (more: RawBuilder<unknown>) => sql<{ n: number }>`select count(*) as n from (select 1
    from ${tablesOf(level)} where ${conditions}${more} limit ${sql.lit(MAX_TOTAL)}) found`;
  if (level === 'study' || !isOfStudies(search)) return counted(sql``);
  const column = sql.ref(level === 'series' ? 'n.series_count' : 'n.instance_count');
  // Of those that are added up, labels the person may not see.
  const [shown] = level === 'instance' ? showing(reach) : [];
  const hidden =
    shown === undefined
      ? sql``
      : sql` - (select count(*) from search_studies s join consultation_instances m on m.study_uid = s.study_uid
          and m.consultation_id = s.consultation_id join dicom_instances i on i.sop_instance_uid = m.sop_instance_uid
          where i.slide_label = 1 and not ${shown} and s.shared = 0
          and ${conditionsOf(db, reach, { ...search, level: 'study' })})`;
  return sql<{ n: number }>`select (${counted(sql` and s.shared = 1`)})${hidden} + (select coalesce(sum(${column}), 0)
    from search_studies s join search_counts n on n.study_row = s.id
    where ${conditionsOf(db, reach, { ...search, level: 'study' })} and s.shared = 0) as n`;
}

interface FoundRow {
  readonly id: number;
  readonly series_uid?: string;
  readonly sop_instance_uid?: string;
}

function toKey(row: FoundRow): FoundKey {
  return {
    row: row.id,
    ...(row.series_uid === undefined ? {} : { seriesUid: row.series_uid as SeriesUid }),
    ...(row.sop_instance_uid === undefined ? {} : { sopInstanceUid: row.sop_instance_uid as SopInstanceUid }),
  };
}

function keysOf(level: SearchLevel): RawBuilder<unknown> {
  if (level === 'study') return sql`s.id`;
  return level === 'series' ? sql`s.id, r.series_uid` : sql`s.id, r.series_uid, m.sop_instance_uid`;
}

/** Numbers that are missing come last on both databases. */
function orderOf(db: Kysely<Tables>, level: SearchLevel): RawBuilder<unknown> {
  const uid = (column: string) => bytewise(db, sql.ref(column));
  const study = sql`s.study_date desc, s.study_time desc, ${uid('s.study_uid')}`;
  if (level === 'study') return study;
  const series = sql`${study}, r.series_number is null, r.series_number, ${uid('r.series_uid')}`;
  if (level === 'series') return series;
  return sql`${series}, i.instance_number is null, i.instance_number, ${uid('m.sop_instance_uid')}`;
}

interface StudyList {
  readonly userId: UserId;
  readonly ids: string;
}

interface StudyRow {
  readonly id: number;
  readonly study_uid: string;
  readonly sample_uid: string;
  readonly shared: number;
  readonly dataset: string;
  readonly modalities: string;
  readonly series_count: number;
  readonly instance_count: number;
}

type SelectStudies = (db: Kysely<Tables>, values: StudyList) => Promise<{ readonly rows: readonly StudyRow[] }>;

/** Statements by what they may see; there are as many as roles. */
const studyStatements = new Map<string, SelectStudies>();

function selectStudies(reach: SearchReach): SelectStudies {
  const { visibility } = reach;
  const key = nameOfVisibility(reach);
  const known = studyStatements.get(key);
  if (known !== undefined) return known;
  const statement = fixedStatement((db, { userId, ids }: StudyList) =>
    db
      .selectFrom('search_studies as s')
      .innerJoin('search_counts as n', 'n.study_row', 's.id')
      .innerJoin('consultations as c', 'c.id', 's.consultation_id')
      .select(['s.id', 's.study_uid', 's.sample_uid', 's.shared', 's.dataset', 's.modalities'])
      .select(['n.series_count', 'n.instance_count'])
      .where(isInList(db, sql.ref('s.id'), ids))
      .where(isVisible({ userId, visibility }, consultationColumns(db, 'c'))),
  );
  studyStatements.set(key, statement);
  return statement;
}

/**
 * Asks the consultation itself once more whether the person may see it: what an answer shows hangs on no copy of its
 * state.
 */
async function studiesOf(
  db: Kysely<Tables>,
  reach: SearchReach,
  rows: readonly number[],
): Promise<Map<number, FoundStudy>> {
  const found = new Map<number, FoundStudy>();
  const hidesLabels = showing(reach).length > 0;
  const wanted = [...new Set(rows)];
  for (let from = 0; from < wanted.length; from += LIST_PART) {
    const ids = listValue(db, wanted.slice(from, from + LIST_PART));
    const { rows: part } = await selectStudies(reach)(db, { userId: reach.userId, ids });
    for (const row of part) {
      const counted =
        row.shared === 1 || (hidesLabels && split(row.modalities).includes('SM'))
          ? await countShared(db, reach, row.study_uid)
          : {
              seriesCount: row.series_count,
              instanceCount: row.instance_count,
              modalities: split(row.modalities),
            };
      found.set(row.id, {
        row: row.id,
        studyUid: row.study_uid as StudyUid,
        sampleUid: row.sample_uid as SopInstanceUid,
        dataset: row.dataset,
        ...counted,
      });
    }
  }
  return found;
}

/** What the person may see of a study of several consultations, or of one with slides, each instance counted once. */
async function countShared(db: Kysely<Tables>, reach: SearchReach, studyUid: string) {
  const visible = isVisible(reach, studyColumns('s'));
  const { rows } = await sql<{ series: number; instances: number }>`
    select count(distinct m.series_uid) as series, count(distinct m.sop_instance_uid) as instances
    from search_studies s join consultation_instances m
      on m.study_uid = s.study_uid and m.consultation_id = s.consultation_id
      join dicom_instances i on i.sop_instance_uid = m.sop_instance_uid
    where s.study_uid = ${studyUid} and ${visible} and ${allOf(showing(reach))}`.execute(db);
  const modalities = await sql<{ modalities: string }>`
    select s.modalities from search_studies s where s.study_uid = ${studyUid} and ${visible}`.execute(db);
  return {
    seriesCount: Number(rows[0]?.series ?? 0),
    instanceCount: Number(rows[0]?.instances ?? 0),
    modalities: [...new Set(modalities.rows.flatMap((row) => split(row.modalities)))].sort(),
  };
}

async function seriesOf(
  db: Kysely<Tables>,
  reach: SearchReach,
  keys: readonly FoundKey[],
): Promise<Map<string, FoundSeries>> {
  const found = new Map<string, FoundSeries>();
  const hidesLabels = showing(reach).length > 0;
  const wanted = [...new Map(keys.map((key) => [`${key.row} ${key.seriesUid}`, key])).values()];
  for (let from = 0; from < wanted.length; from += LIST_PART) {
    const part = wanted.slice(from, from + LIST_PART);
    const pairs = part.map(({ row, seriesUid }) => sql`(${sql.lit(row)}, ${seriesUid ?? ''})`);
    const rows = await db
      .selectFrom('search_series as r')
      .innerJoin('search_studies as s', 's.id', 'r.study_row')
      .select([
        's.id',
        's.study_uid',
        's.shared',
        'r.series_uid',
        'r.sample_uid',
        'r.modality',
        'r.dataset',
        'r.instance_count',
      ])
      .where(sql<boolean>`(r.study_row, r.series_uid) in (values ${sql.join(pairs)})`)
      .execute();
    for (const row of rows) {
      const seriesUid = row.series_uid as SeriesUid;
      found.set(`${row.id} ${seriesUid}`, {
        row: row.id,
        seriesUid,
        sampleUid: row.sample_uid as SopInstanceUid,
        modality: row.modality,
        dataset: row.dataset,
        instanceCount:
          row.shared === 1 || (hidesLabels && row.modality === 'SM')
            ? await countSharedSeries(db, reach, row.study_uid, seriesUid)
            : row.instance_count,
      });
    }
  }
  return found;
}

async function countSharedSeries(db: Kysely<Tables>, reach: SearchReach, studyUid: string, seriesUid: string) {
  const { rows } = await sql<{ n: number }>`select count(distinct m.sop_instance_uid) as n
    from search_studies s join consultation_instances m
      on m.study_uid = s.study_uid and m.consultation_id = s.consultation_id
      join dicom_instances i on i.sop_instance_uid = m.sop_instance_uid
    where s.study_uid = ${studyUid} and m.series_uid = ${seriesUid}
      and ${allOf([isVisible(reach, studyColumns('s')), ...showing(reach)])}`.execute(db);
  return Number(rows[0]?.n ?? 0);
}
