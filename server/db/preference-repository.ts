import type { Kysely } from 'kysely';
import type { PreferenceRepository } from '#server/domain/preference-ports.ts';
import type { Tables } from './tables.ts';

/** What users like to see how, on one connection. */
export function createPreferenceRepository(db: Kysely<Tables>): PreferenceRepository {
  return {
    async list(userId) {
      return await db
        .selectFrom('preferences')
        .select(['name', 'value', 'revision'])
        .where('user_id', '=', userId)
        .orderBy('revision', 'desc')
        .orderBy('name')
        .execute();
    },

    async put(userId, { name, value, revision }) {
      await db
        .insertInto('preferences')
        .values({ user_id: userId, name, value, revision })
        .onConflict((conflict) => conflict.columns(['user_id', 'name']).doUpdateSet({ value, revision }))
        .execute();
    },

    async remove(userId, names) {
      if (names.length === 0) return;
      await db
        .deleteFrom('preferences')
        .where('user_id', '=', userId)
        .where('name', 'in', [...names])
        .execute();
    },
  };
}
