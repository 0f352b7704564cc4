import type { Kysely } from 'kysely';
import { makeAppendOnly } from '#server/db/dialects/append-only.ts';

/** The audit trail may grow and nothing else, even for somebody with the database's own client. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeAppendOnly(db, 'audit_events');
}
