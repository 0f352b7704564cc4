import { NodeSqliteDialect } from '@better-auth/kysely-adapter/node-sqlite-dialect';
import { CompiledQuery, type DatabaseConnection, type Driver, Kysely } from 'kysely';
import type { Tables } from '#server/db/tables.ts';
import { PreparingDatabase } from './prepared-statements.ts';

/** How long a statement waits for another process (the command line beside a running server) to finish writing. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * `begin immediate` takes the write lock at once. A deferred transaction that reads first and writes later is
 * refused by SQLite without waiting when another process wrote in between (SQLITE_BUSY_SNAPSHOT).
 */
class ImmediateSqliteDialect extends NodeSqliteDialect {
  override createDriver(): Driver {
    const driver = super.createDriver();
    driver.beginTransaction = async (connection: DatabaseConnection) => {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    };
    return driver;
  }

  /** SQLite undoes changes of the schema like any other: a migration that is interrupted leaves nothing behind. */
  override createAdapter() {
    return Object.defineProperty(super.createAdapter(), 'supportsTransactionalDdl', { value: true });
  }
}

/**
 * Pages in the log before they are copied into the database file, 16 MB: rows that arrive one after the other change the
 * same pages over and over, and each is copied once.
 */
const CHECKPOINT_PAGES = 4000;

/**
 * Pages held in memory, 8 MB: with the 2 MB of SQLite itself not even the ways to the rows of 100,000 studies stay there,
 * and each row is several reads.
 */
const CACHE_KIB = 8192;

/**
 * Opens (or creates) the embedded database. WAL with `synchronous = FULL`: a commit that returned survives a power
 * cut, not only a crash of the process. `path` may be `:memory:`.
 */
export function openSqlite(path: string): Kysely<Tables> {
  const database = new PreparingDatabase(path);
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full');
  database.exec('pragma foreign_keys = on');
  database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  database.exec(`pragma cache_size = -${CACHE_KIB}`);
  database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return new Kysely<Tables>({ dialect: new ImmediateSqliteDialect({ database }) });
}
