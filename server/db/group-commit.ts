import { setImmediate as afterEvents } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { isPostgres } from './dialects/search-text.ts';
import type { Tables } from './tables.ts';

/** Transactions that share a commit; one that takes long keeps no more of them waiting. */
const MOST_TOGETHER = 32;

type Transact = <T>(work: (transaction: Kysely<Tables>) => Promise<T>) => Promise<T>;

/**
 * Runs transactions. SQLite has one writer, and making a commit durable costs it more than the rows of a request:
 * transactions that are asked for at the same time are run one after the other and committed together. Each stands or
 * falls by itself, and none is answered before the commit. PostgreSQL does the like by itself.
 */
export function createTransactions(db: Kysely<Tables>): Transact {
  return isPostgres(db) ? (work) => db.transaction().execute(work) : new GroupCommit(db).run;
}

interface Waiting {
  readonly work: (transaction: Kysely<Tables>) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

class GroupCommit {
  readonly #db: Kysely<Tables>;
  readonly #waiting: Waiting[] = [];
  #running = false;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  readonly run: Transact = <T>(work: (transaction: Kysely<Tables>) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: (value) => resolve(value as T), reject });
      if (!this.#running) void this.#runAll();
    });

  async #runAll(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      // Whatever the same turn of the event loop brings comes along.
      await afterEvents();
      await this.#runTogether(this.#waiting.splice(0, MOST_TOGETHER));
    }
    this.#running = false;
  }

  /** Settles every one of them and never throws. */
  async #runTogether(group: readonly Waiting[]): Promise<void> {
    const done: (() => void)[] = [];
    try {
      await this.#db.transaction().execute(async (transaction) => {
        const [first] = group;
        if (first !== undefined && group.length === 1) {
          const value = await first.work(transaction);
          done.push(() => first.resolve(value));
          return;
        }
        for (const { work, resolve, reject } of group) {
          await sql`savepoint one_of_group`.execute(transaction);
          try {
            const value = await work(transaction);
            done.push(() => resolve(value));
          } catch (error) {
            await sql`rollback to one_of_group`.execute(transaction);
            done.push(() => reject(error));
          }
          await sql`release one_of_group`.execute(transaction);
        }
      });
      for (const settle of done) settle();
    } catch (error) {
      // The only one failed, or the commit did: then nothing of any of them is there.
      for (const { reject } of group) reject(error);
    }
  }
}
