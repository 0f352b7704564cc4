import { type Kysely, sql } from 'kysely';
import type { IndexedFilter, IndexSearch } from '#server/domain/search-ports.ts';
import { isPostgres } from './dialects/search-text.ts';
import { startCondition } from './search-columns.ts';
import { isSelective } from './search-conditions.ts';
import type { Tables } from './tables.ts';

/**
 * SQLite counts no values. A name that few studies have is best looked up, and its studies sorted; of a name that many
 * have, the first page is found sooner by walking along the order of the answer and asking each study for its name.
 * PostgreSQL estimates that by itself.
 */

const ATTRIBUTES: ReadonlySet<string> = new Set(['patientName', 'referringPhysicianName']);

/**
 * True when walking takes fewer steps than sorting: to find `wanted` of m matches among n studies it takes about
 * wanted · n / m of them, and sorting takes m.
 */
export async function isFoundInOrder(db: Kysely<Tables>, search: IndexSearch, wanted: number): Promise<boolean> {
  if (isPostgres(db) || search.level !== 'study' || search.scope.studyUid !== undefined) return false;
  const selective = search.filters.filter(isSelective);
  const [only, ...others] = selective;
  const text = only === undefined || others.length > 0 ? null : startOf(db, only);
  if (only === undefined || text === null) return false;
  const { rows } = await sql<{ n: number | null }>`select max(id) as n from search_studies`.execute(db);
  const most = Math.ceil(Math.sqrt(wanted * (rows[0]?.n ?? 0)));
  const found = await sql<{ n: number }>`select count(*) as n from (select 1 from search_names n
    where n.attribute = ${sql.lit(only.attribute)} and ${text} limit ${most})`.execute(db);
  return (found.rows[0]?.n ?? 0) >= most;
}

/** Of a filter that is one name in one of its groups, or in any. */
function startOf(db: Kysely<Tables>, { attribute, condition }: IndexedFilter): ReturnType<typeof startCondition> {
  if (!ATTRIBUTES.has(attribute) || condition.kind !== 'names') return null;
  const [name, ...otherNames] = condition.names;
  const [group, ...otherGroups] = (name?.groups ?? []).filter((one) => one !== null);
  if (group === undefined || otherNames.length > 0 || otherGroups.length > 0) return null;
  return startCondition(db, group);
}
