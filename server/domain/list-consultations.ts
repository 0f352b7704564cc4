import type { WorklistItem } from '#shared/api/consultations.ts';
import { holderOf } from '#shared/consultation/lifecycle.ts';
import { visibilityOf } from '#shared/consultation/permissions.ts';
import type { ListedConsultation } from './consultation-ports.ts';
import { dueAt } from './describe-consultation.ts';
import type { Principal, Repositories } from './ports.ts';

/** More rows than this help nobody on one page. */
const WORKLIST_LIMIT = 500;

function toItem(listed: ListedConsultation): WorklistItem {
  return {
    id: listed.id,
    title: listed.title,
    state: listed.state,
    urgency: listed.urgency,
    speciality: listed.speciality,
    patient: listed.patient,
    firstQuestion: listed.questions[0]?.text ?? null,
    questionCount: listed.questions.length,
    referrerName: listed.referrer.name,
    experts: listed.assignments.map(({ discipline, expert, signedAt }) => ({
      discipline,
      name: expert.name,
      signed: signedAt !== null,
    })),
    counts: listed.counts,
    holder: holderOf(listed.state),
    createdAt: listed.createdAt,
    submittedAt: listed.submittedAt,
    dueAt: dueAt(listed),
    updatedAt: listed.updatedAt,
  };
}

/** What the person may see, newest change first. */
export async function listConsultations(
  { db }: { readonly db: Pick<Repositories, 'consultations'> },
  principal: Principal,
): Promise<WorklistItem[]> {
  const listed = await db.consultations.list(principal.userId, visibilityOf(principal.role), WORKLIST_LIMIT);
  return listed.map(toItem);
}
