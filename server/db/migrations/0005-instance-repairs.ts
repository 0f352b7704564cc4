import type { Kysely } from 'kysely';

/** What was repaired to read an instance (Repair[] as JSON); null for those that were stored before it was recorded. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('dicom_instances').addColumn('repairs', 'text').execute();
}
