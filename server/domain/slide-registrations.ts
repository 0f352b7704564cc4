import type { PutRegistration, SlideRegistration } from '#shared/api/slide-registrations.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { openDesk } from './expert-desk.ts';
import type { Clock, Database, Principal } from './ports.ts';

/**
 * Keeps the places the caller has marked in two slides of the consultation, in place of those before, and returns all
 * of the consultation. Throws REQUEST_INVALID for slides of another consultation and a slide with itself, NOT_FOUND,
 * NOT_ALLOWED, REPORT_SIGNED.
 */
export async function putRegistration(
  { db, clock }: { db: Database; clock: Clock },
  request: { principal: Principal; consultationId: ConsultationId; registration: PutRegistration },
): Promise<SlideRegistration[]> {
  const { principal, consultationId, registration } = request;
  return db.transaction(async (repositories) => {
    await openDesk(repositories, consultationId, principal, 'annotation.write');
    const { fromId, toId } = registration;
    const own = new Set((await repositories.material.slides([consultationId])).map(({ id }) => id));
    if (fromId === toId || !own.has(fromId) || !own.has(toId)) {
      throw new AppError('REQUEST_INVALID', { where: 'toId', reason: 'must be another slide of the consultation' });
    }
    const updatedAt = clock.now().toISOString();
    await repositories.registrations.put(consultationId, { ...registration, authorId: principal.userId, updatedAt });
    await repositories.audit.append({
      actor: principal,
      action: 'slide.register',
      outcome: 'success',
      consultationId,
      subject: fromId,
      detail: { toId, pairs: registration.pairs.length },
    });
    return repositories.registrations.list(consultationId);
  });
}
