import type { Kysely } from 'kysely';
import { makeAppendOnly } from '#server/db/dialects/append-only.ts';

/** Signed versions and the history of annotations and findings are never changed, by the database's own word. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeAppendOnly(db, 'report_versions');
  await makeAppendOnly(db, 'record_changes');
}
