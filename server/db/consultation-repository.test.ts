import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ConsultationState } from '#shared/consultation/lifecycle.ts';
import { visibilityOf } from '#shared/consultation/permissions.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';
import { createDatabase } from './database.ts';
import { describeOnEachDatabase, type TestDatabase } from './test-database.ts';

const AT = '2026-03-02T10:00:00.000Z';

async function moveTo({ db }: TestDatabase, id: ConsultationId, state: ConsultationState): Promise<void> {
  const { revision } = (await db.consultations.load(id))!;
  expect(await db.consultations.saveState(id, revision, state, AT, state === 'submitted' ? AT : null)).toBe(true);
}

describeOnEachDatabase('consultation repository', (open) => {
  it('gives back what was stored, and null for what was not', async () => {
    const { db, addPerson } = open();
    const referrer = await addPerson('referrer', 'Dr Ünal');
    const id = randomUUID() as ConsultationId;
    const written = {
      title: 'Zweitmeinung “Knie”',
      speciality: 'radiology' as const,
      urgency: 'stat' as const,
      patient: { initials: 'Ж.Я.', birthYear: null, sex: 'other' as const, reference: 'α-1' },
      history: 'line one\nline two',
      workingDiagnosis: '',
      questions: [{ id: randomUUID() as never, number: 1, text: 'Why?' }],
    };
    await db.consultations.insert({ ...written, id, referrerId: referrer.id, createdAt: AT });
    expect(await db.consultations.load(id)).toEqual({
      ...written,
      id,
      revision: 1,
      state: 'draft',
      referrer: { id: referrer.id, name: 'Dr Ünal', role: 'referrer' },
      assignments: [],
      createdAt: AT,
      submittedAt: null,
      updatedAt: AT,
    });
    expect(await db.consultations.load(randomUUID() as ConsultationId)).toBeNull();
  });

  it('raises the revision by one and refuses a stale one without writing', async () => {
    const database = open();
    const { db } = database;
    const id = await database.addConsultation();
    await moveTo(database, id, 'submitted');
    expect(await db.consultations.saveState(id, 1, 'cancelled', AT, null)).toBe(false);
    expect(await db.consultations.saveAssignment(id, 1, 'radiology', 'x' as UserId, AT)).toBe(false);
    expect(await db.consultations.load(id)).toMatchObject({
      revision: 2,
      state: 'submitted',
      submittedAt: AT,
      assignments: [],
    });
  });

  it('lets one of two who change the same revision at the same moment through', async () => {
    const database = open();
    const { db } = database;
    const id = await database.addConsultation();
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () =>
        db.transaction(async ({ consultations }) => {
          const stored = await consultations.loadForUpdate(id);
          return stored?.revision === 1 && (await consultations.saveState(id, 1, 'submitted', AT, AT));
        }),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await db.consultations.load(id))?.revision).toBe(2);
  });

  it('keeps one expert a discipline and marks his part as signed', async () => {
    const database = open();
    const { db, addPerson, addConsultation } = database;
    const id = await addConsultation();
    const [first, second, pathologist] = [
      await addPerson('radiologist', 'Dr A'),
      await addPerson('radiologist', 'Dr B'),
      await addPerson('pathologist', 'Dr P'),
    ];
    await db.consultations.saveAssignment(id, 1, 'radiology', first.id, AT);
    await db.consultations.saveAssignment(id, 2, 'pathology', pathologist.id, AT);
    await db.consultations.saveAssignment(id, 3, 'radiology', second.id, AT);
    await db.consultations.markPartSigned(id, 'pathology', AT);
    expect((await db.consultations.load(id))?.assignments).toEqual([
      {
        discipline: 'radiology',
        expert: { id: second.id, name: 'Dr B', role: 'radiologist' },
        assignedAt: AT,
        signedAt: null,
      },
      {
        discipline: 'pathology',
        expert: { id: pathologist.id, name: 'Dr P', role: 'pathologist' },
        assignedAt: AT,
        signedAt: AT,
      },
    ]);
    await db.consultations.saveAssignment(id, 4, 'radiology', null, AT);
    expect((await db.consultations.load(id))?.assignments).toHaveLength(1);
  });

  it('RULE 4: lists for each role what the table of permissions lets it see', async () => {
    const database = open();
    const { db, addPerson, addConsultation } = database;
    const [owner, other, coordinator, expert, stranger] = [
      await addPerson('referrer'),
      await addPerson('referrer'),
      await addPerson('coordinator'),
      await addPerson('radiologist'),
      await addPerson('radiologist'),
    ];
    const ids: Partial<Record<ConsultationState, ConsultationId>> = {};
    for (const state of ['draft', 'submitted', 'ready', 'declined'] as const) {
      const id = await addConsultation(owner.id);
      await db.consultations.saveAssignment(id, 1, 'radiology', expert.id, AT);
      await moveTo(database, id, state);
      ids[state] = id;
    }
    const seenBy = async (person: { id: UserId; role: 'referrer' | 'coordinator' | 'radiologist' }) => {
      const listed = await db.consultations.list(person.id, visibilityOf(person.role), 500);
      return listed
        .filter(({ referrer }) => referrer.id === owner.id)
        .map(({ state }) => state)
        .sort();
    };
    expect(await seenBy({ ...owner, role: 'referrer' })).toEqual(['declined', 'draft', 'ready', 'submitted']);
    expect(await seenBy({ ...other, role: 'referrer' })).toEqual([]);
    expect(await seenBy({ ...coordinator, role: 'coordinator' })).toEqual(['declined', 'ready', 'submitted']);
    expect(await seenBy({ ...expert, role: 'radiologist' })).toEqual(['ready']);
    expect(await seenBy({ ...stranger, role: 'radiologist' })).toEqual([]);
  });

  it('counts studies once however many instances they have', async () => {
    const database = open();
    const { db, kysely, addPerson, addConsultation } = database;
    const owner = await addPerson('referrer');
    const id = await addConsultation(owner.id);
    const sha256 = 'ab'.repeat(32);
    await kysely.insertInto('blobs').values({ sha256, size_bytes: 3_000_000_000, stored_at: AT }).execute();
    for (const [number, study] of [
      [1, '1.2.3'],
      [2, '1.2.3'],
      [3, '1.2.4'],
    ] as const) {
      const uid = `${study}.${number}.${Date.now()}`;
      const place = { sop_instance_uid: uid, series_uid: `${study}.1`, study_uid: study };
      await kysely
        .insertInto('dicom_instances')
        .values({
          ...place,
          sha256,
          size_bytes: 3_000_000_000,
          sop_class_uid: '1.2',
          transfer_syntax_uid: '1.2',
          modality: 'CT',
          instance_number: number,
          row_count: 1,
          column_count: 1,
          frame_count: 1,
          description: '{}',
          metadata: '{}',
          frame_index: null,
          slide_label: 0,
          stored_at: AT,
        })
        .execute();
      await kysely
        .insertInto('consultation_instances')
        .values({ ...place, consultation_id: id, added_at: AT })
        .execute();
      const standing = { consultationId: id, membership: 'referrer', state: 'draft' };
      expect(await db.consultations.standings(owner.id, 'instance', uid)).toEqual([standing]);
    }
    await kysely
      .insertInto('documents')
      .values({
        id: randomUUID(),
        consultation_id: id,
        sha256,
        size_bytes: 1,
        name: 'a.pdf',
        media_type: 'x',
        added_at: AT,
      })
      .execute();
    const [listed] = await db.consultations.list(owner.id, visibilityOf('referrer'), 500);
    expect(listed?.counts).toEqual({ studies: 2, slides: 0, documents: 1 });
    const { size_bytes: sizeBytes } = await kysely.selectFrom('blobs').select('size_bytes').executeTakeFirstOrThrow();
    expect(sizeBytes, 'a size beyond 32 bits comes back as a number').toBe(3_000_000_000);

    const stranger = await addPerson('referrer');
    for (const [kind, subject] of [
      ['study', '1.2.3'],
      ['series', '1.2.3.1'],
      ['consultation', id],
    ] as const) {
      const found = await db.consultations.standings(stranger.id, kind, subject);
      expect([kind, found]).toEqual([kind, [{ consultationId: id, membership: 'none', state: 'draft' }]]);
      expect(await db.consultations.standings(stranger.id, kind, `${subject}9`)).toEqual([]);
    }
  });

  it('keeps the timeline in order', async () => {
    const { db, addConsultation } = open();
    const id = await addConsultation();
    for (const [minute, event] of ['create', 'submit', 'assign'].entries()) {
      const at = `2026-03-02T10:0${minute}:00.000Z`;
      await db.consultations.addEvent(id, { at, actorId: null, actorName: 'Dr A', event, note: null });
    }
    expect((await db.consultations.timeline(id)).map(({ event }) => event)).toEqual(['create', 'submit', 'assign']);
  });

  it('tells of a change after the commit only, and of nothing when it is undone', async () => {
    const { kysely, clock, addConsultation } = open();
    const id = await addConsultation();
    const heard: string[] = [];
    const db = createDatabase(kysely, clock, (changed) => heard.push(changed));
    await db.transaction(async ({ consultations }) => {
      await consultations.saveState(id, 1, 'submitted', AT, AT);
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual([id]);
    const undone = db.transaction(async ({ consultations }) => {
      await consultations.saveState(id, 2, 'ready', AT, null);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(heard).toEqual([id]);
    expect((await db.consultations.load(id))?.state).toBe('submitted');
  });
});
