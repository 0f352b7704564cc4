import { type Kysely, PostgresAdapter, sql } from 'kysely';

/** Makes the database itself refuse to change or remove a row of `table`, whoever asks. */
export async function makeAppendOnly(db: Kysely<unknown>, table: string): Promise<void> {
  const { adapter } = db.getExecutor();
  await (adapter instanceof PostgresAdapter ? onPostgres(db, table) : onSqlite(db, table));
}

async function onSqlite(db: Kysely<unknown>, table: string): Promise<void> {
  for (const operation of ['update', 'delete']) {
    await sql`create trigger ${sql.id(`${table}_no_${operation}`)} before ${sql.raw(operation)} on ${sql.id(table)}
      begin select raise(abort, 'rows of this table are never changed'); end`.execute(db);
  }
}

async function onPostgres(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`create or replace function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'rows of this table are never changed'; end $$`.execute(db);
  await sql`create trigger ${sql.id(`${table}_no_change`)} before update or delete or truncate on ${sql.id(table)}
    for each statement execute function refuse_change()`.execute(db);
}
