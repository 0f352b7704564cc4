import type { Kysely } from 'kysely';

/** Frames that experts marked as key images, as records like annotations. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('key_images')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('consultation_id', 'text', (c) => c.notNull().references('consultations.id'))
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('author_id', 'text', (c) => c.notNull())
    .addColumn('record', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'text', (c) => c.notNull())
    .addColumn('deleted_at', 'text')
    .execute();
  await db.schema.createIndex('key_images_one').on('key_images').columns(['consultation_id', 'created_at']).execute();
}
