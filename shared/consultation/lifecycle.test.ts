import { describe, expect, it } from 'vitest';
import {
  type Actor,
  type ConsultationEvent,
  type ConsultationState,
  EVENTS,
  eventsOpenTo,
  holderOf,
  type LifecycleFacts,
  nextState,
  STATES,
} from './lifecycle.ts';
import { MEMBERSHIPS, ROLES } from './role.ts';

const ALL_IN_ORDER: LifecycleFacts = { questions: 1, assignedExperts: 1, unsignedParts: 0, reasonGiven: true };

/**
 * Written by hand, apart from the table under test: who may fire what from where, and where it leads when every
 * guard is content. What does not stand here must be refused.
 */
const EXPECTED: Readonly<Record<string, ConsultationState>> = {
  'draft submit referrer/referrer': 'submitted',
  'draft cancel referrer/referrer': 'cancelled',
  'submitted cancel referrer/referrer': 'cancelled',
  'ready cancel referrer/referrer': 'cancelled',
  ...forCoordinator('submitted accept', 'ready'),
  ...forCoordinator('submitted decline', 'declined'),
  ...forCoordinator('ready decline', 'declined'),
  ...forCoordinator('draft cancel', 'cancelled'),
  ...forCoordinator('submitted cancel', 'cancelled'),
  ...forCoordinator('ready cancel', 'cancelled'),
  ...forExperts('ready read', 'reading'),
  ...forExperts('ready write', 'drafting'),
  ...forExperts('reading write', 'drafting'),
  ...forExperts('drafting sign', 'signed'),
  ...Object.fromEntries(MEMBERSHIPS.map((membership) => [`signed deliver system/${membership}`, 'delivered' as const])),
};

function forCoordinator(step: string, to: ConsultationState): Record<string, ConsultationState> {
  return Object.fromEntries(MEMBERSHIPS.map((membership) => [`${step} coordinator/${membership}`, to]));
}

function forExperts(step: string, to: ConsultationState): Record<string, ConsultationState> {
  return { [`${step} radiologist/expert`]: to, [`${step} pathologist/expert`]: to };
}

const ACTORS: Actor[] = [...ROLES, 'system' as const].flatMap((role) =>
  MEMBERSHIPS.map((membership) => ({ role, membership })),
);

describe('lifecycle', () => {
  it('answers every state × event × role × membership as written down', () => {
    let allowed = 0;
    for (const state of STATES) {
      for (const event of EVENTS) {
        for (const actor of ACTORS) {
          const name = `${state} ${event} ${actor.role}/${actor.membership}`;
          const step = nextState(state, event, actor, ALL_IN_ORDER);
          expect(step.ok ? step.state : undefined, name).toBe(EXPECTED[name]);
          if (step.ok) allowed += 1;
          expect(eventsOpenTo(state, actor).includes(event), name).toBe(EXPECTED[name] !== undefined);
        }
      }
    }
    expect(allowed).toBe(Object.keys(EXPECTED).length);
  });

  it.each<[ConsultationState, ConsultationEvent, Actor, Partial<LifecycleFacts>, RegExp]>([
    ['draft', 'submit', { role: 'referrer', membership: 'referrer' }, { questions: 0 }, /question/],
    ['submitted', 'accept', { role: 'coordinator', membership: 'none' }, { assignedExperts: 0 }, /expert/],
    ['submitted', 'decline', { role: 'coordinator', membership: 'none' }, { reasonGiven: false }, /reason/],
    ['ready', 'cancel', { role: 'referrer', membership: 'referrer' }, { reasonGiven: false }, /reason/],
  ])('%s does not %s while something is missing', (state, event, actor, missing, sentence) => {
    const step = nextState(state, event, actor, { ...ALL_IN_ORDER, ...missing });
    expect(step).toMatchObject({ ok: false, why: 'guard', reason: expect.stringMatching(sentence) });
  });

  it('stays in drafting until the last part is signed', () => {
    const expert: Actor = { role: 'radiologist', membership: 'expert' };
    expect(nextState('drafting', 'sign', expert, { ...ALL_IN_ORDER, unsignedParts: 1 })).toEqual({
      ok: true,
      state: 'drafting',
    });
    expect(nextState('drafting', 'sign', expert, { ...ALL_IN_ORDER, unsignedParts: 0 })).toEqual({
      ok: true,
      state: 'signed',
    });
  });

  it('says whether person, state or guard is in the way, in that order', () => {
    const nobody: Actor = { role: 'auditor', membership: 'none' };
    const empty: LifecycleFacts = { questions: 0, assignedExperts: 0, unsignedParts: 0, reasonGiven: false };
    expect(nextState('delivered', 'submit', nobody, empty)).toEqual({ ok: false, why: 'actor' });
    expect(nextState('delivered', 'submit', { role: 'referrer', membership: 'referrer' }, empty)).toEqual({
      ok: false,
      why: 'state',
    });
  });

  it('names somebody or nobody to act next in every state', () => {
    for (const state of STATES) expect(['referrer', 'coordinator', 'expert', 'nobody']).toContain(holderOf(state));
  });
});

/** A small generator with a fixed seed, so that a failure can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('lifecycle properties', () => {
  it('no sequence of events reaches delivered without signed, nor signed without drafting, nor leaves an end', () => {
    const random = createRandom(20_260_302);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const reached = new Set<ConsultationState>();
    for (let run = 0; run < 1000; run += 1) {
      let state: ConsultationState = 'draft';
      const path: ConsultationState[] = [state];
      for (let step = 0; step < 400; step += 1) {
        const facts: LifecycleFacts = {
          questions: Math.floor(random() * 2),
          assignedExperts: Math.floor(random() * 3),
          unsignedParts: Math.floor(random() * 2),
          reasonGiven: random() < 0.5,
        };
        const event = pick(EVENTS);
        // Ending early is easy; it is tried seldom so that the long ways are walked too.
        if ((event === 'cancel' || event === 'decline') && random() < 0.95) continue;
        const next = nextState(state, event, pick(ACTORS), facts);
        if (!next.ok) continue;
        expect(STATES).toContain(next.state);
        expect(['delivered', 'declined', 'cancelled'], 'an end is left').not.toContain(state);
        if (next.state === 'delivered') expect(path).toContain('signed');
        if (next.state === 'signed') expect(path).toContain('drafting');
        if (next.state === 'ready') expect(path).toContain('submitted');
        state = next.state;
        path.push(state);
        reached.add(state);
      }
    }
    expect([...reached].sort()).toEqual(STATES.filter((state) => state !== 'draft').sort());
  });
});
