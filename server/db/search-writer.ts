import type { Kysely } from 'kysely';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { fromElementLines, toElementLines } from '#shared/dicom/query/element-lines.ts';
import { foldText } from '#shared/dicom/query/fold-text.ts';
import {
  completedStudy,
  type SeriesEntry,
  type StudyEntry,
  seriesEntry,
  studyEntry,
} from '#shared/dicom/query/index-entry.ts';
import { indexSubstrings } from './dialects/search-text.ts';
import { fixedStatement } from './fixed-statement.ts';
import type { SearchRequestRow, SearchSeriesRow, Tables } from './tables.ts';

/** Rows of one statement; both databases bound the number of its parameters. */
const ROWS_AT_ONCE = 500;

/** Part of a study that a consultation has just been given. */
export interface AddedSeries {
  readonly seriesUid: string;
  readonly instanceCount: number;
  /** The instance that came first; it is read only if the series is new to the consultation. */
  readonly first: { readonly sopInstanceUid: string; readonly modality: string; readonly metadata: string };
}

/** The consultation as far as it decides who sees a study. */
export interface StudyOwner {
  readonly id: string;
  readonly state: string;
  readonly referrer_id: string;
}

/** A study that is new to its consultation. */
interface NewStudy {
  readonly owner: StudyOwner;
  readonly studyUid: string;
  readonly sampleUid: string;
  readonly shared: boolean;
  readonly entry: StudyEntry;
  readonly modalities: string;
  readonly series: readonly NewSeries[];
}

interface NewSeries {
  readonly added: AddedSeries;
  readonly instance: DicomJsonDataset;
}

const selectStudy = fixedStatement(
  (db, { consultationId, studyUid }: { readonly consultationId: string; readonly studyUid: string }) =>
    db
      .selectFrom('search_studies')
      .select(['id', 'dataset', 'modalities'])
      .where('consultation_id', '=', consultationId)
      .where('study_uid', '=', studyUid),
);

interface CountedSeries {
  readonly row: number;
  readonly seriesUid: string;
  readonly instanceCount: number;
}
const countInstances = fixedStatement((db, { row, seriesUid, instanceCount }: CountedSeries) =>
  db
    .updateTable('search_series')
    .set((eb) => ({ instance_count: eb('instance_count', '+', instanceCount) }))
    .where('study_row', '=', row)
    .where('series_uid', '=', seriesUid),
);

interface AddedCounts {
  readonly row: number;
  readonly series: number;
  readonly instances: number;
}
const addCounts = fixedStatement((db, { row, series, instances }: AddedCounts) =>
  db
    .updateTable('search_counts')
    .set((eb) => ({
      series_count: eb('series_count', '+', series),
      instance_count: eb('instance_count', '+', instances),
    }))
    .where('study_row', '=', row),
);

function instancesIn(series: readonly AddedSeries[]): number {
  return series.reduce((sum, { instanceCount }) => sum + instanceCount, 0);
}

/**
 * Enters series into the index, those that came first at the front; the transaction holds `lockSearchIndex`. A study
 * shows the attributes of the first instance that came, completed by the first ones of its other series.
 */
export async function enterStudy(
  db: Kysely<Tables>,
  owner: StudyOwner,
  studyUid: string,
  added: readonly AddedSeries[],
): Promise<void> {
  const [known] = (await selectStudy(db, { consultationId: owner.id, studyUid })).rows;
  if (known === undefined) {
    const { numUpdatedRows: others } = await db
      .updateTable('search_studies')
      .set({ shared: 1 })
      .where('study_uid', '=', studyUid)
      .executeTakeFirst();
    const study = newStudy(owner, studyUid, added, others > 0n);
    return study === null ? undefined : await insertStudies(db, [study]);
  }
  const fresh = (await withoutKnown(db, known.id, added)).map(readSeries);
  await addCounts(db, { row: known.id, series: fresh.length, instances: instancesIn(added) });
  if (fresh.length === 0) return;
  const before = fromElementLines(known.dataset);
  const dataset = fresh.reduce((study, { instance }) => completedStudy(study, instance) ?? study, before);
  const modalities = joined([...split(known.modalities), ...fresh.map(({ added: { first } }) => first.modality)]);
  const entry = studyEntry(dataset);
  await db
    .updateTable('search_studies')
    .set({ ...columnsOf(entry), modalities })
    .where('id', '=', known.id)
    .execute();
  if (dataset !== before) {
    await db.deleteFrom('search_names').where('study_row', '=', known.id).execute();
    await insertTexts(db, new Map([[known.id, entry]]));
  }
  await insertSeries(db, new Map([[known.id, fresh]]));
}

/** What the index keeps of a study nobody has entered yet; null when nothing of it was added. */
export function newStudy(
  owner: StudyOwner,
  studyUid: string,
  added: readonly AddedSeries[],
  shared: boolean,
): NewStudy | null {
  const series = added.map(readSeries);
  const [first, ...later] = series;
  if (first === undefined) return null;
  const { dataset } = studyEntry(first.instance);
  const entry = studyEntry(later.reduce((study, { instance }) => completedStudy(study, instance) ?? study, dataset));
  const modalities = joined(series.map(({ added: one }) => one.first.modality));
  return { owner, studyUid, sampleUid: first.added.first.sopInstanceUid, shared, entry, modalities, series };
}

