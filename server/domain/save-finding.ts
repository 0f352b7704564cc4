import type { Finding, FindingDraft } from '#shared/annotation/annotation.ts';
import { AppError } from '#shared/errors.ts';
import type { AnnotationId, ConsultationId, FindingId } from '#shared/ids.ts';
import { openDesk } from './expert-desk.ts';
import type { RecordKind } from './own-record.ts';
import type { Clock, Database, Principal } from './ports.ts';
import { recordToChange, repeatedChange, sameJson, staleRevision } from './record-revision.ts';
import type { AnnotationRepository } from './report-ports.ts';

/** Findings among the records of one author. */
export const FINDINGS: RecordKind<Finding> = {
  name: 'finding',
  store: ({ annotations }) => annotations.findings,
};

interface SaveFinding {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly id: FindingId;
  /** The revision that is changed; 0 for a new finding. */
  readonly revision: number;
  readonly draft: FindingDraft;
}

/**
 * Stores a new finding or the next revision of one's own. It may rest on annotations of anybody in the consultation.
 * Throws CITATION_UNKNOWN, REVISION_STALE, NOT_FOUND, NOT_ALLOWED, REPORT_SIGNED.
 */
export async function saveFinding(
  { db, clock }: { db: Database; clock: Clock },
  { principal, consultationId, id, revision, draft }: SaveFinding,
): Promise<Finding> {
  return db.transaction(async (repositories) => {
    const desk = await openDesk(repositories, consultationId, principal, 'annotation.write');
    const { findings } = repositories.annotations;
    const stored = await findings.one(id);
    const change = { consultationId, userId: principal.userId, revision };
    const repeated = repeatedChange(stored, change, ({ text, annotationIds }) =>
      sameJson({ text, annotationIds }, draft),
    );
    if (repeated !== null) return repeated;

    const previous = recordToChange(stored, change);
    await requireAnnotations(repositories.annotations, consultationId, draft.annotationIds);
    const at = clock.now().toISOString();
    const finding: Finding = {
      ...draft,
      id,
      consultationId,
      revision: revision + 1,
      author: desk.person,
      createdAt: previous?.createdAt ?? at,
      updatedAt: at,
    };
    const written = await findings.write(finding, previous === null ? 'create' : 'update');
    if (!written) throw staleRevision(revision + 1, revision);
    await repositories.audit.append({
      actor: principal,
      action: previous === null ? 'finding.create' : 'finding.change',
      outcome: 'success',
      consultationId,
      subject: id,
      detail: { revision: finding.revision },
    });
    return finding;
  });
}

/** Throws CITATION_UNKNOWN unless every id is an annotation of the consultation that is not deleted. */
export async function requireAnnotations(
  annotations: AnnotationRepository,
  consultationId: ConsultationId,
  ids: readonly AnnotationId[],
): Promise<void> {
  if (ids.length === 0) return;
  const known = new Set((await annotations.list(consultationId)).map(({ id }) => id));
  if (!ids.every((id) => known.has(id))) throw new AppError('CITATION_UNKNOWN');
}
