import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import { AppError } from '#shared/errors.ts';
import type { AnnotationId, ConsultationId, FindingId } from '#shared/ids.ts';
import { citedIds, refuseCited } from './annotation-citations.ts';
import { openDesk } from './expert-desk.ts';
import { deleteOwnRecord } from './own-record.ts';
import type { Clock, Database, Principal, Repositories } from './ports.ts';
import { recordToChange, staleRevision } from './record-revision.ts';
import { FINDINGS } from './save-finding.ts';

interface DeleteRecord<Id> {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly id: Id;
  readonly revision: number;
}

/**
 * Deletes one's own annotation; its history stays. While a finding or a report draft rests on it, of whomever, the
 * deletion is refused with GUARD_FAILED: a sentence must never lose its evidence unnoticed.
 * Throws also NOT_FOUND, NOT_ALLOWED, REVISION_STALE, ANNOTATION_CITED, REPORT_SIGNED.
 */
export async function deleteAnnotation(
  { db, clock }: { db: Database; clock: Clock },
  { principal, consultationId, id, revision }: DeleteRecord<AnnotationId>,
): Promise<void> {
  await db.transaction(async (repositories) => {
    await openDesk(repositories, consultationId, principal, 'annotation.write');
    const stored = await repositories.annotations.one(id);
    const previous = recordToChange(stored, { consultationId, userId: principal.userId, revision });
    if (previous === null) throw new AppError('NOT_FOUND');
    await refuseCited(repositories.reports, consultationId, id);
    await refuseUsed(repositories, consultationId, id);
    const record: Annotation = { ...previous, revision: revision + 1, updatedAt: clock.now().toISOString() };
    if (!(await repositories.annotations.write(record, 'delete'))) throw staleRevision(revision + 1, revision);
    await repositories.audit.append({
      ...{ actor: principal, action: 'annotation.delete', outcome: 'success', consultationId, subject: id },
    });
  });
}

/** Deletes one's own finding; its history stays. Throws NOT_FOUND, NOT_ALLOWED, REVISION_STALE, REPORT_SIGNED. */
export async function deleteFinding(
  services: { db: Database; clock: Clock },
  place: DeleteRecord<FindingId>,
): Promise<void> {
  await deleteOwnRecord<Finding>(services, FINDINGS, place);
}

async function refuseUsed({ annotations, reports }: Repositories, consultationId: ConsultationId, id: AnnotationId) {
  const findings = await annotations.findings.list(consultationId);
  if (findings.some(({ annotationIds }) => annotationIds.includes(id))) {
    throw new AppError('GUARD_FAILED', {
      reason: 'a finding rests on this annotation; take it out of the finding first',
    });
  }
  const parts = await reports.parts(consultationId);
  if (parts.some(({ content }) => citedIds(content).includes(id))) {
    throw new AppError('GUARD_FAILED', { reason: 'a report cites this annotation; take out the citation first' });
  }
}
