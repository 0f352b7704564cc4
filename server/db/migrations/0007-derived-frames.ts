import type { Kysely } from 'kysely';

/** Frames in other transfer syntaxes than the stored one: a cache, whose rows and objects may be deleted at any time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('derived_frames')
    .addColumn('source_sha256', 'text', (c) => c.notNull())
    .addColumn('frame_number', 'integer', (c) => c.notNull())
    .addColumn('form', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('derived_frames_pk', ['source_sha256', 'frame_number', 'form'])
    .execute();
  await db.schema.createIndex('derived_frames_used').on('derived_frames').column('used_at').execute();
  await db.schema.createIndex('derived_frames_sha256').on('derived_frames').column('sha256').execute();
}
