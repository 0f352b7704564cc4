import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { ConsultationRepository, NewConsultation, StoredConsultation } from '#server/domain/consultation-ports.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { loadAssignments, selectConsultations, toConsultation } from './consultation-rows.ts';
import { findStandings } from './consultation-standings.ts';
import { listConsultations } from './consultation-worklist.ts';
import { locksRows } from './dialects/writer-lock.ts';
import type { ConsultationRow, Tables } from './tables.ts';

function intakeColumns(intake: Omit<NewConsultation, 'id' | 'referrerId' | 'createdAt'>) {
  return {
    title: intake.title,
    speciality: intake.speciality,
    urgency: intake.urgency,
    patient: JSON.stringify(intake.patient),
    history: intake.history,
    working_diagnosis: intake.workingDiagnosis,
    questions: JSON.stringify(intake.questions),
  };
}

/** `changed` hears the id of every consultation whose state, members or revision moved. */
export function createConsultationRepository(
  db: Kysely<Tables>,
  changed: (id: ConsultationId) => void,
): ConsultationRepository {
  async function load(id: ConsultationId): Promise<StoredConsultation | null> {
    const row = await selectConsultations(db).where('consultations.id', '=', id).executeTakeFirst();
    if (row === undefined) return null;
    return toConsultation(row, (await loadAssignments(db, [id])).get(id) ?? []);
  }

  /** Writes the columns when the revision is the stored one; the one place where a revision grows. */
  async function update(
    id: ConsultationId,
    revision: number,
    columns: Partial<Selectable<ConsultationRow>>,
  ): Promise<boolean> {
    const result = await db
      .updateTable('consultations')
      .set({ ...columns, revision: revision + 1 })
      .where('id', '=', id)
      .where('revision', '=', revision)
      .executeTakeFirst();
    changed(id);
    return result.numUpdatedRows === 1n;
  }

  return {
    async insert(consultation) {
      await db
        .insertInto('consultations')
        .values({
          ...intakeColumns(consultation),
          id: consultation.id,
          revision: 1,
          state: 'draft',
          referrer_id: consultation.referrerId,
          created_at: consultation.createdAt,
          submitted_at: null,
          updated_at: consultation.createdAt,
        })
        .execute();
      changed(consultation.id);
    },

    load,

    async loadForUpdate(id) {
      if (locksRows(db)) {
        await db.selectFrom('consultations').select('id').where('id', '=', id).forUpdate().execute();
      }
      return await load(id);
    },

    list: (userId, visibility, limit) => listConsultations(db, userId, visibility, limit),
    standings: (userId, kind, subjectId) => findStandings(db, userId, kind, subjectId),

    saveIntake: (id, revision, intake, at) => update(id, revision, { ...intakeColumns(intake), updated_at: at }),

    async saveState(id, revision, state, at, submittedAt) {
      const columns = { state, updated_at: at, ...(submittedAt === null ? {} : { submitted_at: submittedAt }) };
      if (!(await update(id, revision, columns))) return false;
      // Who may find its studies hangs on the state; the search index keeps it beside them.
      await db.updateTable('search_studies').set({ state }).where('consultation_id', '=', id).execute();
      return true;
    },

    async saveAssignment(id, revision, discipline, expertId, at) {
      if (!(await update(id, revision, { updated_at: at }))) return false;
      await db
        .deleteFrom('assignments')
        .where('consultation_id', '=', id)
        .where('discipline', '=', discipline)
        .execute();
      if (expertId !== null) {
        await db
          .insertInto('assignments')
          .values({ consultation_id: id, discipline, expert_id: expertId, assigned_at: at, signed_at: null })
          .execute();
      }
      return true;
    },

    async markPartSigned(id, discipline, at) {
      await db
        .updateTable('assignments')
        .set({ signed_at: at })
        .where('consultation_id', '=', id)
        .where('discipline', '=', discipline)
        .execute();
      changed(id);
    },

    async addEvent(id, entry) {
      await db
        .insertInto('consultation_events')
        .values({
          id: randomUUID(),
          consultation_id: id,
          at: entry.at,
          actor_id: entry.actorId,
          actor_name: entry.actorName,
          event: entry.event,
          note: entry.note,
        })
        .execute();
    },

    async timeline(id) {
      const rows = await db
        .selectFrom('consultation_events')
        .select(['at', 'actor_name', 'event', 'note'])
        .where('consultation_id', '=', id)
        .orderBy('at')
        .execute();
      return rows.map((row) => ({ at: row.at, actorName: row.actor_name, event: row.event, note: row.note }));
    },

    async isEmpty() {
      return (await db.selectFrom('consultations').select('id').limit(1).executeTakeFirst()) === undefined;
    },
  };
}
