import type { Kysely } from 'kysely';

/** What each reader has had before the eyes of each slide. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('slide_coverage')
    .addColumn('slide_id', 'text', (c) => c.notNull())
    .addColumn('reader_id', 'text', (c) => c.notNull())
    .addColumn('seen', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('slide_coverage_pk', ['slide_id', 'reader_id'])
    .execute();
}
