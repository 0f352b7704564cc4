import type { Consultation, Intake } from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { numberQuestions } from './create-consultation.ts';
import { describeConsultation } from './describe-consultation.ts';
import type { Clock, Database, Principal } from './ports.ts';
import { requireAction } from './require-action.ts';
import { requireRevision } from './stale-revision.ts';

/** Replaces what the referrer wrote, at the revision the form was read at. */
export async function editConsultation(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  principal: Principal,
  { id, revision, intake }: { readonly id: ConsultationId; readonly revision: number; readonly intake: Intake },
): Promise<Consultation> {
  return await db.transaction(async (repositories) => {
    const { consultations, audit } = repositories;
    const stored = await consultations.loadForUpdate(id);
    if (stored === null) throw new AppError('NOT_FOUND');
    requireAction(stored, principal, 'consultation.edit');
    await requireRevision(repositories, stored, revision, principal);
    if (stored.state !== 'draft' && intake.questions.length === 0) {
      throw new AppError('GUARD_FAILED', { reason: 'at least one numbered question is needed' });
    }
    const at = clock.now().toISOString();
    const questions = numberQuestions(intake.questions, stored.questions);
    await consultations.saveIntake(id, revision, { ...intake, questions }, at);
    await consultations.addEvent(id, {
      at,
      actorId: principal.userId,
      actorName: principal.name,
      event: 'edit',
      note: null,
    });
    const saved = await consultations.load(id);
    if (saved === null) throw new AppError('NOT_FOUND');
    const consultation = await describeConsultation(repositories, saved, principal);
    await audit.append({
      actor: principal,
      action: 'consultation.edit',
      outcome: 'success',
      consultationId: id,
      subject: id,
      detail: { revision: saved.revision },
    });
    return consultation;
  });
}
