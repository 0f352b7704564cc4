import { describe, expect, test } from 'vitest';
import { type Consultation, consultationSchema, type Intake } from '#shared/consultation/consultation.ts';
import { ApiFailure } from '#viewer/api/client.ts';
import { DraftKeeper, type DraftPorts } from './draft-keeper.ts';
import { emptyForm } from './intake-form.ts';

const ID = '00000000-0000-4000-8000-000000000001';

function stored(intake: Intake, revision: number): Consultation {
  return consultationSchema.parse({
    id: ID,
    revision,
    state: 'draft',
    title: intake.title,
    speciality: intake.speciality,
    urgency: intake.urgency,
    patient: intake.patient,
    history: intake.history,
    workingDiagnosis: intake.workingDiagnosis,
    questions: intake.questions.map(({ text }, index) => ({
      id: `00000000-0000-4000-8000-00000000010${index}`,
      number: index + 1,
      text,
    })),
    referrer: { id: 'u1', name: 'R', role: 'referrer' },
    assignments: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    submittedAt: null,
    dueAt: null,
    timeline: [],
    actions: [],
    events: [],
  });
}

/** A server in memory and a clock that runs when told to. */
function stage() {
  const saves: { id: string | null; revision: number; intake: Intake }[] = [];
  const failures: Error[] = [];
  let revision = 0;
  let timer: (() => void) | null = null;
  const answer = async (id: string | null, sent: number, intake: Intake) => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    saves.push({ id, revision: sent, intake });
    revision += 1;
    return stored(intake, revision);
  };
  const ports: DraftPorts = {
    create: (intake) => answer(null, 0, intake),
    edit: (id, sent, intake) => answer(id, sent, intake),
    now: () => new Date('2026-03-01T14:02:00Z'),
    after: (_milliseconds, callback) => {
      timer = callback;
      return () => {
        timer = null;
      };
    },
  };
  const tick = async () => {
    const due = timer;
    timer = null;
    due?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { ports, saves, failures, tick, planned: () => timer !== null };
}

const enough = { title: 'Nodule', initials: 'A.B.', questions: [{ key: 'q1', text: 'Benign?' }] };

describe('a draft that is kept as it is typed', () => {
  test('is not created before title, initials and first question are there', async () => {
    const { ports, saves, tick } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    keeper.change({ title: 'Nodule' });
    keeper.change({ initials: 'A.B.' });
    await tick();
    expect(saves).toEqual([]);
    expect(keeper.state().status).toBe('waiting');
  });

  test('is created once and edited at the revision it was answered with', async () => {
    const { ports, saves, tick } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    keeper.change(enough);
    await tick();
    keeper.change({ history: 'Cough' });
    await tick();
    expect(saves.map(({ id, revision }) => [id, revision])).toEqual([
      [null, 0],
      [ID, 1],
    ]);
    expect(saves[1]!.intake.history).toBe('Cough');
    expect(keeper.state().status).toBe('saved');
  });

  test('saves again what was typed while a save was on its way', async () => {
    const { ports, saves, tick } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    keeper.change(enough);
    const saving = keeper.flush();
    keeper.change({ history: 'typed meanwhile' });
    await saving;
    await tick();
    expect(saves).toHaveLength(2);
    expect(saves[1]!.intake.history).toBe('typed meanwhile');
  });

  test('is tried again when the server does not answer, and nothing typed is lost', async () => {
    const { ports, saves, failures, tick, planned } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    failures.push(new ApiFailure(0, 'OFFLINE', 'No server.'));
    keeper.change(enough);
    await tick();
    expect(keeper.state()).toMatchObject({ status: 'late', reason: 'No server.' });
    expect(planned()).toBe(true);
    await tick();
    expect(saves).toHaveLength(1);
    expect(keeper.state().status).toBe('saved');
  });

  test('does not try again what the server refused, and says why', async () => {
    const { ports, failures, tick, planned } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    failures.push(new ApiFailure(400, 'REQUEST_INVALID', 'The request is not valid.'));
    keeper.change(enough);
    await tick();
    expect(keeper.state()).toMatchObject({ status: 'refused', reason: 'The request is not valid.' });
    expect(planned()).toBe(false);
  });

  test('stops at another version and lets the person decide', async () => {
    const { ports, saves, failures, tick } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    keeper.change(enough);
    await tick();
    const theirs = stored({ ...saves[0]!.intake, history: 'theirs' }, 7);
    failures.push(new ApiFailure(409, 'REVISION_STALE', 'Somebody saved a newer version.', {}, theirs));
    keeper.change({ history: 'mine' });
    await tick();
    expect(keeper.state().status).toBe('stale');
    expect(keeper.state().form.history).toBe('mine');
    keeper.change({ history: 'mine, longer' });
    await tick();
    expect(saves).toHaveLength(1);
    await keeper.keepMine();
    expect(saves[1]).toMatchObject({ revision: 7, intake: { history: 'mine, longer' } });
  });

  test('goes on by itself when another revision holds the same words', async () => {
    const { ports, saves, failures, tick } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    keeper.change(enough);
    await tick();
    failures.push(new ApiFailure(409, 'REVISION_STALE', 'Newer.', {}, stored(saves[0]!.intake, 9)));
    keeper.change({ history: 'mine' });
    await tick();
    await tick();
    expect(saves[1]).toMatchObject({ revision: 9, intake: { history: 'mine' } });
    expect(keeper.state().status).toBe('saved');
  });

  test('can take the other version instead', async () => {
    const { ports, saves, failures, tick } = stage();
    const keeper = new DraftKeeper(ports, emptyForm('q1'), null);
    keeper.change(enough);
    await tick();
    const theirs = stored({ ...saves[0]!.intake, history: 'theirs' }, 7);
    failures.push(new ApiFailure(409, 'REVISION_STALE', 'Newer.', {}, theirs));
    keeper.change({ history: 'mine' });
    await tick();
    keeper.takeTheirs();
    expect(keeper.state()).toMatchObject({ status: 'saved', form: { history: 'theirs' } });
    await keeper.flush();
    expect(saves).toHaveLength(1);
  });
});
