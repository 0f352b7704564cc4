import { randomUUID } from 'node:crypto';
import type { Consultation, Intake, Question } from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, QuestionId } from '#shared/ids.ts';
import { describeConsultation } from './describe-consultation.ts';
import type { Clock, Database, Principal } from './ports.ts';

/**
 * Gives every question its number and an id. A question whose text did not change keeps its id, so that an answer
 * that names it stays right when others are added or moved.
 */
export function numberQuestions(questions: Intake['questions'], before: readonly Question[] = []): readonly Question[] {
  const known = [...before];
  return questions.map(({ text }, index) => {
    const at = known.findIndex((question) => question.text === text);
    const kept = at === -1 ? undefined : known.splice(at, 1)[0];
    return { id: kept?.id ?? (randomUUID() as QuestionId), number: index + 1, text };
  });
}

/** Opens a draft that belongs to `referrer`. */
export async function createConsultation(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  referrer: Principal,
  intake: Intake,
): Promise<Consultation> {
  const id = randomUUID() as ConsultationId;
  const at = clock.now().toISOString();
  return await db.transaction(async (repositories) => {
    const { consultations, audit } = repositories;
    const questions = numberQuestions(intake.questions);
    await consultations.insert({ ...intake, id, questions, referrerId: referrer.userId, createdAt: at });
    await consultations.addEvent(id, {
      at,
      actorId: referrer.userId,
      actorName: referrer.name,
      event: 'create',
      note: null,
    });
    const stored = await consultations.load(id);
    if (stored === null) throw new AppError('INTERNAL');
    const consultation = await describeConsultation(repositories, stored, referrer);
    await audit.append({
      actor: referrer,
      action: 'consultation.create',
      outcome: 'success',
      consultationId: id,
      subject: id,
    });
    return consultation;
  });
}
