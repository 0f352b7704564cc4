import type { Kysely } from 'kysely';
import type { Job, JobQueue, JobState } from '#server/domain/report-ports.ts';
import { locksRows } from './dialects/writer-lock.ts';
import type { Tables } from './tables.ts';

/**
 * The outbox table. `run_after` is when a queued job is due and when the lease of a running one ends, so that one
 * comparison finds both the new jobs and those of a process that died.
 */
export function createJobQueue(db: Kysely<Tables>): JobQueue {
  const skipLocked = locksRows(db);

  return {
    async enqueue({ id, kind, payload, at }) {
      await db
        .insertInto('jobs')
        .values({
          id,
          kind,
          payload: JSON.stringify(payload),
          state: 'queued',
          attempts: 0,
          run_after: at,
          created_at: at,
          finished_at: null,
          failure: null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    },

    async claim(kinds, now, leaseEnds) {
      const row = await db
        .updateTable('jobs')
        .set((column) => ({ state: 'running', run_after: leaseEnds, attempts: column('attempts', '+', 1) }))
        .where('id', '=', (expression) => {
          const due = expression
            .selectFrom('jobs')
            .select('jobs.id')
            .where('jobs.state', 'in', ['queued', 'running'])
            .where('jobs.kind', 'in', [...kinds])
            .where('jobs.run_after', '<=', now)
            .orderBy('jobs.run_after')
            .orderBy('jobs.id')
            .limit(1);
          return skipLocked ? due.forUpdate().skipLocked() : due;
        })
        .returning(['id', 'kind', 'payload', 'attempts'])
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        id: row.id,
        kind: row.kind,
        payload: JSON.parse(row.payload) as Job['payload'],
        attempts: row.attempts,
      };
    },

    async extend(id, leaseEnds) {
      await db
        .updateTable('jobs')
        .set({ run_after: leaseEnds })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .execute();
    },

    async giveBack(id, runAfter) {
      await db
        .updateTable('jobs')
        .set((column) => ({ state: 'queued', run_after: runAfter, attempts: column('attempts', '-', 1) }))
        .where('id', '=', id)
        .execute();
    },

    async finish(id, at) {
      await db
        .updateTable('jobs')
        .set({ state: 'done', finished_at: at, failure: null })
        .where('id', '=', id)
        .execute();
    },

    async retry(id, runAfter, failure) {
      await db
        .updateTable('jobs')
        .set({ state: 'queued', run_after: runAfter, failure })
        .where('id', '=', id)
        .execute();
    },

    async fail(id, at, failure) {
      await db.updateTable('jobs').set({ state: 'failed', finished_at: at, failure }).where('id', '=', id).execute();
    },

    async state(id) {
      const row = await db.selectFrom('jobs').select('state').where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (row.state as JobState);
    },

    async nextDue(kinds) {
      const row = await db
        .selectFrom('jobs')
        .select('run_after')
        .where('state', 'in', ['queued', 'running'])
        .where('kind', 'in', [...kinds])
        .orderBy('run_after')
        .limit(1)
        .executeTakeFirst();
      return row?.run_after ?? null;
    },
  };
}
