import { AppError } from '#shared/errors.ts';
import type { StoredConsultation } from './consultation-ports.ts';
import { describeConsultation } from './describe-consultation.ts';
import type { Principal, Repositories } from './ports.ts';

/** Refuses a change that was made to an older revision, and hands over the stored one. */
export async function requireRevision(
  repositories: Pick<Repositories, 'consultations'>,
  stored: StoredConsultation,
  sent: number,
  principal: Principal,
): Promise<void> {
  if (stored.revision === sent) return;
  throw new AppError(
    'REVISION_STALE',
    { current: stored.revision, sent },
    { current: await describeConsultation(repositories, stored, principal) },
  );
}
