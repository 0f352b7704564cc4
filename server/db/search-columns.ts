import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Condition, GroupPattern, NamePattern } from '#shared/dicom/query/condition.ts';
import { foldText } from '#shared/dicom/query/fold-text.ts';
import { fitsWildcard, rowsContaining, SUBSTRING_LENGTH, withoutIndex } from './dialects/search-text.ts';
import { allOf, anyOf } from './search-visibility.ts';
import type { Tables } from './tables.ts';

/** Conditions on single columns of the index as SQL (PS3.4 section C.2.2.2). */

type Db = Kysely<Tables>;
type Sql = RawBuilder<SqlBool>;

/** Follows every other character: a text begins with `p` exactly when it lies between `p` and this behind `p`. */
const HIGHEST = '\u{10FFFF}';
/** Behind the space: whole words from the start of a name lie between them and this behind them. */
const AFTER_SPACE = '!';

/** A column of text. `row` is that of the study when the index of parts of texts holds the column. */
export function textCondition(
  db: Db,
  column: RawBuilder<unknown>,
  condition: Condition,
  row?: RawBuilder<unknown>,
): Sql {
  switch (condition.kind) {
    case 'absent':
      return sql<SqlBool>`${column} = ''`;
    case 'range':
      return allOf([
        condition.from === null ? sql<SqlBool>`${column} > ''` : sql<SqlBool>`${column} >= ${condition.from}`,
        ...(condition.to === null ? [] : [sql<SqlBool>`${column} <= ${condition.to}`]),
      ]);
    case 'texts': {
      const exact = condition.patterns.filter((pattern) => !/[*?]/.test(pattern));
      const wild = condition.patterns.filter((pattern) => /[*?]/.test(pattern));
      return anyOf([
        ...(exact.length === 0 ? [] : [sql<SqlBool>`${column} in (${sql.join(exact)})`]),
        ...wild.map((pattern) =>
          allOf([
            ...(row === undefined || !/^[*?]/.test(pattern) ? [] : containing(db, row, [foldText(longestOf(pattern))])),
            wildcard(db, column, pattern),
          ]),
        ),
      ]);
    }
    case 'names':
    case 'numbers':
      throw new Error('a column of text is compared with texts');
  }
}

/** A column of whole numbers that may be null. */
export function numberCondition(column: RawBuilder<unknown>, condition: Condition): Sql {
  if (condition.kind === 'absent') return sql<SqlBool>`${column} is null`;
  if (condition.kind !== 'numbers') throw new Error('a column of numbers is compared with numbers');
  const whole = condition.values.filter(Number.isSafeInteger);
  return whole.length === 0 ? anyOf([]) : sql<SqlBool>`${column} in (${sql.join(whole)})`;
}

/** The names of the study in `row`, which `ofEach` asks of one study after the other (`search-plan.ts`). */
export function nameCondition(
  db: Db,
  attribute: string,
  row: RawBuilder<unknown>,
  condition: Condition,
  ofEach: boolean,
): Sql {
  const kind = withoutIndex(db, sql.ref('n.attribute'));
  const own = sql<SqlBool>`n.study_row = ${row} and ${kind} = ${sql.lit(attribute)}`;
  if (condition.kind === 'absent') return sql<SqlBool>`not exists (select 1 from search_names n where ${own})`;
  if (condition.kind !== 'names') throw new Error('a name is compared with names');
  const having = (group: GroupPattern, part: number | null): Sql => {
    const { start, parts, text } = groupCondition(db, group);
    const there = allOf([...(part === null ? [] : [sql<SqlBool>`n.part = ${sql.lit(part)}`]), text]);
    // A known beginning leads from the names to the studies, parts of words from the studies to their names.
    if (start && !ofEach) {
      return sql<SqlBool>`${row} in (select n.study_row from search_names n
        where n.attribute = ${sql.lit(attribute)} and ${there})`;
    }
    return allOf([
      ...(start ? [] : containing(db, row, parts)),
      sql<SqlBool>`exists (select 1 from search_names n where ${own} and ${there})`,
    ]);
  };
  const fits = ({ groups, anyGroup }: NamePattern): Sql =>
    allOf(groups.flatMap((group, part) => (group === null ? [] : [having(group, anyGroup ? null : part)])));
  return anyOf(condition.names.map(fits));
}

/** The condition on `n.text` of search_names when names are found by their beginning; null when they are not. */
export function startCondition(db: Db, group: GroupPattern): Sql | null {
  const { start, text } = groupCondition(db, group);
  return start ? text : null;
}

/** What a name has to be like: whether its beginning is known, and texts that stand somewhere in it. */
function groupCondition(db: Db, group: GroupPattern): { start: boolean; parts: readonly string[]; text: Sql } {
  const column = sql.ref('n.text');
  if (group.kind === 'words') {
    const parts = group.words.map((word) => ` ${word}`);
    const spaced = sql`(' ' || ${column})`;
    return { start: false, parts, text: allOf(parts.map((part) => fitsWildcard(db, spaced, `*${part}*`))) };
  }
  if (!/[*?]/.test(group.text)) return { start: true, parts: [], text: between(column, group.text, AFTER_SPACE) };
  const start = !/^[*?]/.test(group.text);
  return { start, parts: [longestOf(group.text)], text: wildcard(db, column, group.text) };
}

/** Narrowed by what stands before the first wildcard. */
function wildcard(db: Db, column: RawBuilder<unknown>, pattern: string): Sql {
  const [start = ''] = pattern.split(/[*?]/);
  return allOf([
    // `?*` asks for any value at all.
    start === '' ? sql<SqlBool>`${column} <> ''` : between(column, start, HIGHEST),
    fitsWildcard(db, column, pattern),
  ]);
}

/** The longest stretch between wildcards. */
function longestOf(pattern: string): string {
  return pattern.split(/[*?]+/).reduce((best, one) => (one.length > best.length ? one : best), '');
}

function between(column: RawBuilder<unknown>, start: string, end: string): Sql {
  return sql<SqlBool>`(${column} >= ${start} and ${column} < ${start + end})`;
}

function containing(db: Db, row: RawBuilder<unknown>, parts: readonly string[]): Sql[] {
  const long = parts.filter((part) => [...part].length >= SUBSTRING_LENGTH);
  return long.length === 0 ? [] : [sql<SqlBool>`${row} in ${rowsContaining(db, long)}`];
}
