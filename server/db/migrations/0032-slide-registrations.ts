import type { Kysely } from 'kysely';

/** Places marked in two slides of a consultation, by which the one is laid on the other. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('slide_registrations')
    .addColumn('consultation_id', 'text', (c) => c.notNull().references('consultations.id'))
    .addColumn('from_id', 'text', (c) => c.notNull())
    .addColumn('to_id', 'text', (c) => c.notNull())
    .addColumn('author_id', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('pairs', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('slide_registrations_pk', ['consultation_id', 'from_id', 'to_id', 'author_id'])
    .execute();
}
