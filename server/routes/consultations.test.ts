import { expect, test } from 'vitest';
import { describeOnEachServer, expectJson, type SignedIn, TEST_INTAKE } from '#server/http/test-server.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';

const { list, one, events, assignments, experts } = consultationPaths;

describeOnEachServer('consultations over HTTP', (server) => {
  const fire = (person: SignedIn, { id, revision }: Consultation, event: string, reason: string | null = null) =>
    person.post(events(id), { event, revision, reason });
  const assign = (person: SignedIn, { id, revision }: Consultation, discipline: string, expertId: string | null) =>
    person.put(assignments(id), { discipline, expertId, revision });
  const reload = async (person: SignedIn, { id }: Consultation) =>
    expectJson<Consultation>(await person.get(one(id)), 200);

  test('goes from draft to ready, each role seeing it when its turn comes', async () => {
    const consultation = await server().ready();
    expect(consultation.state).toBe('ready');
    expect(consultation.assignments.map(({ discipline }) => discipline)).toEqual(['radiology', 'pathology']);
    expect(consultation.timeline.map(({ event }) => event)).toEqual(['create', 'submit', 'assign', 'assign', 'accept']);
    expect(Date.parse(consultation.dueAt!) - Date.parse(consultation.submittedAt!)).toBe(72 * 3_600_000);
    for (const who of ['referrer', 'coordinator', 'radiologist', 'pathologist'] as const) {
      const { items } = expectJson<{ items: Consultation[] }>(await (await server().as(who)).get(list), 200);
      expect(items.map(({ id }) => id)).toContain(consultation.id);
    }
    for (const who of ['referrer2', 'radiologist2'] as const) {
      const { items } = expectJson<{ items: Consultation[] }>(await (await server().as(who)).get(list), 200);
      expect(items).toEqual([]);
    }
  });

  test('tells each person what he may do, by the table the server enforces', async () => {
    const consultation = await server().ready();
    const asExpert = await reload(await server().as('radiologist'), consultation);
    expect(asExpert.events).toEqual(['read', 'write']);
    expect(asExpert.actions).toContain('annotation.write');
    const asReferrer = await reload(await server().as('referrer'), consultation);
    expect(asReferrer.events).toEqual(['cancel']);
    expect(asReferrer.actions).not.toContain('annotation.read');
  });

  test('starts reading when an expert opens it, and refuses to start twice', async () => {
    const consultation = await server().ready();
    const expert = await server().as('radiologist');
    const reading = expectJson<Consultation>(await fire(expert, consultation, 'read'), 200);
    expect(reading.state).toBe('reading');
    const again = await fire(expert, reading, 'read');
    expect(again.json()).toMatchObject({ code: 'STATE_FORBIDS', params: { state: 'reading', event: 'read' } });
  });

  test('lets the referrer write until he submits, then the coordinator until he accepts', async () => {
    const [referrer, coordinator] = [await server().as('referrer'), await server().as('coordinator')];
    const draft = await server().draft();
    const patch = (person: SignedIn, { id, revision }: Consultation, title: string) =>
      person.inject({
        method: 'PATCH',
        url: one(id),
        payload: {
          revision,
          intake: { ...TEST_INTAKE, title, questions: [...TEST_INTAKE.questions, { text: 'Third?' }] },
        },
      });
    expect((await patch(coordinator, draft, 'Not yet mine')).statusCode).toBe(404);
    const edited = expectJson<Consultation>(await patch(referrer, draft, 'Edited'), 200);
    expect(edited.title).toBe('Edited');
    expect(edited.questions.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(edited.questions.slice(0, 2), 'a question that stays keeps its id').toEqual(draft.questions);
    const submitted = expectJson<Consultation>(await fire(referrer, edited, 'submit'), 200);
    expect((await patch(referrer, submitted, 'Too late')).statusCode).toBe(403);
    const completed = expectJson<Consultation>(await patch(coordinator, submitted, 'Completed'), 200);
    expect(completed.title).toBe('Completed');
    const bare = { revision: completed.revision, intake: { ...TEST_INTAKE, questions: [] } };
    const emptied = await coordinator.inject({ method: 'PATCH', url: one(draft.id), payload: bare });
    expect(emptied.json()).toMatchObject({ code: 'GUARD_FAILED' });
  });

  test('refuses what its guards ask for, with the reason', async () => {
    const [referrer, coordinator] = [await server().as('referrer'), await server().as('coordinator')];
    const unasked = await server().draft({ questions: [] });
    expect((await fire(referrer, unasked, 'submit')).json()).toMatchObject({
      code: 'GUARD_FAILED',
      params: { reason: 'at least one numbered question is needed' },
    });
    const submitted = expectJson<Consultation>(await fire(referrer, await server().draft(), 'submit'), 200);
    expect((await fire(coordinator, submitted, 'accept')).json()).toMatchObject({ code: 'GUARD_FAILED' });
    expect((await fire(coordinator, submitted, 'decline', '  ')).json()).toMatchObject({ code: 'GUARD_FAILED' });
    const declined = expectJson<Consultation>(await fire(coordinator, submitted, 'decline', 'Wrong department'), 200);
    expect(declined).toMatchObject({ state: 'declined', dueAt: null });
    expect(declined.timeline.at(-1)).toMatchObject({ event: 'decline', note: 'Wrong department' });
    expect((await fire(referrer, declined, 'cancel', 'x')).json()).toMatchObject({ code: 'STATE_FORBIDS' });
  });

  test.each(['deliver', 'sign', 'accept'])('lets no referrer fire %s', async (event) => {
    const draft = await server().draft();
    const answer = await fire(await server().as('referrer'), draft, event);
    expect(answer.statusCode).toBe(403);
    expect((await reload(await server().as('referrer'), draft)).state).toBe('draft');
  });

  test('assigns only people who read in the discipline', async () => {
    const coordinator = await server().as('coordinator');
    const submitted = expectJson<Consultation>(
      await fire(await server().as('referrer'), await server().draft(), 'submit'),
      200,
    );
    const pathologist = (await server().as('pathologist')).account.id;
    for (const expertId of [pathologist, coordinator.account.id, 'nobody']) {
      const answer = await assign(coordinator, submitted, 'radiology', expertId);
      expect(answer.json()).toMatchObject({ code: 'EXPERT_UNSUITABLE', params: { discipline: 'radiology' } });
    }
    const listed = expectJson<{ experts: { id: string; discipline: string }[] }>(await coordinator.get(experts), 200);
    expect(listed.experts).toContainEqual(expect.objectContaining({ id: pathologist, discipline: 'pathology' }));
    expect(JSON.stringify(listed)).not.toContain('@');
  });

  test('keeps a reader on a consultation that is being read, and a signed part with its author', async () => {
    const coordinator = await server().as('coordinator');
    const other = (await server().as('radiologist2')).account.id;
    let now = await server().ready();
    now = expectJson(await assign(coordinator, now, 'pathology', null), 200);
    const alone = await assign(coordinator, now, 'radiology', null);
    expect(alone.json()).toMatchObject({ code: 'GUARD_FAILED' });
    const same = expectJson<Consultation>(
      await assign(coordinator, now, 'radiology', now.assignments[0]!.expert.id),
      200,
    );
    expect(same.revision, 'assigning the same person changes nothing').toBe(now.revision);
    await server().services.db.consultations.markPartSigned(now.id, 'radiology', new Date().toISOString());
    const taken = await assign(coordinator, now, 'radiology', other);
    expect(taken.json()).toMatchObject({ code: 'GUARD_FAILED', params: { reason: expect.stringMatching(/signed/) } });
  });

  test('lets one of two coordinators through who act on the same revision', async () => {
    const [first, second] = [await server().as('coordinator'), await server().as('coordinator2')];
    const submitted = expectJson<Consultation>(
      await fire(await server().as('referrer'), await server().draft(), 'submit'),
      200,
    );
    const [a, b] = [(await server().as('radiologist')).account.id, (await server().as('radiologist2')).account.id];
    const answers = await Promise.all([
      assign(first, submitted, 'radiology', a),
      assign(second, submitted, 'radiology', b),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    const stale = answers.find(({ statusCode }) => statusCode === 409)!.json();
    expect(stale).toMatchObject({ code: 'REVISION_STALE', current: { id: submitted.id } });
  });

  test('RULE 5: leaves an audit row of every step, in order', async () => {
    const { id } = await server().ready();
    const rows = await server().services.db.audit.page({ consultationId: id, limit: 50 });
    expect(rows.map(({ action }) => action).reverse()).toEqual([
      'consultation.create',
      'consultation.submit',
      'assignment.set',
      'assignment.set',
      'consultation.accept',
    ]);
    expect((await server().services.db.audit.verify()).brokenAt).toBeNull();
  });
});
