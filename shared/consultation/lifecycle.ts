import type { Membership, Role } from './role.ts';

/**
 * The life of a consultation as one table. A later stage (collecting, blind reading, questions back, follow-up)
 * is a row more here, not a branch elsewhere.
 */
export const STATES = [
  'draft',
  'submitted',
  'ready',
  'reading',
  'drafting',
  'signed',
  'delivered',
  'declined',
  'cancelled',
] as const;
export type ConsultationState = (typeof STATES)[number];

export const EVENTS = ['submit', 'accept', 'read', 'write', 'sign', 'deliver', 'decline', 'cancel'] as const;
export type ConsultationEvent = (typeof EVENTS)[number];

/** Who may fire an event: a role, and how that person must stand to the consultation. */
export interface Actor {
  readonly role: Role | 'system';
  readonly membership: Membership;
}

/** What the guards look at; everything is counted by the caller in the transaction that moves the state. */
export interface LifecycleFacts {
  readonly questions: number;
  readonly assignedExperts: number;
  readonly unsignedParts: number;
  readonly reasonGiven: boolean;
}

interface Transition {
  readonly from: readonly ConsultationState[];
  readonly by: (actor: Actor) => boolean;
  /** A reason not to move, or null. */
  readonly guard: (facts: LifecycleFacts) => string | null;
  readonly to: (from: ConsultationState, facts: LifecycleFacts) => ConsultationState;
}

const isReferrer = (actor: Actor): boolean => actor.role === 'referrer' && actor.membership === 'referrer';
const isCoordinator = (actor: Actor): boolean => actor.role === 'coordinator';
const isExpert = (actor: Actor): boolean =>
  (actor.role === 'radiologist' || actor.role === 'pathologist') && actor.membership === 'expert';
const isSystem = (actor: Actor): boolean => actor.role === 'system';
const unguarded = (): null => null;
const needsReason = (facts: LifecycleFacts): string | null => (facts.reasonGiven ? null : 'a reason is needed');

export const TRANSITIONS: Readonly<Record<ConsultationEvent, Transition>> = {
  submit: {
    from: ['draft'],
    by: isReferrer,
    guard: (facts) => (facts.questions > 0 ? null : 'at least one numbered question is needed'),
    to: () => 'submitted',
  },
  accept: {
    from: ['submitted'],
    by: isCoordinator,
    guard: (facts) => (facts.assignedExperts > 0 ? null : 'at least one expert must be assigned'),
    to: () => 'ready',
  },
  read: { from: ['ready'], by: isExpert, guard: unguarded, to: () => 'reading' },
  write: { from: ['ready', 'reading'], by: isExpert, guard: unguarded, to: () => 'drafting' },
  sign: {
    from: ['drafting'],
    by: isExpert,
    guard: unguarded,
    // A consultation asked of two disciplines is signed when the last part is.
    to: (_from, facts) => (facts.unsignedParts === 0 ? 'signed' : 'drafting'),
  },
  deliver: { from: ['signed'], by: isSystem, guard: unguarded, to: () => 'delivered' },
  decline: { from: ['submitted', 'ready'], by: isCoordinator, guard: needsReason, to: () => 'declined' },
  cancel: {
    from: ['draft', 'submitted', 'ready'],
    by: (actor) => isReferrer(actor) || isCoordinator(actor),
    guard: needsReason,
    to: () => 'cancelled',
  },
};

export type Step =
  | { readonly ok: true; readonly state: ConsultationState }
  | { readonly ok: false; readonly why: 'actor' }
  | { readonly ok: false; readonly why: 'state' }
  | { readonly ok: false; readonly why: 'guard'; readonly reason: string };

/** The next state, or why there is none. Total and pure. */
export function nextState(
  state: ConsultationState,
  event: ConsultationEvent,
  actor: Actor,
  facts: LifecycleFacts,
): Step {
  const transition = TRANSITIONS[event];
  if (!transition.by(actor)) return { ok: false, why: 'actor' };
  if (!transition.from.includes(state)) return { ok: false, why: 'state' };
  const reason = transition.guard(facts);
  if (reason !== null) return { ok: false, why: 'guard', reason };
  return { ok: true, state: transition.to(state, facts) };
}

/** The events this actor could fire in this state, guards aside; what a page shows as buttons. */
export function eventsOpenTo(state: ConsultationState, actor: Actor): ConsultationEvent[] {
  return EVENTS.filter((event) => TRANSITIONS[event].by(actor) && TRANSITIONS[event].from.includes(state));
}

/** Who has to act next; what the worklist calls "with". */
export function holderOf(state: ConsultationState): 'referrer' | 'coordinator' | 'expert' | 'nobody' {
  switch (state) {
    case 'draft':
      return 'referrer';
    case 'submitted':
      return 'coordinator';
    case 'ready':
    case 'reading':
    case 'drafting':
      return 'expert';
    case 'signed':
      return 'nobody';
    case 'delivered':
      return 'referrer';
    case 'declined':
    case 'cancelled':
      return 'nobody';
  }
}
