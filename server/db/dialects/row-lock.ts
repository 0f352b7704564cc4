import { type Kysely, PostgresAdapter } from 'kysely';

/**
 * True when several connections may claim rows at the same time, so that a claim has to skip the rows others
 * hold (`FOR UPDATE SKIP LOCKED`). SQLite has one writer at a time and knows no such clause.
 */
export function skipsLockedRows<T>(db: Kysely<T>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
