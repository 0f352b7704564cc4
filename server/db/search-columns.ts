import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Condition, GroupPattern, NamePattern } from '#shared/dicom/query/condition.ts';
import { foldText } from '#shared/dicom/query/fold-text.ts';
import { fitsWildcard, rowsContaining, SUBSTRING_LENGTH } from './dialects/search-text.ts';
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
        ...wild.map((pattern) => wildcard(db, column, pattern, row, foldText)),
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

/** The names of the study in `row`. */
export function nameCondition(db: Db, attribute: string, row: RawBuilder<unknown>, condition: Condition): Sql {
  const having = (group: Sql) =>
    sql<SqlBool>`${row} in (select n.study_row from search_names n where n.attribute = ${sql.lit(attribute)} and ${group})`;
  if (condition.kind === 'absent') return sql<SqlBool>`not ${having(allOf([]))}`;
  if (condition.kind !== 'names') throw new Error('a name is compared with names');
  const fits = ({ groups, anyGroup }: NamePattern): Sql =>
    allOf(
      groups.flatMap((group, part) => {
        if (group === null) return [];
        const text = groupCondition(db, group);
        return [having(anyGroup ? text : allOf([sql<SqlBool>`n.part = ${sql.lit(part)}`, text]))];
      }),
    );
  return anyOf(condition.names.map(fits));
}

function groupCondition(db: Db, group: GroupPattern): Sql {
  const [column, row] = [sql.ref('n.text'), sql.ref('n.study_row')];
  if (group.kind === 'words') {
    return allOf(
      group.words.flatMap((word) => [
        ...containing(db, row, ` ${word}`),
        fitsWildcard(db, sql`(' ' || ${column})`, `* ${word}*`),
      ]),
    );
  }
  const { text } = group;
  if (/[*?]/.test(text)) return wildcard(db, column, text, row, (part) => part);
  return between(column, text, AFTER_SPACE);
}

/** Narrowed by what stands before the first wildcard, or else by the longest stretch between two. */
function wildcard(
  db: Db,
  column: RawBuilder<unknown>,
  pattern: string,
  row: RawBuilder<unknown> | undefined,
  fold: (text: string) => string,
): Sql {
  const stretches = pattern.split(/[*?]+/);
  const [start = ''] = stretches;
  const longest = stretches.reduce((best, one) => (one.length > best.length ? one : best), '');
  return allOf([
    ...(start === '' ? [] : [between(column, start, HIGHEST)]),
    ...(start === '' && row !== undefined ? containing(db, row, fold(longest)) : []),
    // `?*` asks for any value at all.
    sql<SqlBool>`${column} <> ''`,
    fitsWildcard(db, column, pattern),
  ]);
}

function between(column: RawBuilder<unknown>, start: string, end: string): Sql {
  return sql<SqlBool>`(${column} >= ${start} and ${column} < ${start + end})`;
}

function containing(db: Db, row: RawBuilder<unknown>, part: string): Sql[] {
  return [...part].length < SUBSTRING_LENGTH ? [] : [sql<SqlBool>`${row} in ${rowsContaining(db, part)}`];
}
