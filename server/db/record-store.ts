import type { Kysely } from 'kysely';
import type { RecordStore } from '#server/domain/report-ports.ts';
import type { Person } from '#shared/consultation/consultation.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { Tables } from './tables.ts';

/** What all records of one author have in common. */
interface AuthoredRecord {
  readonly id: string;
  readonly consultationId: ConsultationId;
  readonly revision: number;
  readonly author: Person;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Records with a revision over the table of one kind; every revision is appended to `record_changes`. */
export function createRecordStore<T extends AuthoredRecord>(
  db: Kysely<Tables>,
  table: 'annotations' | 'findings' | 'segments' | 'key_images',
  recordKind: 'annotation' | 'finding' | 'segment' | 'key-image',
): RecordStore<T, T['id']> {
  const read = (text: string): T => JSON.parse(text) as T;

  return {
    async one(id) {
      const row = await db.selectFrom(table).select(['record', 'deleted_at']).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : { record: read(row.record), deletedAt: row.deleted_at };
    },

    async list(consultationId) {
      const rows = await db
        .selectFrom(table)
        .select('record')
        .where('consultation_id', '=', consultationId)
        .where('deleted_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map((row) => read(row.record));
    },

    async write(record, operation) {
      const text = JSON.stringify(record);
      const values = {
        revision: record.revision,
        record: text,
        updated_at: record.updatedAt,
        deleted_at: operation === 'delete' ? record.updatedAt : null,
      };
      const changed =
        operation === 'create'
          ? await db
              .insertInto(table)
              .values({
                id: record.id,
                consultation_id: record.consultationId,
                author_id: record.author.id,
                created_at: record.createdAt,
                ...values,
              })
              .onConflict((conflict) => conflict.column('id').doNothing())
              .executeTakeFirst()
              .then((result) => result.numInsertedOrUpdatedRows ?? 0n)
          : await db
              .updateTable(table)
              .set(values)
              .where('id', '=', record.id)
              .where('revision', '=', record.revision - 1)
              .where('deleted_at', 'is', null)
              .executeTakeFirst()
              .then((result) => result.numUpdatedRows);
      if (changed !== 1n) return false;
      await db
        .insertInto('record_changes')
        .values({
          record_kind: recordKind,
          record_id: record.id,
          revision: record.revision,
          at: record.updatedAt,
          author_id: record.author.id,
          operation,
          record: text,
        })
        .execute();
      return true;
    },
  };
}
