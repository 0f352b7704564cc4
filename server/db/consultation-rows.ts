import type { Kysely, Selectable } from 'kysely';
import type { StoredConsultation } from '#server/domain/consultation-ports.ts';
import type { Assignment, Patient, Person, Question, Speciality, Urgency } from '#shared/consultation/consultation.ts';
import type { ConsultationState } from '#shared/consultation/lifecycle.ts';
import { type Discipline, roleSchema } from '#shared/consultation/role.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';
import type { ConsultationRow, Tables } from './tables.ts';

function toPerson(id: string, name: string | null, role: string | null, fallback: Person['role']): Person {
  // An account can be removed while its consultations stay; the page then says so instead of failing.
  return { id: id as UserId, name: name ?? 'removed account', role: role === null ? fallback : roleSchema.parse(role) };
}

export type NamedConsultationRow = Selectable<ConsultationRow> & {
  referrer_name: string | null;
  referrer_role: string | null;
};

/** The query every reader of consultations starts from: the row and the name of its referrer. */
export function selectConsultations(db: Kysely<Tables>) {
  return db
    .selectFrom('consultations')
    .leftJoin('user', 'user.id', 'consultations.referrer_id')
    .selectAll('consultations')
    .select(['user.name as referrer_name', 'user.role as referrer_role']);
}

/** The assignments of the given consultations, by consultation. */
export async function loadAssignments(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, Assignment[]>> {
  const found = new Map<string, Assignment[]>();
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('assignments')
    .leftJoin('user', 'user.id', 'assignments.expert_id')
    .selectAll('assignments')
    .select(['user.name as expert_name', 'user.role as expert_role'])
    .where('consultation_id', 'in', [...ids])
    .orderBy('discipline', 'desc')
    .execute();
  for (const row of rows) {
    const list = found.get(row.consultation_id) ?? [];
    const fallback = row.discipline === 'radiology' ? 'radiologist' : 'pathologist';
    list.push({
      discipline: row.discipline as Discipline,
      expert: toPerson(row.expert_id, row.expert_name, row.expert_role, fallback),
      assignedAt: row.assigned_at,
      signedAt: row.signed_at,
    });
    found.set(row.consultation_id, list);
  }
  return found;
}

export function toConsultation(row: NamedConsultationRow, assignments: readonly Assignment[]): StoredConsultation {
  return {
    id: row.id as ConsultationId,
    revision: row.revision,
    state: row.state as ConsultationState,
    title: row.title,
    speciality: row.speciality as Speciality,
    urgency: row.urgency as Urgency,
    patient: JSON.parse(row.patient) as Patient,
    history: row.history,
    workingDiagnosis: row.working_diagnosis,
    questions: JSON.parse(row.questions) as Question[],
    referrer: toPerson(row.referrer_id, row.referrer_name, row.referrer_role, 'referrer'),
    assignments,
    createdAt: row.created_at,
    submittedAt: row.submitted_at,
    updatedAt: row.updated_at,
  };
}
