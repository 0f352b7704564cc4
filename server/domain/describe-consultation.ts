import { type Consultation, DUE_HOURS } from '#shared/consultation/consultation.ts';
import { type ConsultationState, eventsOpenTo } from '#shared/consultation/lifecycle.ts';
import { actionsOpenTo } from '#shared/consultation/permissions.ts';
import type { Membership } from '#shared/consultation/role.ts';
import type { StoredConsultation } from './consultation-ports.ts';
import type { Principal, Repositories } from './ports.ts';

/** How a person stands to a consultation he has in hand. */
export function membershipOf(
  consultation: Pick<StoredConsultation, 'referrer' | 'assignments'>,
  principal: Pick<Principal, 'userId'>,
): Membership {
  if (consultation.referrer.id === principal.userId) return 'referrer';
  return consultation.assignments.some(({ expert }) => expert.id === principal.userId) ? 'expert' : 'none';
}

const CLOSED: readonly ConsultationState[] = ['delivered', 'declined', 'cancelled'];

/** When the answer is due by urgency; null before submission and when nothing is waited for any more. */
export function dueAt({
  state,
  submittedAt,
  urgency,
}: Pick<StoredConsultation, 'state' | 'submittedAt' | 'urgency'>): string | null {
  if (submittedAt === null || CLOSED.includes(state)) return null;
  return new Date(Date.parse(submittedAt) + DUE_HOURS[urgency] * 3_600_000).toISOString();
}

/** The consultation as `principal` gets it: with its timeline and with what he may do now. */
export async function describeConsultation(
  repositories: Pick<Repositories, 'consultations'>,
  stored: StoredConsultation,
  principal: Principal,
): Promise<Consultation> {
  const membership = membershipOf(stored, principal);
  const { updatedAt: _updatedAt, ...written } = stored;
  return {
    ...written,
    questions: [...stored.questions],
    assignments: [...stored.assignments],
    dueAt: dueAt(stored),
    timeline: await repositories.consultations.timeline(stored.id),
    actions: actionsOpenTo(principal.role, { membership, state: stored.state }),
    events: eventsOpenTo(stored.state, { role: principal.role, membership }),
  };
}
