import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { SearchReach } from '#server/domain/reach-ports.ts';
import { STATES } from '#shared/consultation/lifecycle.ts';
import { withoutIndex } from './dialects/search-text.ts';

/** The columns that decide who sees a row: its consultation, and that one's state and referrer. */
export interface VisibleColumns {
  readonly consultationId: RawBuilder<unknown>;
  readonly state: RawBuilder<unknown>;
  readonly referrerId: RawBuilder<unknown>;
}

/** Of a row of search_studies under an alias. */
export function studyColumns(alias: string): VisibleColumns {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  return { consultationId: column('consultation_id'), state: column('state'), referrerId: column('referrer_id') };
}

/** The same where other conditions name few rows, so that these only have to be checked. */
export function checkedColumns<T>(db: Kysely<T>, alias: string): VisibleColumns {
  const { consultationId, state, referrerId } = studyColumns(alias);
  return { consultationId: withoutIndex(db, consultationId), state, referrerId: withoutIndex(db, referrerId) };
}

/** Of the consultation itself, under its name or an alias, where other conditions name few of them. */
export function consultationColumns<T>(db: Kysely<T>, alias: string): VisibleColumns {
  const column = (name: string) => withoutIndex(db, sql.ref(`${alias}.${name}`));
  return { consultationId: column('id'), state: column('state'), referrerId: column('referrer_id') };
}

/** True for rows of consultations the person may read: his own, those he is an expert of, or any, by their state. */
export function isVisible(
  { userId, visibility }: Pick<SearchReach, 'userId' | 'visibility'>,
  columns: VisibleColumns,
): RawBuilder<SqlBool> {
  const { asReferrer, asExpert, asAnybody } = visibility;
  const { consultationId, state, referrerId } = columns;
  const inStates = (states: readonly string[]): RawBuilder<SqlBool> => {
    if (states.length === 0) return NEVER;
    const list = sql.join(states.map((one) => sql.lit(one)));
    return states.length === STATES.length ? ALWAYS : sql<SqlBool>`${state} in (${list})`;
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
