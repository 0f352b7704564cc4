import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { AuditEntry } from '#server/domain/ports.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { describeOnEachDatabase } from './test-database.ts';

const entry = (action: string): AuditEntry => ({
  actor: null,
  action,
  outcome: 'success',
  consultationId: null,
  subject: null,
  detail: { count: 1 },
});

describeOnEachDatabase('audit trail', (open) => {
  it('RULE 5: chains rows in the order they were written, also when many write at once', async () => {
    const { db } = open();
    await Promise.all(Array.from({ length: 25 }, (_, n) => db.audit.append(entry(`at-once-${n}`))));
    const { rows, brokenAt } = await db.audit.verify();
    expect(brokenAt).toBeNull();
    expect(rows).toBeGreaterThanOrEqual(25);
    const newest = await db.audit.page({ limit: 500 });
    expect(newest.map(({ sequence }) => sequence)).toEqual(newest.map((_, index) => rows - index));
  });

  it('RULE 5: a row stands or falls with the fact it tells', async () => {
    const { db } = open();
    const before = await db.audit.verify();
    const failing = db.transaction(async ({ audit }) => {
      await audit.append(entry('undone'));
      throw new Error('the fact failed');
    });
    await expect(failing).rejects.toThrow('the fact failed');
    expect(await db.audit.verify()).toEqual(before);
    expect((await db.audit.page({ limit: 500 })).some(({ action }) => action === 'undone')).toBe(false);
  });

  it('pages by consultation and sequence, newest first', async () => {
    const { db } = open();
    const consultationId = '7e0c6a0e-6f0e-4b39-9a66-0d8f6a3b7c12' as ConsultationId;
    for (const action of ['one', 'two', 'three']) await db.audit.append({ ...entry(action), consultationId });
    const page = await db.audit.page({ consultationId, limit: 2 });
    expect(page.map(({ action }) => action)).toEqual(['three', 'two']);
    const rest = await db.audit.page({ consultationId, limit: 2, before: page[1]!.sequence });
    expect(rest.map(({ action }) => action)).toEqual(['one']);
  });

  it('RULE 5: the database itself refuses to change or remove a row', async () => {
    const { db, kysely } = open();
    await db.audit.append(entry('kept'));
    const change = kysely.updateTable('audit_events').set({ outcome: 'failure' }).where('action', '=', 'kept');
    await expect(change.execute()).rejects.toThrow(/never changed/);
    await expect(kysely.deleteFrom('audit_events').execute()).rejects.toThrow(/never changed/);
    expect((await db.audit.verify()).brokenAt).toBeNull();
  });

  it('RULE 5: finds a changed row, a removed row and an inserted one even behind the triggers', async () => {
    const { db, kysely, dialect } = open();
    for (let n = 0; n < 5; n += 1) await db.audit.append(entry(`tamper-${n}`));
    const { rows } = await db.audit.verify();
    if (dialect === 'sqlite') {
      await sql`drop trigger audit_events_no_update`.execute(kysely);
      await sql`drop trigger audit_events_no_delete`.execute(kysely);
    } else {
      await sql`drop trigger audit_events_no_change on audit_events`.execute(kysely);
    }
    const at = rows - 2;
    const set = (values: object) => kysely.updateTable('audit_events').set(values).where('sequence', '=', at).execute();
    const original = await kysely
      .selectFrom('audit_events')
      .selectAll()
      .where('sequence', '=', at)
      .executeTakeFirstOrThrow();

    for (const forged of [{ actor_id: 'x' }, { outcome: 'refused' }, { detail: '{}' }, { at: '2020-01-01' }]) {
      await set(forged);
      expect([forged, (await db.audit.verify()).brokenAt]).toEqual([forged, at]);
      await set(original);
    }
    expect((await db.audit.verify()).brokenAt).toBeNull();

    await kysely.deleteFrom('audit_events').where('sequence', '=', at).execute();
    expect((await db.audit.verify()).brokenAt).toBe(at + 1);
    await kysely
      .insertInto('audit_events')
      .values({ ...original, action: 'forged' })
      .execute();
    expect((await db.audit.verify()).brokenAt).toBe(at);
  });
});
