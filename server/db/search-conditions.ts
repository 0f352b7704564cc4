import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { SearchReach } from '#server/domain/reach-ports.ts';
import type { IndexedAttribute, IndexedFilter, IndexSearch } from '#server/domain/search-ports.ts';
import type { Condition } from '#shared/dicom/query/condition.ts';
import type { SearchLevel } from '#shared/dicom/query/levels.ts';
import { holdsText } from './dialects/search-text.ts';
import { nameCondition, numberCondition, textCondition } from './search-columns.ts';
import { allOf, anyOf, checkedColumns, isVisible, studyColumns } from './search-visibility.ts';
import type { Tables } from './tables.ts';

/** A search of the index as SQL: where its rows come from, and what has to hold of them. */

type Db = Kysely<Tables>;
type Sql = RawBuilder<SqlBool>;

/** How the tables are called in a query; a second set of names is needed where a row is compared with others. */
interface Aliases {
  readonly study: string;
  readonly series: string;
  readonly member: string;
  readonly instance: string;
}
const MAIN: Aliases = { study: 's', series: 'r', member: 'm', instance: 'i' };
const OTHER: Aliases = { study: 's2', series: 'r2', member: 'm2', instance: 'i2' };

type Place =
  | 'study'
  | 'studyName'
  | 'modalities'
  | 'series'
  | 'request'
  | 'member'
  | 'instance'
  | 'instanceNumber'
  | 'seriesNumber';
const PLACES: Readonly<Record<IndexedAttribute, readonly [Place, string]>> = {
  studyDate: ['study', 'study_date'],
  studyTime: ['study', 'study_time'],
  accessionNumber: ['study', 'accession_number'],
  studyDateTime: ['study', 'study_date_time'],
  modalitiesInStudy: ['modalities', 'modality'],
  referringPhysicianName: ['studyName', 'referringPhysicianName'],
  studyDescription: ['study', 'study_description'],
  patientName: ['studyName', 'patientName'],
  patientId: ['study', 'patient_id'],
  patientBirthDate: ['study', 'patient_birth_date'],
  patientSex: ['study', 'patient_sex'],
  studyUid: ['study', 'study_uid'],
  studyId: ['study', 'study_id'],
  seriesDate: ['series', 'series_date'],
  seriesTime: ['series', 'series_time'],
  seriesDateTime: ['series', 'series_date_time'],
  modality: ['series', 'modality'],
  seriesDescription: ['series', 'series_description'],
  bodyPartExamined: ['series', 'body_part_examined'],
  seriesUid: ['series', 'series_uid'],
  seriesNumber: ['seriesNumber', 'series_number'],
  laterality: ['series', 'laterality'],
  performedDate: ['series', 'performed_date'],
  performedTime: ['series', 'performed_time'],
  performedDateTime: ['series', 'performed_date_time'],
  scheduledStepId: ['request', 'scheduled_step_id'],
  requestedProcedureId: ['request', 'requested_procedure_id'],
  sopClassUid: ['instance', 'sop_class_uid'],
  sopInstanceUid: ['member', 'sop_instance_uid'],
  instanceNumber: ['instanceNumber', 'instance_number'],
};
/** Texts of the study that the index of parts of texts holds. */
const SUBSTRING_COLUMNS: ReadonlySet<string> = new Set([
  ...['patient_id', 'accession_number', 'study_id', 'study_description'],
]);
const SERIES_PLACES: ReadonlySet<Place> = new Set(['series', 'seriesNumber', 'request']);
const INSTANCE_PLACES: ReadonlySet<Place> = new Set(['member', 'instance', 'instanceNumber']);

/** The tables of a level, the first one of which has the order of the answer. */
export function tablesOf(level: SearchLevel, names: Aliases = MAIN): RawBuilder<unknown> {
  const { study: s, series: r, member: m, instance: i } = tableNames(names);
  const studies = sql`search_studies ${s}`;
  if (level === 'study') return studies;
  const series = sql`${studies} join search_series ${r} on ${r}.study_row = ${s}.id`;
  if (level === 'series') return series;
  return sql`${series} join consultation_instances ${m} on ${m}.study_uid = ${s}.study_uid
    and ${m}.series_uid = ${r}.series_uid and ${m}.consultation_id = ${s}.consultation_id
    join dicom_instances ${i} on ${i}.sop_instance_uid = ${m}.sop_instance_uid`;
}

/**
 * What holds of the rows found: the person may see them, they match, and of a study (series, instance) that several
 * of his consultations hold, it is the first one that matches. `inOrder` has the studies looked at in the order of the
 * answer, and each asked for its names, instead of the studies of all names that fit (`search-plan.ts`).
 */
