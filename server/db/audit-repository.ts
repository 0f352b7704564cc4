import { createHash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { AuditEntry, AuditTrail, Clock } from '#server/domain/ports.ts';
import type { AuditRow } from '#shared/api/audit.ts';
import { lockAuditChain } from './dialects/writer-lock.ts';
import { fixedInsert, fixedStatement } from './fixed-statement.ts';
import { createTransactions } from './group-commit.ts';
import type { AuditEventRow, Tables } from './tables.ts';

/** What the first row has for its predecessor. */
const GENESIS = '0'.repeat(64);
const VERIFY_BATCH = 2000;

type UnhashedRow = Omit<Selectable<AuditEventRow>, 'hash'>;

/**
 * The hash of a row covers every column and, through `previous_hash`, every row before it. The columns stand in a
 * JSON array in a fixed order, so that no two different rows give the same text.
 */
function hashOf(row: UnhashedRow): string {
  const canonical = JSON.stringify([
    row.sequence,
    row.at,
    row.actor_id,
    row.actor_role,
    row.action,
    row.outcome,
    row.consultation_id,
    row.subject,
    row.detail,
    row.previous_hash,
  ]);
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

const selectLast = fixedStatement((db) =>
  db.selectFrom('audit_events').select(['sequence', 'hash']).orderBy('sequence', 'desc').limit(1),
);

const insertRow = fixedInsert((db, rows: readonly Selectable<AuditEventRow>[]) =>
  db.insertInto('audit_events').values([...rows]),
);

async function appendRow(transaction: Kysely<Tables>, entry: AuditEntry, at: string): Promise<void> {
  await lockAuditChain(transaction);
  const [last] = (await selectLast(transaction, {})).rows;
  const row: UnhashedRow = {
    sequence: (last?.sequence ?? 0) + 1,
    at,
    actor_id: entry.actor?.userId ?? null,
    actor_role: entry.actor?.role ?? null,
    action: entry.action,
    outcome: entry.outcome,
    consultation_id: entry.consultationId,
    subject: entry.subject,
    detail: JSON.stringify(entry.detail ?? {}),
    previous_hash: last?.hash ?? GENESIS,
  };
  await insertRow(transaction, [{ ...row, hash: hashOf(row) }]);
}

function toAuditRow(row: Selectable<AuditEventRow>): AuditRow {
  return {
    sequence: row.sequence,
    at: row.at,
    actorId: row.actor_id,
    actorRole: row.actor_role,
    action: row.action,
    outcome: row.outcome as AuditRow['outcome'],
    consultationId: row.consultation_id,
    subject: row.subject,
    hash: row.hash,
  };
}

/**
 * The audit trail. On PostgreSQL the first append holds back every other writer of the chain until the transaction
 * ends, so a use case appends last.
 */
export function createAuditTrail(
  db: Kysely<Tables>,
  clock: Clock,
  transact: ReturnType<typeof createTransactions> = createTransactions(db),
): AuditTrail {
  return {
    async append(entry) {
      const at = clock.now().toISOString();
      if (db.isTransaction) await appendRow(db, entry, at);
      else await transact((transaction) => appendRow(transaction, entry, at));
    },

    async page({ consultationId, before, limit }) {
      let query = db.selectFrom('audit_events').selectAll().orderBy('sequence', 'desc').limit(limit);
      if (consultationId !== undefined) query = query.where('consultation_id', '=', consultationId);
      if (before !== undefined) query = query.where('sequence', '<', before);
      return (await query.execute()).map(toAuditRow);
    },

    async verify() {
      let rows = 0;
      let previousHash = GENESIS;
      for (;;) {
        const batch = await db
          .selectFrom('audit_events')
          .selectAll()
          .where('sequence', '>', rows)
          .orderBy('sequence')
          .limit(VERIFY_BATCH)
          .execute();
        for (const row of batch) {
          const fits = row.sequence === rows + 1 && row.previous_hash === previousHash && row.hash === hashOf(row);
          if (!fits) return { rows, brokenAt: row.sequence };
          rows += 1;
          previousHash = row.hash;
        }
        if (batch.length < VERIFY_BATCH) return { rows, brokenAt: null };
      }
    },
  };
}
