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

/** Sets the text of a row. */
export async function indexSubstrings<T>(db: Kysely<T>, studyRow: number, text: string): Promise<void> {
  await (isPostgres(db)
    ? sql`insert into search_substrings (study_row, text) values (${studyRow}, ${text})
        on conflict (study_row) do update set text = excluded.text`
    : sql`insert or replace into search_substrings (rowid, text) values (${studyRow}, ${text})`
  ).execute(db);
}

export async function clearSubstrings<T>(db: Kysely<T>): Promise<void> {
  await (isPostgres(db)
    ? sql`delete from search_substrings`
    : sql`insert into search_substrings (search_substrings) values ('delete-all')`
  ).execute(db);
}

/** The rows whose text holds `part`, as a subquery; `part` has at least SUBSTRING_LENGTH letters. */
export function rowsContaining<T>(db: Kysely<T>, part: string): RawBuilder<unknown> {
  return isPostgres(db)
    ? sql`(select study_row from search_substrings where text like ${`%${escapeLike(part)}%`} escape '\\')`
    : sql`(select rowid from search_substrings where text match ${`"${part.replaceAll('"', '""')}"`})`;
}

/** True where the column fits a DICOM pattern of `*` and `?` from end to end; case counts. */
export function fitsWildcard<T>(db: Kysely<T>, column: RawBuilder<unknown>, pattern: string): RawBuilder<SqlBool> {
  if (!isPostgres(db)) return sql<SqlBool>`${column} glob ${pattern.replaceAll('[', '[[]')}`;
  const like = escapeLike(pattern).replaceAll('*', '%').replaceAll('?', '_');
  return sql<SqlBool>`${column} like ${like} escape '\\'`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
