import type { Consultation } from '#shared/consultation/consultation.ts';
import { type Discipline, disciplineOf } from '#shared/consultation/role.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';
import type { StoredConsultation } from './consultation-ports.ts';
import { describeConsultation } from './describe-consultation.ts';
import type { Clock, Database, Principal } from './ports.ts';
import { requireAction } from './require-action.ts';
import { requireRevision } from './stale-revision.ts';

export interface AssignmentRequest {
  readonly consultationId: ConsultationId;
  readonly discipline: Discipline;
  /** Null clears the discipline. */
  readonly expertId: UserId | null;
  readonly revision: number;
}

/** What must stay true: a signed part keeps its author, and a consultation that is being read keeps a reader. */
function refuseWhatBreaks(stored: StoredConsultation, { discipline, expertId }: AssignmentRequest): void {
  const present = stored.assignments.find((assignment) => assignment.discipline === discipline);
  if (present !== undefined && present.signedAt !== null && present.expert.id !== expertId) {
    throw new AppError('GUARD_FAILED', { reason: `the ${discipline} part is signed and stays with its author` });
  }
  if (expertId !== null || present === undefined || stored.state === 'submitted') return;
  const others = stored.assignments.filter((assignment) => assignment.discipline !== discipline);
  if (others.every(({ signedAt }) => signedAt !== null)) {
    throw new AppError('GUARD_FAILED', {
      reason: 'somebody must stay assigned to read; choose another expert instead',
    });
  }
}

/** Sets or clears the expert of one discipline. EXPERT_UNSUITABLE when the person does not read in it. */
export async function assignExpert(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  principal: Principal,
  request: AssignmentRequest,
): Promise<Consultation> {
  const { consultationId: id, discipline, expertId, revision } = request;
  return await db.transaction(async (repositories) => {
    const { consultations, users, audit } = repositories;
    const stored = await consultations.loadForUpdate(id);
    if (stored === null) throw new AppError('NOT_FOUND');
    requireAction(stored, principal, 'assignment.write');
    await requireRevision(repositories, stored, revision, principal);
    const expert = expertId === null ? null : await users.byId(expertId);
    if (expertId !== null && (expert === null || disciplineOf(expert.role) !== discipline)) {
      throw new AppError('EXPERT_UNSUITABLE', { discipline });
    }
    refuseWhatBreaks(stored, request);
    const present = stored.assignments.find((assignment) => assignment.discipline === discipline);
    if ((present?.expert.id ?? null) === expertId) return await describeConsultation(repositories, stored, principal);

    const at = clock.now().toISOString();
    await consultations.saveAssignment(id, revision, discipline, expertId, at);
    await consultations.addEvent(id, {
      at,
      actorId: principal.userId,
      actorName: principal.name,
      event: expert === null ? 'unassign' : 'assign',
      note: `${discipline}: ${expert?.name ?? present?.expert.name ?? ''}`,
    });
    const saved = await consultations.load(id);
    if (saved === null) throw new AppError('NOT_FOUND');
    const consultation = await describeConsultation(repositories, saved, principal);
    await audit.append({
      actor: principal,
      action: expert === null ? 'assignment.clear' : 'assignment.set',
      outcome: 'success',
      consultationId: id,
      subject: expertId ?? present?.expert.id ?? null,
      detail: { discipline },
    });
    return consultation;
  });
}
