import { type Actor, type ConsultationEvent, type LifecycleFacts, nextState } from '#shared/consultation/lifecycle.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { StoredConsultation } from './consultation-ports.ts';
import { membershipOf } from './describe-consultation.ts';
import { inTransaction } from './in-transaction.ts';
import type { Clock, Database, Principal, Repositories } from './ports.ts';
import { requireRevision } from './stale-revision.ts';

export interface EventRequest {
  readonly consultationId: ConsultationId;
  readonly event: ConsultationEvent;
  /** `system` is the server itself, for what no person does (delivery). */
  readonly actor: Principal | 'system';
  readonly reason: string | null;
  /** The revision the page showed; left out where the event follows from another change of the same transaction. */
  readonly revision?: number;
}

/** The name under which the server's own steps stand in the timeline. */
const SYSTEM_NAME = 'Consilium';

function factsOf(stored: StoredConsultation, reason: string | null): LifecycleFacts {
  return {
    questions: stored.questions.length,
    assignedExperts: stored.assignments.length,
    unsignedParts: stored.assignments.filter(({ signedAt }) => signedAt === null).length,
    reasonGiven: reason !== null && reason.trim() !== '',
  };
}

/**
 * Moves a consultation by one event of its lifecycle and writes timeline and audit with it. With the repositories
 * of an open transaction it becomes part of that transaction, otherwise it runs in one of its own.
 *
 * Throws NOT_FOUND, NOT_ALLOWED (wrong person), STATE_FORBIDS, GUARD_FAILED with the reason, or REVISION_STALE.
 */
export async function fireEvent(
  { db, clock }: { readonly db: Database | Repositories; readonly clock: Clock },
  { consultationId, event, actor, reason, revision }: EventRequest,
): Promise<StoredConsultation> {
  return await inTransaction(db, async (repositories) => {
    const { consultations, audit } = repositories;
    const stored = await consultations.loadForUpdate(consultationId);
    if (stored === null) throw new AppError('NOT_FOUND');
    if (revision !== undefined && actor !== 'system') await requireRevision(repositories, stored, revision, actor);

    const who: Actor =
      actor === 'system'
        ? { role: 'system', membership: 'none' }
        : { role: actor.role, membership: membershipOf(stored, actor) };
    const step = nextState(stored.state, event, who, factsOf(stored, reason));
    if (!step.ok) {
      if (step.why === 'actor') throw new AppError('NOT_ALLOWED');
      if (step.why === 'state') throw new AppError('STATE_FORBIDS', { state: stored.state, event });
      throw new AppError('GUARD_FAILED', { reason: step.reason });
    }

    const at = clock.now().toISOString();
    await consultations.saveState(consultationId, stored.revision, step.state, at, event === 'submit' ? at : null);
    await consultations.addEvent(consultationId, {
      at,
      actorId: actor === 'system' ? null : actor.userId,
      actorName: actor === 'system' ? SYSTEM_NAME : actor.name,
      event,
      note: reason,
    });
    const moved = await consultations.load(consultationId);
    if (moved === null) throw new AppError('NOT_FOUND');
    await audit.append({
      actor: actor === 'system' ? null : actor,
      action: `consultation.${event}`,
      outcome: 'success',
      consultationId,
      subject: consultationId,
      detail: { from: stored.state, to: moved.state },
    });
    return moved;
  });
}
