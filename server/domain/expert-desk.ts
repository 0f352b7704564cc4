import type { Person } from '#shared/consultation/consultation.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';
import { type Discipline, disciplineOf } from '#shared/consultation/role.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { StoredConsultation } from './consultation-ports.ts';
import { membershipOf } from './describe-consultation.ts';
import type { Principal, Repositories } from './ports.ts';
import type { StoredReport } from './report-ports.ts';
import { requireAction } from './require-action.ts';

/** One expert's place at a consultation, inside the transaction in which he changes something. */
export interface ExpertDesk {
  readonly consultation: StoredConsultation;
  readonly person: Person;
  readonly discipline: Discipline;
  /** His part of the report; null while he has written nothing. */
  readonly part: StoredReport | null;
}

/**
 * Holds the consultation for this transaction and checks again what the route has checked: the state may have moved
 * since. Throws NOT_FOUND, NOT_ALLOWED, and REPORT_SIGNED once this expert's part is signed, because a signed part
 * is locked together with the annotations and findings of its author.
 */
export async function openDesk(
  repositories: Repositories,
  consultationId: ConsultationId,
  principal: Principal,
  action: ConsultationAction,
): Promise<ExpertDesk> {
  const consultation = await repositories.consultations.loadForUpdate(consultationId);
  if (consultation === null) throw new AppError('NOT_FOUND');
  const part = await repositories.reports.mine(consultationId, principal.userId);
  const isExpert = membershipOf(consultation, principal) === 'expert';
  if (isExpert && part !== null && part.signedVersion !== null) throw new AppError('REPORT_SIGNED');
  requireAction(consultation, principal, action);
  const discipline = disciplineOf(principal.role);
  if (discipline === null) throw new AppError('NOT_ALLOWED');
  const person: Person = { id: principal.userId, name: principal.name, role: principal.role };
  return { consultation, person, discipline, part };
}
