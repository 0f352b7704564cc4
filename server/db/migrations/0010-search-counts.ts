import type { Kysely } from 'kysely';
import { isPostgres } from '#server/db/dialects/search-text.ts';

/**
 * How many series and instances a row of search_studies stands for: totals are added up instead of counted. Apart from
 * the study, whose indexes would have to follow each instance. Filled when the index is made anew (search-rebuild).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('search_counts')
    .addColumn('study_row', isPostgres(db) ? 'bigint' : 'integer', (c) => c.primaryKey().notNull())
    .addColumn('series_count', 'integer', (c) => c.notNull())
    .addColumn('instance_count', 'integer', (c) => c.notNull())
    .execute();
}
