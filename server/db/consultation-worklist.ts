import type { Kysely } from 'kysely';
import type { ListedConsultation } from '#server/domain/consultation-ports.ts';
import type { Visibility } from '#shared/consultation/permissions.ts';
import type { UserId } from '#shared/ids.ts';
import { loadAssignments, selectConsultations, toConsultation } from './consultation-rows.ts';
import type { Tables } from './tables.ts';

/** The consultations a person may see, newest change first, with the amount of their material. */
export async function listConsultations(
  db: Kysely<Tables>,
  userId: UserId,
  visibility: Visibility,
  limit: number,
): Promise<ListedConsultation[]> {
  const rows = await selectConsultations(db)
    .where((eb) => {
      const inStates = (states: readonly string[]) =>
        states.length === 0 ? eb.lit(false) : eb('consultations.state', 'in', [...states]);
      const isExpert = eb.exists(
        eb
          .selectFrom('assignments')
          .select('expert_id')
          .whereRef('assignments.consultation_id', '=', 'consultations.id')
          .where('assignments.expert_id', '=', userId),
      );
      return eb.or([
        eb.and([eb('consultations.referrer_id', '=', userId), inStates(visibility.asReferrer)]),
        eb.and([isExpert, inStates(visibility.asExpert)]),
        inStates(visibility.asAnybody),
      ]);
    })
    .orderBy('consultations.updated_at', 'desc')
    .orderBy('consultations.id')
    .limit(limit)
    .execute();
  const ids = rows.map((row) => row.id);
  const assignments = await loadAssignments(db, ids);
  const counts = await countMaterial(db, ids);
  return rows.map((row) => ({
    ...toConsultation(row, assignments.get(row.id) ?? []),
    counts: counts(row.id),
  }));
}

/** Studies, slides and documents of the given consultations. */
async function countMaterial(
  db: Kysely<Tables>,
  ids: readonly string[],
): Promise<(id: string) => ListedConsultation['counts']> {
  if (ids.length === 0) return () => ({ studies: 0, slides: 0, documents: 0 });
  const studies = await db
    .selectFrom('consultation_instances')
    .select(['consultation_id', (eb) => eb.fn.count('study_uid').distinct().as('n')])
    .where('consultation_id', 'in', [...ids])
    .groupBy('consultation_id')
    .execute();
  const slides = await db
    .selectFrom('slides')
    .select(['consultation_id', (eb) => eb.fn.countAll().as('n')])
    .where('consultation_id', 'in', [...ids])
    .groupBy('consultation_id')
    .execute();
  const documents = await db
    .selectFrom('documents')
    .select(['consultation_id', (eb) => eb.fn.countAll().as('n')])
    .where('consultation_id', 'in', [...ids])
    .groupBy('consultation_id')
    .execute();
  const number = (rows: { consultation_id: string; n: string | number | bigint }[]) =>
    new Map(rows.map((row) => [row.consultation_id, Number(row.n)]));
  const [studyCounts, slideCounts, documentCounts] = [number(studies), number(slides), number(documents)];
  return (id) => ({
    studies: studyCounts.get(id) ?? 0,
    slides: slideCounts.get(id) ?? 0,
    documents: documentCounts.get(id) ?? 0,
  });
}
