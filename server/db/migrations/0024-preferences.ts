import type { Kysely } from 'kysely';

/** What people like to see how: one row for each preference, and one for each layout that was left in a consultation. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('preferences')
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('preferences_pk', ['user_id', 'name'])
    .execute();
}
