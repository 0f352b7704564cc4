import { type Kysely, PostgresAdapter, type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * Text of the search index. On PostgreSQL its columns compare byte by byte like SQLite's, so that both answer in the
 * same order and the beginning of a text can be looked up. Parts of texts are found by their groups of three letters:
 * SQLite has an index for that, PostgreSQL its extension pg_trgm, which is used if the database may have it.
 */

/** Fewer letters than this are looked for without an index. */
export const SUBSTRING_LENGTH = 3;

export function isPostgres<T>(db: Kysely<T>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/** Type of a column of text that is compared byte by byte. */
export function bytewiseText(db: Kysely<unknown>): RawBuilder<unknown> {
  return isPostgres(db) ? sql`text collate "C"` : sql`text`;
}

/** A column of identifiers, which are compared with those of other tables, in the order of its bytes. */
export function bytewise<T>(db: Kysely<T>, column: RawBuilder<unknown>): RawBuilder<unknown> {
  return isPostgres(db) ? sql`${column} collate "C"` : column;
}

/** True where the column is one of the numbers of a list, which is a single value however long it is: see `listValue`. */
export function isInList<T>(db: Kysely<T>, column: RawBuilder<unknown>, list: string): RawBuilder<SqlBool> {
  return isPostgres(db)
    ? sql<SqlBool>`${column} = any(${list}::bigint[])`
    : sql<SqlBool>`${column} in (select value from json_each(${list}))`;
}

/** A list of numbers as `isInList` takes it. */
export function listValue<T>(db: Kysely<T>, numbers: readonly number[]): string {
  return isPostgres(db) ? `{${numbers.join(',')}}` : `[${numbers.join(',')}]`;
}

/** Makes the index of parts of texts, one text a row of search_studies. */
export async function createSubstringIndex(db: Kysely<unknown>): Promise<void> {
  if (!isPostgres(db)) {
    await sql`create virtual table search_substrings
      using fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1)`.execute(db);
    return;
  }
  await sql`create table search_substrings (study_row bigint primary key, text text not null)`.execute(db);
  // Where the extension is not there or may not be installed the table is read from end to end instead.
  await sql`do $$ begin
      create extension if not exists pg_trgm;
      create index search_substrings_text on search_substrings using gin (text gin_trgm_ops);
    exception when others then null; end $$`.execute(db);
}

/** Sets the texts of rows, a few hundred at a time at most. */
export async function indexSubstrings<T>(db: Kysely<T>, rows: readonly (readonly [number, string])[]): Promise<void> {
  if (rows.length === 0) return;
  const values = sql.join(rows.map(([row, text]) => sql`(${sql.lit(row)}, ${text})`));
  await (isPostgres(db)
    ? sql`insert into search_substrings (study_row, text) values ${values}
        on conflict (study_row) do update set text = excluded.text`
    : sql`insert or replace into search_substrings (rowid, text) values ${values}`
  ).execute(db);
}

export async function clearSubstrings<T>(db: Kysely<T>): Promise<void> {
  await (isPostgres(db)
    ? sql`delete from search_substrings`
    : sql`insert into search_substrings (search_substrings) values ('delete-all')`
  ).execute(db);
}

/** The rows whose text holds every one of the parts, as a subquery; each has at least SUBSTRING_LENGTH letters. */
export function rowsContaining<T>(db: Kysely<T>, parts: readonly string[]): RawBuilder<unknown> {
  if (!isPostgres(db)) {
    const phrases = parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(' AND ');
    return sql`(select rowid from search_substrings where text match ${phrases})`;
  }
  const likes = parts.map((part) => sql`text like ${`%${escapeLike(part)}%`} escape '\\'`);
  return sql`(select study_row from search_substrings where ${sql.join(likes, sql` and `)})`;
}

/** True where the column fits a DICOM pattern of `*` and `?` from end to end; case counts. */
export function fitsWildcard<T>(db: Kysely<T>, column: RawBuilder<unknown>, pattern: string): RawBuilder<SqlBool> {
  if (!isPostgres(db)) return sql<SqlBool>`${column} glob ${pattern.replaceAll('[', '[[]')}`;
  const like = escapeLike(pattern).replaceAll('*', '%').replaceAll('?', '_');
  return sql<SqlBool>`${column} like ${like} escape '\\'`;
}

/** True where the text stands anywhere in the column; case counts. */
export function holdsText<T>(db: Kysely<T>, column: RawBuilder<unknown>, text: string): RawBuilder<SqlBool> {
  return isPostgres(db) ? sql<SqlBool>`strpos(${column}, ${text}) > 0` : sql<SqlBool>`instr(${column}, ${text}) > 0`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/**
 * A column whose index is not to be used. SQLite, which does not count values, takes an index that is compared with one
 * value for the best there is, even if every row has that value; PostgreSQL knows better.
 */
export function withoutIndex<T>(db: Kysely<T>, column: RawBuilder<unknown>): RawBuilder<unknown> {
  return isPostgres(db) ? column : sql`+${column}`;
}
