import type { Kysely } from 'kysely';
import type { SidePyramid, SidePyramidRepository, SidePyramidState } from '#server/domain/side-pyramid-ports.ts';
import type { Sha256 } from '#shared/ids.ts';
import type { SlideLevel } from '#shared/imaging/pyramid.ts';
import type { SidePyramidRow } from './slide-tables.ts';
import type { Tables } from './tables.ts';

/** Side pyramids of slides, on one connection. */
export function createSidePyramidRepository(db: Kysely<Tables>): SidePyramidRepository {
  return {
    async find(sourceSha256) {
      const row = await db
        .selectFrom('side_pyramids')
        .selectAll()
        .where('source_sha256', '=', sourceSha256)
        .executeTakeFirst();
      return row === undefined ? null : toSidePyramid(row);
    },

    async add(sourceSha256, at) {
      const none = { percent: 0, failure: null, sha256: null, levels: null };
      const result = await db
        .insertInto('side_pyramids')
        .values({ source_sha256: sourceSha256, state: 'waiting', ...none, updated_at: at })
        .onConflict((conflict) => conflict.column('source_sha256').doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async save({ sourceSha256, state, percent, failure, file }, at) {
      await db
        .updateTable('side_pyramids')
        .set({
          ...{ state, percent, failure, updated_at: at, sha256: file?.sha256 ?? null },
          levels: file === null ? null : JSON.stringify(file.levels),
        })
        .where('source_sha256', '=', sourceSha256)
        .execute();
    },

    async remove(sourceSha256) {
      await db.deleteFrom('side_pyramids').where('source_sha256', '=', sourceSha256).execute();
    },
  };
}

export function toSidePyramid(row: SidePyramidRow): SidePyramid {
  return {
    sourceSha256: row.source_sha256 as Sha256,
    state: row.state as SidePyramidState,
    percent: row.percent,
    failure: row.failure,
    file:
      row.sha256 === null || row.levels === null
        ? null
        : { sha256: row.sha256 as Sha256, levels: JSON.parse(row.levels) as SlideLevel[] },
  };
}
