import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from './dialects/sqlite.ts';
import { createTransactions } from './group-commit.ts';

describe('transactions of SQLite that share a commit', () => {
  let folder: string;
  let db: ReturnType<typeof openSqlite>;
  let transact: ReturnType<typeof createTransactions>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'group-'));
    db = openSqlite(join(folder, 'one.sqlite'));
    await sql`create table numbers (n integer primary key)`.execute(db);
    transact = createTransactions(db);
  });
  afterEach(async () => {
    await db.destroy();
    await rm(folder, { recursive: true });
  });

  const add = (n: number) => transact((transaction) => sql`insert into numbers values (${n})`.execute(transaction));
  /** What another process sees: committed rows alone. */
  const seen = () => {
    const other = new DatabaseSync(join(folder, 'one.sqlite'), { readOnly: true });
    const rows = other.prepare('select n from numbers order by n').all();
    other.close();
    return rows.map(({ n }) => n);
  };

  it('answers each of them after the commit, and commits once for all', async () => {
    const before = seen();
    const answered = await Promise.all([1, 2, 3].map((n) => add(n).then(seen)));
    expect([before, ...answered]).toEqual([[], [1, 2, 3], [1, 2, 3], [1, 2, 3]]);
  });

  it('undoes the one that fails, and no other', async () => {
    const failing = transact(async (transaction) => {
      await sql`insert into numbers values (7)`.execute(transaction);
      throw new Error('no');
    });
    const settled = await Promise.allSettled([add(1), failing, add(2), add(1), add(3)]);
    expect(settled.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    expect(seen()).toEqual([1, 2, 3]);
    await expect(
      transact(async () => {
        throw new Error('alone');
      }),
    ).rejects.toThrow('alone');
    await add(4);
    expect(seen()).toEqual([1, 2, 3, 4]);
  });

  it('confirms none of them when the commit fails', async () => {
    await sql`create table parents (n integer primary key)`.execute(db);
    await sql`create table children (n integer references parents deferrable initially deferred)`.execute(db);
    const orphan = transact((transaction) => sql`insert into children values (5)`.execute(transaction));
    const settled = await Promise.allSettled([add(1), orphan, add(2)]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(seen()).toEqual([]);
    await add(6);
    expect(seen()).toEqual([6]);
  });

  it('keeps what comes while a group is under way for the next one', async () => {
    let second: Promise<unknown> = Promise.resolve();
    await transact(async (transaction) => {
      second = add(2);
      await sql`insert into numbers values (1)`.execute(transaction);
    });
    await second;
    const many = await Promise.all(Array.from({ length: 80 }, (_, n) => add(10 + n)));
    expect([many.length, seen().length]).toEqual([80, 82]);
  });
});
