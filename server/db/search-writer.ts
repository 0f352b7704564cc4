import type { Kysely } from 'kysely';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { foldText } from '#shared/dicom/query/fold-text.ts';
import { completedStudy, type StudyEntry, seriesEntry, studyEntry } from '#shared/dicom/query/index-entry.ts';
import { indexSubstrings } from './dialects/search-text.ts';
import type { Tables } from './tables.ts';

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
  const known = await db
    .selectFrom('search_studies')
    .select(['id', 'dataset', 'modalities'])
    .where('consultation_id', '=', owner.id)
    .where('study_uid', '=', studyUid)
    .executeTakeFirst();
  const fresh = known === undefined ? [...added] : await withoutKnown(db, known.id, added);
  const [first] = fresh;
  if (first === undefined) return;
  const instances = fresh.map((series) => ({ series, instance: parse(series.first.metadata) }));
  let dataset = known === undefined ? null : parse(known.dataset);
  let changed = dataset === null;
  for (const { instance } of instances) {
    const completed = dataset === null ? studyEntry(instance).dataset : completedStudy(dataset, instance);
    changed ||= completed !== null;
    dataset = completed ?? dataset;
  }
  const entry = studyEntry(dataset ?? {});
  const modalities = joined([...split(known?.modalities ?? ''), ...fresh.map((series) => series.first.modality)]);
  let row: number;
  if (known === undefined) {
    row = await insertStudy(db, owner, studyUid, first.first.sopInstanceUid, { ...columnsOf(entry), modalities });
  } else {
    row = known.id;
    if (changed || modalities !== known.modalities) {
      const columns = changed ? { ...columnsOf(entry), modalities } : { modalities };
      await db.updateTable('search_studies').set(columns).where('id', '=', row).execute();
    }
  }
  if (changed) await enterTexts(db, row, entry);
  for (const { series, instance } of instances) await insertSeries(db, row, series, instance);
}

/** Counts the instances of series that are there; what is left is new. */
async function withoutKnown(db: Kysely<Tables>, row: number, added: readonly AddedSeries[]): Promise<AddedSeries[]> {
  const fresh: AddedSeries[] = [];
  for (const series of added) {
    const { numUpdatedRows } = await db
      .updateTable('search_series')
      .set((eb) => ({ instance_count: eb('instance_count', '+', series.instanceCount) }))
      .where('study_row', '=', row)
      .where('series_uid', '=', series.seriesUid)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) fresh.push(series);
  }
  return fresh;
}

type StudyColumns = ReturnType<typeof columnsOf> & { readonly modalities: string };

async function insertStudy(
  db: Kysely<Tables>,
  owner: StudyOwner,
  studyUid: string,
  sampleUid: string,
  columns: StudyColumns,
): Promise<number> {
  const { numUpdatedRows: others } = await db
    .updateTable('search_studies')
    .set({ shared: 1 })
    .where('study_uid', '=', studyUid)
    .executeTakeFirst();
  const { id } = await db
    .insertInto('search_studies')
    .values({
      ...columns,
      consultation_id: owner.id,
      study_uid: studyUid,
      sample_uid: sampleUid,
      state: owner.state,
      referrer_id: owner.referrer_id,
      shared: others > 0n ? 1 : 0,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
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
    dataset: JSON.stringify(entry.dataset),
  };
}

async function enterTexts(db: Kysely<Tables>, row: number, entry: StudyEntry): Promise<void> {
  await db.deleteFrom('search_names').where('study_row', '=', row).execute();
  if (entry.names.length > 0) {
    await db
      .insertInto('search_names')
      .values(entry.names.map((name) => ({ study_row: row, ...name })))
      .execute();
  }
  // A space before each name, so that the beginning of every word can be looked for.
  const texts = [
    ...entry.names.map(({ text }) => ` ${text}`),
    ...[entry.patientId, entry.accessionNumber, entry.studyId, entry.studyDescription].map(foldText),
  ];
  await indexSubstrings(db, row, texts.filter((text) => text !== '').join('\n'));
}

async function insertSeries(
  db: Kysely<Tables>,
  row: number,
  { seriesUid, instanceCount, first }: AddedSeries,
  instance: DicomJsonDataset,
): Promise<void> {
  const entry = seriesEntry(instance);
  const key = { study_row: row, series_uid: seriesUid };
  await db
    .insertInto('search_series')
    .values({
      ...key,
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
      dataset: JSON.stringify(entry.dataset),
    })
    .execute();
  if (entry.requests.length === 0) return;
  await db
    .insertInto('search_requests')
    .values(
      entry.requests.map(({ scheduledStepId, requestedProcedureId }) => ({
        ...key,
        scheduled_step_id: scheduledStepId,
        requested_procedure_id: requestedProcedureId,
      })),
    )
    .execute();
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
