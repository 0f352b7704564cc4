import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import type { AnnotationId, ConsultationId, FindingId, SlideId } from '#shared/ids.ts';
import { describeOnEachDatabase, type TestDatabase } from './test-database.ts';

async function annotationOf({ addPerson, addConsultation }: TestDatabase): Promise<Annotation> {
  const { id, name, role } = await addPerson('pathologist');
  return {
    id: randomUUID() as AnnotationId,
    consultationId: await addConsultation(),
    revision: 1,
    author: { id, name, role },
    target: { kind: 'slide', slideId: randomUUID() as SlideId },
    geometry: { kind: 'point', at: [12.5, 7] },
    label: 'mitosis',
    view: { kind: 'slide', visible: { x: 0, y: 0, width: 10, height: 10 }, rotation: 0 },
    measurements: [],
    createdAt: '2026-03-02T09:00:00.000Z',
    updatedAt: '2026-03-02T09:00:00.000Z',
  };
}

const next = <T extends { revision: number; updatedAt: string }>(record: T, change: Partial<T> = {}): T => ({
  ...record,
  ...change,
  revision: record.revision + 1,
  updatedAt: `2026-03-02T09:0${record.revision}:00.000Z`,
});

describeOnEachDatabase('annotation repository', (open) => {
  it('gives back what was written, revision by revision, and keeps every one of them', async () => {
    const { db, kysely } = open();
    const first = await annotationOf(open());
    expect(await db.annotations.write(first, 'create')).toBe(true);
    const second = next(first, { label: 'apoptosis' });
    expect(await db.annotations.write(second, 'update')).toBe(true);
    expect(await db.annotations.one(first.id)).toEqual({ record: second, deletedAt: null });
    const history = await kysely
      .selectFrom('record_changes')
      .selectAll()
      .where('record_id', '=', first.id)
      .orderBy('revision')
      .execute();
    expect(history.map((row) => JSON.parse(row.record))).toEqual([first, second]);
    expect(history.map((row) => row.operation)).toEqual(['create', 'update']);
  });

  it('refuses a second creation, a stale revision and one that jumps ahead, and leaves no trace of them', async () => {
    const { db, kysely } = open();
    const first = await annotationOf(open());
    await db.annotations.write(first, 'create');
    expect(await db.annotations.write({ ...first, label: 'other' }, 'create')).toBe(false);
    expect(await db.annotations.write({ ...first, label: 'other' }, 'update')).toBe(false);
    expect(await db.annotations.write({ ...first, revision: 3 }, 'update')).toBe(false);
    expect(await db.annotations.one(first.id)).toEqual({ record: first, deletedAt: null });
    const history = kysely.selectFrom('record_changes').selectAll().where('record_id', '=', first.id);
    expect(await history.execute()).toHaveLength(1);
  });

  it('keeps a deleted record as a tombstone that cannot change and is not listed', async () => {
    const { db } = open();
    const first = await annotationOf(open());
    await db.annotations.write(first, 'create');
    const gone = next(first);
    expect(await db.annotations.write(gone, 'delete')).toBe(true);
    expect(await db.annotations.list(first.consultationId)).toEqual([]);
    expect((await db.annotations.one(first.id))?.deletedAt).toBe(gone.updatedAt);
    expect(await db.annotations.write(next(gone), 'update')).toBe(false);
    expect(await db.annotations.write(first, 'create')).toBe(false);
  });

  it('lists the oldest first, of one consultation only', async () => {
    const { db } = open();
    const one = await annotationOf(open());
    const later = { ...one, id: randomUUID() as AnnotationId, createdAt: '2026-03-02T10:00:00.000Z' };
    const elsewhere = await annotationOf(open());
    for (const record of [later, one, elsewhere]) await db.annotations.write(record, 'create');
    expect((await db.annotations.list(one.consultationId)).map(({ id }) => id)).toEqual([one.id, later.id]);
    expect(await db.annotations.list(randomUUID() as ConsultationId)).toEqual([]);
    expect(await db.annotations.one(randomUUID() as AnnotationId)).toBeNull();
  });

  it('keeps findings apart from annotations', async () => {
    const { db } = open();
    const annotation = await annotationOf(open());
    await db.annotations.write(annotation, 'create');
    const finding: Finding = {
      id: annotation.id as unknown as FindingId,
      consultationId: annotation.consultationId,
      revision: 1,
      author: annotation.author,
      text: 'Increased mitotic activity',
      annotationIds: [annotation.id],
      createdAt: annotation.createdAt,
      updatedAt: annotation.updatedAt,
    };
    expect(await db.annotations.findings.write(finding, 'create')).toBe(true);
    expect(await db.annotations.findings.list(annotation.consultationId)).toEqual([finding]);
    expect(await db.annotations.list(annotation.consultationId)).toEqual([annotation]);
  });

  it('rule 7: the history of records can neither be changed nor removed', async () => {
    const { db, kysely } = open();
    await db.annotations.write(await annotationOf(open()), 'create');
    await expect(kysely.updateTable('record_changes').set({ record: '{}' }).execute()).rejects.toThrow(/never changed/);
    await expect(kysely.deleteFrom('record_changes').execute()).rejects.toThrow(/never changed/);
  });
});
