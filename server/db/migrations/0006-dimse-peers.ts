import type { Kysely } from 'kysely';

/** The remote application entities that may open DIMSE associations, and what each of them stands for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('dimse_peers')
    .addColumn('ae_title', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('address', 'text')
    .addColumn('consultation_id', 'text', (c) => c.references('consultations.id'))
    .addColumn('host', 'text')
    .addColumn('port', 'integer')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();
}
