import { type Kysely, PostgresAdapter, sql } from 'kysely';

/** Any constant will do as long as nothing else of ours uses it. */
const AUDIT_LOCK = 7_265_001;
const SEARCH_LOCK = 7_265_002;

/**
 * Lets one transaction at a time extend the audit chain. SQLite has one writer anyway; PostgreSQL takes an
 * advisory lock that ends with the transaction.
 */
export async function lockAuditChain<T>(transaction: Kysely<T>): Promise<void> {
  if (transaction.getExecutor().adapter instanceof PostgresAdapter) {
    await sql`select pg_advisory_xact_lock(${sql.lit(AUDIT_LOCK)})`.execute(transaction);
  }
}

/**
 * Lets one transaction at a time enter studies into the search index: whether a study is held by several consultations
 * could not be told while another one enters it too. Taken before the lock of the audit chain, never after it.
 */
export async function lockSearchIndex<T>(transaction: Kysely<T>): Promise<void> {
  if (transaction.getExecutor().adapter instanceof PostgresAdapter) {
    await sql`select pg_advisory_xact_lock(${sql.lit(SEARCH_LOCK)})`.execute(transaction);
  }
}

/** True when a row that is going to be changed has to be locked by `FOR UPDATE`. */
export function locksRows<T>(db: Kysely<T>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
