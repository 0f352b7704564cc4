import { type Kysely, type RawBuilder, sql } from 'kysely';
import { bytewise, bytewiseText, createSubstringIndex, isPostgres } from '#server/db/dialects/search-text.ts';

/**
 * Studies and series by consultation, for searching (decision 0008). Everything in these tables follows from the
 * instances: they are filled when the server starts and finds them made by another version, see search-rebuild.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  const text = bytewiseText(db);
  const rowType = isPostgres(db) ? 'bigint' : 'integer';
  let studies = schema
    .createTable('search_studies')
    .addColumn('id', rowType, (c) =>
      isPostgres(db) ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey().notNull(),
    )
    .addColumn('consultation_id', 'text', (c) => c.notNull())
    .addColumn('study_uid', 'text', (c) => c.notNull())
    .addColumn('sample_uid', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('referrer_id', 'text', (c) => c.notNull())
    .addColumn('shared', 'integer', (c) => c.notNull());
  for (const column of [
    ...['study_date', 'study_time', 'accession_number', 'study_id', 'study_description'],
    ...['patient_id', 'patient_birth_date', 'patient_sex', 'modalities'],
  ]) {
    studies = studies.addColumn(column, text, (c) => c.notNull());
  }
  await studies.addColumn('dataset', 'text', (c) => c.notNull()).execute();
  const uid = bytewise(db, sql.ref('study_uid'));
  // With everything a count looks at, so that it needs the index alone; in SQLite the number of the row is in each index.
  const byDate = sql`study_date desc, study_time desc, ${uid}, state, shared, modalities, id`;
  const indexes: Readonly<Record<string, RawBuilder<unknown>>> = {
    search_studies_order: byDate,
    search_studies_referrer: sql`referrer_id, ${byDate}`,
    search_studies_study: sql`study_uid`,
    search_studies_patient: sql`patient_id`,
    search_studies_accession: sql`accession_number`,
    search_studies_id: sql`study_id`,
  };
  await schema
    .createIndex('search_studies_one')
    .on('search_studies')
    .columns(['consultation_id', 'study_uid'])
    .unique()
    .execute();
  for (const [name, columns] of Object.entries(indexes)) {
    await sql`create index ${sql.id(name)} on search_studies (${columns})`.execute(db);
  }

  await schema
    .createTable('search_names')
    .addColumn('study_row', rowType, (c) => c.notNull())
    .addColumn('attribute', text, (c) => c.notNull())
    .addColumn('part', 'integer', (c) => c.notNull())
    .addColumn('text', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('search_names_pk', ['study_row', 'attribute', 'part'])
    .execute();
  await schema
    .createIndex('search_names_text')
    .on('search_names')
    .columns(['attribute', 'text', 'study_row', 'part'])
    .execute();

  let series = schema
    .createTable('search_series')
    .addColumn('study_row', rowType, (c) => c.notNull())
    .addColumn('series_uid', 'text', (c) => c.notNull())
    .addColumn('sample_uid', 'text', (c) => c.notNull())
    .addColumn('modality', text, (c) => c.notNull())
    .addColumn('series_number', 'bigint');
  for (const column of [
    ...['series_date', 'series_time', 'series_description', 'body_part_examined', 'laterality'],
    ...['performed_date', 'performed_time'],
  ]) {
    series = series.addColumn(column, text, (c) => c.notNull());
  }
  await series
    .addColumn('instance_count', 'integer', (c) => c.notNull())
    .addColumn('dataset', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('search_series_pk', ['study_row', 'series_uid'])
    .execute();
  await schema.createIndex('search_series_uid').on('search_series').column('series_uid').execute();

  await schema
    .createTable('search_requests')
    .addColumn('study_row', rowType, (c) => c.notNull())
    .addColumn('series_uid', 'text', (c) => c.notNull())
    .addColumn('scheduled_step_id', text, (c) => c.notNull())
    .addColumn('requested_procedure_id', text, (c) => c.notNull())
    .execute();
  for (const column of ['study_row', 'scheduled_step_id', 'requested_procedure_id']) {
    await schema.createIndex(`search_requests_${column}`).on('search_requests').column(column).execute();
  }

  await createSubstringIndex(db);
  await schema
    .createTable('search_version')
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute();
}
