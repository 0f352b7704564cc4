import type { Database, Repositories } from './ports.ts';

/** Runs `work` in the transaction that is already open, or in one of its own. */
export async function inTransaction<T>(
  db: Database | Repositories,
  work: (repositories: Repositories) => Promise<T>,
): Promise<T> {
  return 'transaction' in db ? await db.transaction(work) : await work(db);
}
