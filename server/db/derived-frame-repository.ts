import type { Kysely } from 'kysely';
import type { DerivedFrame, DerivedFrameRepository } from '#server/domain/derived-ports.ts';
import type { Sha256 } from '#shared/ids.ts';
import type { DerivedFrameRow, Tables } from './tables.ts';

/** The cache of transcoded frames, on one connection. */
export function createDerivedFrameRepository(db: Kysely<Tables>): DerivedFrameRepository {
  return {
    async find({ sourceSha256, frameNumber, form }) {
      const row = await db
        .selectFrom('derived_frames')
        .selectAll()
        .where('source_sha256', '=', sourceSha256)
        .where('frame_number', '=', frameNumber)
        .where('form', '=', form)
        .executeTakeFirst();
      return row === undefined ? null : toDerivedFrame(row);
    },

    async save(frame) {
      const told = { sha256: frame.sha256, size_bytes: frame.sizeBytes, used_at: frame.usedAt };
      await db
        .insertInto('derived_frames')
        .values({
          ...{ source_sha256: frame.sourceSha256, frame_number: frame.frameNumber, form: frame.form },
          ...told,
        })
        .onConflict((conflict) => conflict.columns(['source_sha256', 'frame_number', 'form']).doUpdateSet(told))
        .execute();
    },

    async remove({ sourceSha256, frameNumber, form }) {
      await db
        .deleteFrom('derived_frames')
        .where('source_sha256', '=', sourceSha256)
        .where('frame_number', '=', frameNumber)
        .where('form', '=', form)
        .execute();
    },

    async oldest(limit) {
      const rows = await db.selectFrom('derived_frames').selectAll().orderBy('used_at').limit(limit).execute();
      return rows.map(toDerivedFrame);
    },

    async names(sha256) {
      const row = await db.selectFrom('derived_frames').select('form').where('sha256', '=', sha256).executeTakeFirst();
      return row !== undefined;
    },

    async totalBytes() {
      const row = await db
        .selectFrom('derived_frames')
        .select((select) => select.fn.sum('size_bytes').as('total'))
        .executeTakeFirst();
      return Number(row?.total ?? 0);
    },
  };
}

function toDerivedFrame(row: DerivedFrameRow): DerivedFrame {
  return {
    sourceSha256: row.source_sha256 as Sha256,
    frameNumber: row.frame_number,
    form: row.form,
    sha256: row.sha256 as Sha256,
    sizeBytes: row.size_bytes,
    usedAt: row.used_at,
  };
}
