import type { Kysely, Selectable } from 'kysely';
import type { DimsePeer, DimseRepository } from '#server/domain/dimse-ports.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';
import { consultationColumns, isVisible } from './search-visibility.ts';
import type { DimsePeerRow, Tables } from './tables.ts';

function toPeer(row: Selectable<DimsePeerRow>): DimsePeer {
  return {
    aeTitle: row.ae_title,
    userId: row.user_id as UserId,
    address: row.address,
    consultationId: row.consultation_id as ConsultationId | null,
    destination: row.host === null || row.port === null ? null : { host: row.host, port: row.port },
    createdAt: row.created_at,
  };
}

export function createDimseRepository(db: Kysely<Tables>): DimseRepository {
  return {
    async addPeer(peer) {
      const result = await db
        .insertInto('dimse_peers')
        .values({
          ae_title: peer.aeTitle,
          user_id: peer.userId,
          address: peer.address,
          consultation_id: peer.consultationId,
          host: peer.destination?.host ?? null,
          port: peer.destination?.port ?? null,
          created_at: peer.createdAt,
        })
        .onConflict((conflict) => conflict.column('ae_title').doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },

    async findPeer(aeTitle) {
      const row = await db.selectFrom('dimse_peers').selectAll().where('ae_title', '=', aeTitle).executeTakeFirst();
      return row === undefined ? null : toPeer(row);
    },

    async peers() {
      return (await db.selectFrom('dimse_peers').selectAll().orderBy('ae_title').execute()).map(toPeer);
    },

    async removePeer(aeTitle) {
      const result = await db.deleteFrom('dimse_peers').where('ae_title', '=', aeTitle).executeTakeFirst();
      return result.numDeletedRows === 1n;
    },

    async storedSyntaxes(reach) {
      const readable = db
        .selectFrom('consultations as c')
        .select('c.id')
        .where(isVisible(reach, consultationColumns(db, 'c')));
      const held = db
        .selectFrom('consultation_instances')
        .select('sop_instance_uid')
        .where('consultation_id', 'in', readable);
      const rows = await db
        .selectFrom('dicom_instances')
        .select((select) => ['sop_class_uid', 'transfer_syntax_uid', select.fn.countAll().as('instances')])
        .where('sop_instance_uid', 'in', held)
        .groupBy(['sop_class_uid', 'transfer_syntax_uid'])
        .execute();
      const byCount = rows.toSorted((a, b) => Number(b.instances) - Number(a.instances));
      const classes = Map.groupBy(byCount, (row) => row.sop_class_uid);
      return new Map([...classes].map(([uid, syntaxes]) => [uid, syntaxes.map((row) => row.transfer_syntax_uid)]));
    },
  };
}