/** Inserts new studies with all that belongs to them, a few hundred at a time at most. */
export async function insertStudies(db: Kysely<Tables>, studies: readonly NewStudy[]): Promise<void> {
  if (studies.length === 0) return;
  const rows = await db
    .insertInto('search_studies')
    .values(
      studies.map(({ owner, studyUid, sampleUid, shared, entry, modalities }) => ({
        ...columnsOf(entry),
        modalities,
        consultation_id: owner.id,
        study_uid: studyUid,
        sample_uid: sampleUid,
        state: owner.state,
        referrer_id: owner.referrer_id,
        shared: shared ? 1 : 0,
      })),
    )
    .returning(['id', 'consultation_id', 'study_uid'])
    .execute();
  const ids = new Map(rows.map((row) => [`${row.consultation_id} ${row.study_uid}`, row.id]));
  const numbered = studies.map((study) => [ids.get(`${study.owner.id} ${study.studyUid}`) ?? 0, study] as const);
  await db
    .insertInto('search_counts')
    .values(
      numbered.map(([row, { series }]) => ({
        ...{ study_row: row, series_count: series.length },
        instance_count: instancesIn(series.map(({ added }) => added)),
      })),
    )
    .execute();
  await insertTexts(db, new Map(numbered.map(([row, { entry }]) => [row, entry])));
  await insertSeries(db, new Map(numbered.map(([row, { series }]) => [row, series])));
}

/** Counts the instances of series that are there; what is left is new. */
async function withoutKnown(db: Kysely<Tables>, row: number, added: readonly AddedSeries[]): Promise<AddedSeries[]> {
  const fresh: AddedSeries[] = [];
  for (const series of added) {
    const { seriesUid, instanceCount } = series;
    const { numAffectedRows } = await countInstances(db, { row, seriesUid, instanceCount });
    if (numAffectedRows === 0n) fresh.push(series);
  }
  return fresh;
}

function columnsOf(entry: StudyEntry) {
  return {
    study_date: entry.studyDate,
    study_time: entry.studyTime,
    accession_number: entry.accessionNumber,
    study_id: entry.studyId,
    study_description: entry.studyDescription,
    patient_id: entry.patientId,
    patient_birth_date: entry.patientBirthDate,
    patient_sex: entry.patientSex,
    dataset: toElementLines(entry.dataset),
  };
}

async function insertTexts(db: Kysely<Tables>, studies: ReadonlyMap<number, StudyEntry>): Promise<void> {
  const names = [...studies].flatMap(([row, entry]) => entry.names.map((name) => ({ study_row: row, ...name })));
  for (const part of inParts(names)) await db.insertInto('search_names').values(part).execute();
  const texts = [...studies].map(([row, entry]) => {
    // A space before each name, so that the beginning of every word can be looked for.
    const words = entry.names.map(({ text }) => ` ${text}`);
    const others = [entry.patientId, entry.accessionNumber, entry.studyId, entry.studyDescription].map(foldText);
    return [row, [...words, ...others].filter((text) => text !== '').join('\n')] as const;
  });
  await indexSubstrings(db, texts);
}

async function insertSeries(db: Kysely<Tables>, studies: ReadonlyMap<number, readonly NewSeries[]>): Promise<void> {
  const series: SearchSeriesRow[] = [];
  const requests: SearchRequestRow[] = [];
  for (const [row, members] of studies) {
    for (const { added, instance } of members) {
      const entry = seriesEntry(instance);
      const key = { study_row: row, series_uid: added.seriesUid };
      series.push({ ...key, ...seriesColumns(entry, added) });
      for (const { scheduledStepId, requestedProcedureId } of entry.requests) {
        requests.push({ ...key, scheduled_step_id: scheduledStepId, requested_procedure_id: requestedProcedureId });
      }
    }
  }
  for (const part of inParts(series)) await db.insertInto('search_series').values(part).execute();
  for (const part of inParts(requests)) await db.insertInto('search_requests').values(part).execute();
}

function seriesColumns(entry: SeriesEntry, { first, instanceCount }: AddedSeries) {
  return {
    sample_uid: first.sopInstanceUid,
    modality: first.modality,
    series_number: entry.seriesNumber,
    series_date: entry.seriesDate,
    series_time: entry.seriesTime,
    series_description: entry.seriesDescription,
    body_part_examined: entry.bodyPartExamined,
    laterality: entry.laterality,
    performed_date: entry.performedDate,
    performed_time: entry.performedTime,
    instance_count: instanceCount,
    dataset: toElementLines(entry.dataset),
  };
}

function inParts<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) parts.push(rows.slice(from, from + ROWS_AT_ONCE));
  return parts;
}

function readSeries(added: AddedSeries): NewSeries {
  return { added, instance: parse(added.first.metadata) };
}

/** The modalities of a stored row. */
export function split(modalities: string): string[] {
  return modalities.split('/').filter((modality) => modality !== '');
}

function joined(modalities: readonly string[]): string {
  const all = [...new Set(modalities.filter((modality) => modality !== ''))].sort();
  return all.length === 0 ? '' : `/${all.join('/')}/`;
}

/** Written by ourselves as DICOM JSON. */
function parse(text: string): DicomJsonDataset {
  return JSON.parse(text) as DicomJsonDataset;
}
