import type { Kysely } from 'kysely';
import type { ConsultationSubject, StoredStanding } from '#server/domain/consultation-ports.ts';
import type { ConsultationState } from '#shared/consultation/lifecycle.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';
import type { Tables } from './tables.ts';

/** The consultations that hold the subject, as a subquery of ids. */
function holders(db: Kysely<Tables>, kind: ConsultationSubject, subjectId: string) {
  switch (kind) {
    case 'consultation':
      return db.selectFrom('consultations').select('consultations.id as id').where('consultations.id', '=', subjectId);
    case 'slide':
      return db.selectFrom('slides').select('consultation_id as id').where('slides.id', '=', subjectId);
    case 'document':
      return db.selectFrom('documents').select('consultation_id as id').where('documents.id', '=', subjectId);
    case 'report':
      return db.selectFrom('reports').select('consultation_id as id').where('reports.id', '=', subjectId);
    case 'study':
      return db.selectFrom('consultation_instances').select('consultation_id as id').where('study_uid', '=', subjectId);
    case 'series':
      return db
        .selectFrom('consultation_instances')
        .select('consultation_id as id')
        .where('series_uid', '=', subjectId);
    case 'instance':
      return db
        .selectFrom('consultation_instances')
        .select('consultation_id as id')
        .where('sop_instance_uid', '=', subjectId);
  }
}

/** How `userId` stands to every consultation that holds the subject, in one query. */
export async function findStandings(
  db: Kysely<Tables>,
  userId: UserId,
  kind: ConsultationSubject,
  subjectId: string,
): Promise<StoredStanding[]> {
  const rows = await db
    .selectFrom('consultations as c')
    .select(['c.id', 'c.state', 'c.referrer_id'])
    .select((eb) =>
      eb
        .selectFrom('assignments')
        .select((inner) => inner.fn.countAll().as('parts'))
        .whereRef('assignments.consultation_id', '=', 'c.id')
        .where('assignments.expert_id', '=', userId)
        .as('parts'),
    )
    .where('c.id', 'in', holders(db, kind, subjectId))
    .execute();
  return rows.map((row) => ({
    consultationId: row.id as ConsultationId,
    state: row.state as ConsultationState,
    membership: row.referrer_id === userId ? 'referrer' : Number(row.parts) > 0 ? 'expert' : 'none',
  }));
}
