import type { Kysely } from 'kysely';

/** The measurement reports that were made of annotations: a later one names the one it replaces. Rows are only added. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('measurement_reports')
    .addColumn('consultation_id', 'text', (c) => c.notNull().references('consultations.id'))
    .addColumn('study_uid', 'text', (c) => c.notNull())
    .addColumn('author_id', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('content_sha256', 'text', (c) => c.notNull())
    .addColumn('sop_instance_uid', 'text', (c) => c.notNull())
    .addColumn('series_uid', 'text', (c) => c.notNull())
    .addColumn('written_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('measurement_reports_pk', ['consultation_id', 'study_uid', 'author_id', 'version'])
    .execute();
}
