import {
  type ChangePreferences,
  type Preferences,
  preferencesSchema,
  type StoredPreferences,
} from '#shared/api/preferences.ts';
import { keptLayoutSchema } from '#shared/hanging/kept-layout.ts';
import type { UserId } from '#shared/ids.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './ports.ts';
import type { StoredPreference } from './preference-ports.ts';

const LAYOUT = 'layout:';
/** Layouts of consultations that were read longest ago are forgotten beyond this number. */
const MOST_LAYOUTS = 200;

/** What a user likes. What an older version wrote and this one does not understand is left out. */
export async function readPreferences(
  { db }: { readonly db: Pick<Database, 'preferences'> },
  userId: UserId,
): Promise<StoredPreferences> {
  return summedUp(await db.preferences.list(userId));
}

/** Writes what changed and forgets what is null; of two writers the later one holds. */
export async function changePreferences(
  needs: { readonly db: Database },
  userId: UserId,
  { layouts, ...changes }: ChangePreferences,
): Promise<StoredPreferences> {
  const wanted: [string, unknown][] = [
    ...Object.entries(changes),
    ...Object.entries(layouts ?? {}).map(([id, layout]): [string, unknown] => [`${LAYOUT}${id}`, layout]),
  ].filter(([, value]) => value !== undefined);
  return await inTransaction(needs.db, async ({ preferences }) => {
    const before = await preferences.list(userId);
    const revision = (before[0]?.revision ?? 0) + 1;
    for (const [name, value] of wanted) {
      if (value !== null) await preferences.put(userId, { name, value: JSON.stringify(value), revision });
    }
    await preferences.remove(
      userId,
      wanted.filter(([, value]) => value === null).map(([name]) => name),
    );
    const after = await preferences.list(userId);
    const old = after.filter(({ name }) => name.startsWith(LAYOUT)).slice(MOST_LAYOUTS);
    await preferences.remove(
      userId,
      old.map(({ name }) => name),
    );
    return { ...summedUp(after.filter((row) => !old.includes(row))), revision };
  });
}

function summedUp(rows: readonly StoredPreference[]): StoredPreferences {
  const layouts: NonNullable<Preferences['layouts']> = {};
  let preferences: Preferences = {};
  for (const { name, value } of rows) {
    const stored: unknown = JSON.parse(value);
    if (name.startsWith(LAYOUT)) {
      const layout = keptLayoutSchema.safeParse(stored);
      if (layout.success) layouts[name.slice(LAYOUT.length)] = layout.data;
      continue;
    }
    const one = preferencesSchema.safeParse({ [name]: stored });
    if (one.success) preferences = { ...preferences, ...one.data };
  }
  return { revision: rows[0]?.revision ?? 0, preferences: { ...preferences, layouts } };
}