export function conditionsOf(db: Db, reach: SearchReach, search: IndexSearch, inOrder = false): Sql {
  const { study: s, series: r, member: m } = tableNames(MAIN);
  const { study: s2, series: r2, member: m2 } = tableNames(OTHER);
  const same = [
    sql<SqlBool>`${s2}.study_uid = ${s}.study_uid and ${s2}.id < ${s}.id`,
    ...(search.level === 'study' ? [] : [sql<SqlBool>`${r2}.series_uid = ${r}.series_uid`]),
    ...(search.level === 'instance' ? [sql<SqlBool>`${m2}.sop_instance_uid = ${m}.sop_instance_uid`] : []),
  ];
  const earlier = sql`select 1 from ${tablesOf(search.level, OTHER)}
    where ${allOf([...same, matching(db, reach, search, OTHER, inOrder)])}`;
  return allOf([
    matching(db, reach, search, MAIN, inOrder),
    sql<SqlBool>`(${s}.shared = 0 or not exists (${earlier}))`,
  ]);
}

/** Labels of slides count only where the person may see them. */
export function showing({ userId, visibility, labels }: SearchReach, names: Aliases = MAIN): Sql[] {
  const same = (['asReferrer', 'asExpert', 'asAnybody'] as const).every(
    (standing) => visibility[standing].length === labels[standing].length,
  );
  if (same) return [];
  const isShown = isVisible({ userId, visibility: labels }, studyColumns(names.study));
  return [sql`(${sql.id(names.instance)}.slide_label = 0 or ${isShown})`];
}

function tableNames(names: Aliases): Readonly<Record<keyof Aliases, RawBuilder<unknown>>> {
  return {
    study: sql.id(names.study),
    series: sql.id(names.series),
    member: sql.id(names.member),
    instance: sql.id(names.instance),
  };
}

/** True when a study matches with all it holds, or not at all. */
export function isOfStudies({ scope, filters }: IndexSearch): boolean {
  const below = ({ attribute }: IndexedFilter): boolean => {
    const [place] = PLACES[attribute];
    return SERIES_PLACES.has(place) || INSTANCE_PLACES.has(place);
  };
  return scope.seriesUid === undefined && scope.sopInstanceUid === undefined && !filters.some(below);
}

function matching(
  db: Db,
  reach: SearchReach,
  { level, scope, filters }: IndexSearch,
  names: Aliases,
  inOrder: boolean,
): Sql {
  const all: IndexedFilter[] = [
    ...(scope.studyUid === undefined ? [] : [exactly('studyUid', scope.studyUid)]),
    ...(scope.seriesUid === undefined ? [] : [exactly('seriesUid', scope.seriesUid)]),
    ...(scope.sopInstanceUid === undefined ? [] : [exactly('sopInstanceUid', scope.sopInstanceUid)]),
    ...filters,
  ];
  const at = (places: ReadonlySet<Place>) => all.filter(({ attribute }) => places.has(PLACES[attribute][0]));
  const [ofSeries, ofInstance] = [at(SERIES_PLACES), at(INSTANCE_PLACES)];
  const ofStudy = all.filter((filter) => !ofSeries.includes(filter) && !ofInstance.includes(filter));
  const { study: s, series: r, member: m, instance: i } = tableNames(names);
  const checked = names === OTHER || (!inOrder && all.some(isSelective));
  const conditions = [
    isVisible(reach, checked ? checkedColumns(db, names.study) : studyColumns(names.study)),
    ...ofStudy.map((filter) => studyCondition(db, reach, filter, names, inOrder)),
    ...narrowing(db, all, names),
  ];
  const instanceConditions = [
    ...ofInstance.map((filter) => instanceCondition(db, filter, names)),
    ...(level === 'instance' || ofInstance.length > 0 ? showing(reach, names) : []),
  ];
  if (level === 'instance') return allOf([...conditions, seriesConditions(db, ofSeries, names), ...instanceConditions]);

  const members = sql`select 1 from consultation_instances ${m}
    join dicom_instances ${i} on ${i}.sop_instance_uid = ${m}.sop_instance_uid
    where ${m}.study_uid = ${s}.study_uid and ${m}.consultation_id = ${s}.consultation_id`;
  if (level === 'series') {
    const some = sql<SqlBool>`exists (${members} and ${m}.series_uid = ${r}.series_uid and ${allOf(instanceConditions)})`;
    return allOf([
      ...[...conditions, seriesConditions(db, ofSeries, names)],
      ...(instanceConditions.length > 0 ? [some] : []),
    ]);
  }
  if (ofSeries.length + ofInstance.length === 0) return allOf(conditions);
  const some = sql<SqlBool>`exists (${members} and ${m}.series_uid = ${r}.series_uid and ${allOf(instanceConditions)})`;
  const series = sql<SqlBool>`exists (select 1 from search_series ${r} where ${r}.study_row = ${s}.id
    and ${seriesConditions(db, ofSeries, names)} and ${instanceConditions.length > 0 ? some : allOf([])})`;
  return allOf([...conditions, series]);
}

/** Attributes that have an index of their own and seldom the same value twice. */
const SELECTIVE: ReadonlySet<IndexedAttribute> = new Set([
  ...(['studyUid', 'seriesUid', 'sopInstanceUid', 'patientName', 'patientId'] as const),
  ...(['accessionNumber', 'studyId', 'scheduledStepId', 'requestedProcedureId'] as const),
]);

