import { type ConsultationAction, decide } from '#shared/consultation/permissions.ts';
import { AppError } from '#shared/errors.ts';
import type { StoredConsultation } from './consultation-ports.ts';
import { membershipOf } from './describe-consultation.ts';
import type { Principal } from './ports.ts';

/**
 * Asks the table of permissions again, inside the transaction of a change: the state or the members may have moved
 * since the request was let in. NOT_FOUND or NOT_ALLOWED.
 */
export function requireAction(stored: StoredConsultation, principal: Principal, action: ConsultationAction): void {
  const standing = { membership: membershipOf(stored, principal), state: stored.state };
  const decision = decide(action, principal.role, standing);
  if (decision === 'hidden') throw new AppError('NOT_FOUND');
  if (decision === 'refused') throw new AppError('NOT_ALLOWED');
}
