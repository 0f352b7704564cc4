import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * Statements that are asked with every request. Kysely builds the text of a query anew each time, which for a stored
 * object takes longer than the database does; here the text is made once for each dialect, with a mark for each value.
 */

/** Stands for a value in the parameters of a text. */
class Mark {
  readonly row: number;
  readonly name: string;

  constructor(row: number, name: string) {
    this.row = row;
    this.name = name;
  }
}

/** Texts by dialect, since both can be in use in one process. */
class Texts<O> {
  readonly #known = new WeakMap<object, CompiledQuery<O>>();

  of(db: Kysely<Tables>, build: () => Compilable<O>): CompiledQuery<O> {
    const dialect = db.getExecutor().adapter.constructor;
    let text = this.#known.get(dialect);
    if (text === undefined) {
      text = build().compile();
      this.#known.set(dialect, text);
    }
    return text;
  }
}

function run<O>(
  db: Kysely<Tables>,
  text: CompiledQuery<O>,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<QueryResult<O>> {
  const parameters = text.parameters.map((value) => (value instanceof Mark ? rows[value.row]?.[value.name] : value));
  return db.executeQuery({ ...text, parameters });
}

/**
 * A statement of always the same shape. `build` is called once a dialect; the values it is handed are marks that may
 * stand wherever a value may, and nothing may be read from them.
 */
export function fixedStatement<V extends object, O>(
  build: (db: Kysely<Tables>, values: V) => Compilable<O>,
): (db: Kysely<Tables>, values: V) => Promise<QueryResult<O>> {
  const texts = new Texts<O>();
  // Its members are marks, which take the place of values in a query as any object does.
  const marks = new Proxy({}, { get: (_, name) => new Mark(0, String(name)) }) as V;
  return (db, values) =>
    run(
      db,
      texts.of(db, () => build(db, marks)),
      [values as Readonly<Record<string, unknown>>],
    );
}

/** Rows of one text; what is left over takes the next smaller one. Bounded by the parameters a statement may have. */
const ROWS_OF_TEXTS = [32, 8, 1];

/**
 * An insertion of any number of rows with the same columns. `build` is called once a dialect and number of rows of a
 * text; of the rows it is handed only the names of the columns are real. Returns what the texts return, in one list.
 */
export function fixedInsert<R extends object, O>(
  build: (db: Kysely<Tables>, rows: readonly R[]) => Compilable<O>,
): (db: Kysely<Tables>, rows: readonly R[]) => Promise<O[]> {
  const texts = new Map(ROWS_OF_TEXTS.map((count) => [count, new Texts<O>()]));
  return async (db, rows) => {
    const returned: O[] = [];
    for (let from = 0; from < rows.length; ) {
      const count = ROWS_OF_TEXTS.find((one) => one <= rows.length - from) ?? 1;
      const part = rows.slice(from, from + count);
      const marks = () =>
        part.map((row, at) => Object.fromEntries(Object.keys(row).map((name) => [name, new Mark(at, name)])) as R);
      const text = texts.get(count)?.of(db, () => build(db, marks()));
      if (text !== undefined) {
        const result = await run(db, text, part as readonly Readonly<Record<string, unknown>>[]);
        returned.push(...result.rows);
      }
      from += count;
    }
    return returned;
  };
}
