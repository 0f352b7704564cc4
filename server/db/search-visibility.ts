import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { SearchReach } from '#server/domain/reach-ports.ts';
import { STATES } from '#shared/consultation/lifecycle.ts';
import { withoutIndex } from './dialects/search-text.ts';

/** The columns that decide who sees a row: its consultation, and that one's state and referrer. */
export interface VisibleColumns {
  readonly consultationId: RawBuilder<unknown>;
  readonly state: RawBuilder<unknown>;
  readonly referrerId: RawBuilder<unknown>;
  /** Copies in the index, of which each row of an archive is asked. What is shown is asked of the consultation itself. */
  readonly copied: boolean;
}

/** Of a row of search_studies under an alias. */
export function studyColumns(alias: string): VisibleColumns {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const columns = {
    consultationId: column('consultation_id'),
    state: column('state'),
    referrerId: column('referrer_id'),
  };
  return { ...columns, copied: true };
}

/** The same where other conditions name few rows, so that these only have to be checked. */
export function checkedColumns<T>(db: Kysely<T>, alias: string): VisibleColumns {
  const { consultationId, state, referrerId, copied } = studyColumns(alias);
  return { consultationId: withoutIndex(db, consultationId), state, referrerId: withoutIndex(db, referrerId), copied };
}

/** Of the consultation itself, under its name or an alias, where other conditions name few of them. */
export function consultationColumns<T>(db: Kysely<T>, alias: string): VisibleColumns {
  const column = (name: string) => withoutIndex(db, sql.ref(`${alias}.${name}`));
  return { consultationId: column('id'), state: column('state'), referrerId: column('referrer_id'), copied: false };
}

/** True for rows of consultations the person may read: his own, those he is an expert of, or any, by their state. */
export function isVisible(
  { userId, visibility }: Pick<SearchReach, 'userId' | 'visibility'>,
  columns: VisibleColumns,
): RawBuilder<SqlBool> {
  const { asReferrer, asExpert, asAnybody } = visibility;
  const { consultationId, state, referrerId, copied } = columns;
  const inStates = (states: readonly string[]): RawBuilder<SqlBool> => {
    if (states.length === 0) return NEVER;
    if (states.length === STATES.length) return ALWAYS;
    // One comparison with the state that is not there is quicker than a list of the others.
    const others = STATES.filter((one) => !states.includes(one));
    const [listed, is] = copied && others.length < states.length ? [others, sql`not in`] : [states, sql`in`];
    return sql<SqlBool>`${state} ${is} (${sql.join(listed.map((one) => sql.lit(one)))})`;
  };
  const [r, e, a] = [asReferrer, asExpert, asAnybody].map((states) => [...states].sort().join(' '));
  if (r === e && e === a) return inStates(asAnybody);
  const parts: RawBuilder<SqlBool>[] = [];
  if (asReferrer.length > 0) parts.push(sql`(${referrerId} = ${userId} and ${inStates(asReferrer)})`);
  // The referrer of a consultation stands to it as that, whatever else he is (`membershipOf`).
  const assigned = sql`(select consultation_id from assignments where expert_id = ${userId})`;
  if (asExpert.length > 0) {
    parts.push(sql`(${consultationId} in ${assigned} and ${referrerId} <> ${userId} and ${inStates(asExpert)})`);
  }
  if (asAnybody.length > 0) {
    parts.push(sql`(${consultationId} not in ${assigned} and ${referrerId} <> ${userId} and ${inStates(asAnybody)})`);
  }
  return anyOf(parts);
}

const ALWAYS = sql<SqlBool>`1 = 1`;
const NEVER = sql<SqlBool>`1 = 0`;

/** False when there is none. */
export function anyOf(parts: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  const [only] = parts;
  if (only === undefined) return NEVER;
  return parts.length === 1 ? only : sql<SqlBool>`(${sql.join(parts, sql` or `)})`;
}

/** True when there is none. */
export function allOf(parts: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return parts.length === 0 ? ALWAYS : sql<SqlBool>`(${sql.join(parts, sql` and `)})`;
}
