import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** Statements remembered; a server has about as many. */
const REMEMBERED = 300;
/** Lists make a text of their own for each length; those are not worth keeping. */
const LONGEST_TEXT = 4000;
/** What changes no table, so that the columns of a prepared statement stay what they are. */
const REUSABLE = /^\s*(?:select|with|insert|update|delete|begin|commit|rollback|savepoint|release)\b/i;

/**
 * A SQLite connection that prepares the same text once. Statements run to their end before anything else runs, so one
 * is never used twice at a time.
 */
export class PreparingDatabase extends DatabaseSync {
  readonly #known = new Map<string, StatementSync>();

  override prepare(text: string): StatementSync {
    const known = this.#known.get(text);
    if (known !== undefined) {
      // Back to the young end of the map.
      this.#known.delete(text);
      this.#known.set(text, known);
      return known;
    }
    if (!REUSABLE.test(text)) {
      this.#known.clear();
      return super.prepare(text);
    }
    const prepared = super.prepare(text);
    if (text.length > LONGEST_TEXT) return prepared;
    const oldest = this.#known.size >= REMEMBERED ? this.#known.keys().next() : undefined;
    if (oldest?.done === false) this.#known.delete(oldest.value);
    this.#known.set(text, prepared);
    return prepared;
  }

  override exec(text: string): void {
    this.#known.clear();
    super.exec(text);
  }
}
