import type { Kysely } from 'kysely';
import type { SlideRegistrationRepository } from '#server/domain/slide-registration-ports.ts';
import { slideRegistrationSchema } from '#shared/api/slide-registrations.ts';
import type { Tables } from './tables.ts';

/** Places marked in two slides, on one connection. */
export function createSlideRegistrationRepository(db: Kysely<Tables>): SlideRegistrationRepository {
  return {
    async list(consultationId) {
      const rows = await db
        .selectFrom('slide_registrations')
        .selectAll()
        .where('consultation_id', '=', consultationId)
        .orderBy('updated_at')
        .execute();
      return rows.map((row) =>
        slideRegistrationSchema.parse({
          ...{ fromId: row.from_id, toId: row.to_id, authorId: row.author_id, model: row.model },
          ...{ pairs: JSON.parse(row.pairs), updatedAt: row.updated_at },
        }),
      );
    },

    async put(consultationId, { fromId, toId, authorId, model, pairs, updatedAt }) {
      const key = { consultation_id: consultationId, from_id: fromId, to_id: toId, author_id: authorId };
      if (pairs.length === 0) {
        await db
          .deleteFrom('slide_registrations')
          .where('consultation_id', '=', consultationId)
          .where('from_id', '=', fromId)
          .where('to_id', '=', toId)
          .where('author_id', '=', authorId)
          .execute();
        return;
      }
      const told = { model, pairs: JSON.stringify(pairs), updated_at: updatedAt };
      await db
        .insertInto('slide_registrations')
        .values({ ...key, ...told })
        .onConflict((conflict) =>
          conflict.columns(['consultation_id', 'from_id', 'to_id', 'author_id']).doUpdateSet(told),
        )
        .execute();
    },
  };
}
