import type { Kysely } from 'kysely';
import type { SlideCoverageRepository } from '#server/domain/slide-coverage-ports.ts';
import type { Tables } from './tables.ts';

/** What readers have seen of slides, on one connection. */
export function createSlideCoverageRepository(db: Kysely<Tables>): SlideCoverageRepository {
  return {
    async find(slideId, readerId) {
      const row = await db
        .selectFrom('slide_coverage')
        .select('seen')
        .where('slide_id', '=', slideId)
        .where('reader_id', '=', readerId)
        .executeTakeFirst();
      return row?.seen ?? null;
    },

    async save(slideId, readerId, seen, updatedAt) {
      await db
        .insertInto('slide_coverage')
        .values({ slide_id: slideId, reader_id: readerId, seen, updated_at: updatedAt })
        .onConflict((conflict) =>
          conflict.columns(['slide_id', 'reader_id']).doUpdateSet({ seen, updated_at: updatedAt }),
        )
        .execute();
    },
  };
}