export function isSelective({ attribute, condition }: IndexedFilter): boolean {
  return SELECTIVE.has(attribute) && condition.kind !== 'absent';
}

function exactly(attribute: IndexedAttribute, uid: string): IndexedFilter {
  return { attribute, condition: { kind: 'texts', patterns: [uid] } };
}

function studyCondition(
  db: Db,
  reach: SearchReach,
  { attribute, condition }: IndexedFilter,
  names: Aliases,
  inOrder: boolean,
): Sql {
  const [place, column] = PLACES[attribute];
  const row = sql.ref(`${names.study}.id`);
  if (place === 'studyName') return nameCondition(db, column, row, condition, inOrder);
  if (place === 'modalities') return modalityCondition(db, reach, condition, names);
  const substrings = SUBSTRING_COLUMNS.has(column) ? row : undefined;
  return textCondition(db, columnOf(names.study, column), condition, substrings);
}

/** A column, or a date and its time as one text. */
function columnOf(table: string, column: string): RawBuilder<unknown> {
  if (!column.endsWith('_date_time')) return sql.ref(`${table}.${column}`);
  const what = column.slice(0, -'_date_time'.length);
  return sql`(${sql.ref(`${table}.${what}_date`)} || ${sql.ref(`${table}.${what}_time`)})`;
}

/**
 * ModalitiesInStudy is that of everything the person may see of the study, so for a study of several consultations
 * their series are asked too.
 */
function modalityCondition(db: Db, reach: SearchReach, condition: Condition, names: Aliases): Sql {
  const s = sql.id(names.study);
  const own = sql.ref(`${names.study}.modalities`);
  if (condition.kind === 'absent') return sql<SqlBool>`${own} = ''`;
  if (condition.kind !== 'texts') throw new Error('modalities are compared with texts');
  const anywhere = sql<SqlBool>`(${s}.shared = 1 and exists (select 1 from search_studies s3
    join search_series r3 on r3.study_row = s3.id where s3.study_uid = ${s}.study_uid
    and ${isVisible(reach, checkedColumns(db, 's3'))} and ${textCondition(db, sql.ref('r3.modality'), condition)}))`;
  const exact = condition.patterns.every((pattern) => !/[*?/]/.test(pattern));
  const here = exact
    ? anyOf(condition.patterns.map((pattern) => holdsText(db, own, `/${pattern}/`)))
    : sql<SqlBool>`exists (select 1 from search_series r3 where r3.study_row = ${s}.id
        and ${textCondition(db, sql.ref('r3.modality'), condition)})`;
  return anyOf([here, anywhere]);
}

/** All conditions on the series; those on RequestAttributesSequence have to hold of one item (PS3.4 C.2.2.2.6). */
function seriesConditions(db: Db, filters: readonly IndexedFilter[], names: Aliases): Sql {
  const r = sql.id(names.series);
  const conditions: Sql[] = [];
  const requests: Sql[] = [];
  for (const { attribute, condition } of filters) {
    const [place, column] = PLACES[attribute];
    if (place === 'request') {
      requests.push(textCondition(db, sql.ref(`q.${column}`), condition));
    } else if (place === 'seriesNumber') {
      conditions.push(numberCondition(sql.ref(`${names.series}.${column}`), condition));
    } else {
      conditions.push(textCondition(db, columnOf(names.series, column), condition));
    }
  }
  if (requests.length > 0) {
    conditions.push(sql<SqlBool>`exists (select 1 from search_requests q where q.study_row = ${r}.study_row
      and q.series_uid = ${r}.series_uid and ${allOf(requests)})`);
  }
  return allOf(conditions);
}

function instanceCondition(db: Db, { attribute, condition }: IndexedFilter, names: Aliases): Sql {
  const [place, column] = PLACES[attribute];
  if (place === 'instanceNumber') return numberCondition(sql.ref(`${names.instance}.${column}`), condition);
  const table = place === 'member' ? names.member : names.instance;
  return textCondition(db, sql.ref(`${table}.${column}`), condition);
}

/** Conditions that follow from others and have an index of their own: identifiers below the study name few studies. */
function narrowing(db: Db, filters: readonly IndexedFilter[], names: Aliases): Sql[] {
  const [row, uid] = [sql.ref(`${names.study}.id`), sql.ref(`${names.study}.study_uid`)];
  return filters.flatMap(({ attribute, condition }): Sql[] => {
    if (condition.kind === 'absent') return [];
    const on = (column: string) => textCondition(db, sql.ref(column), condition);
    switch (attribute) {
      case 'seriesUid':
        return [sql`${row} in (select x.study_row from search_series x where ${on('x.series_uid')})`];
      case 'sopInstanceUid':
        return [sql`${uid} in (select x.study_uid from consultation_instances x where ${on('x.sop_instance_uid')})`];
      case 'scheduledStepId':
        return [sql`${row} in (select x.study_row from search_requests x where ${on('x.scheduled_step_id')})`];
      case 'requestedProcedureId':
        return [sql`${row} in (select x.study_row from search_requests x where ${on('x.requested_procedure_id')})`];
      default:
        return [];
    }
  });
}
