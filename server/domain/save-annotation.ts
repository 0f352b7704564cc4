import type { Annotation, AnnotationDraft } from '#shared/annotation/annotation.ts';
import { type Geometry, liesWithin } from '#shared/annotation/geometry.ts';
import { AppError } from '#shared/errors.ts';
import type { AnnotationId, ConsultationId } from '#shared/ids.ts';
import { findAnnotatedImage } from './annotated-image.ts';
import { refuseCited } from './annotation-citations.ts';
import { checkMeasurements } from './checked-measurements.ts';
import { openDesk } from './expert-desk.ts';
import type { PixelReader } from './picture-ports.ts';
import type { Clock, Database, Principal } from './ports.ts';
import { recordToChange, repeatedChange, sameJson, staleRevision } from './record-revision.ts';

interface SaveAnnotation {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly id: AnnotationId;
  /** The revision that is changed; 0 for a new annotation. */
  readonly revision: number;
  readonly draft: AnnotationDraft;
  readonly signal: AbortSignal;
}

/**
 * Stores a new annotation or the next revision of one's own. The measurements stored are the server's. A request that
 * is repeated with the same content answers as the first did.
 *
 * Throws ANNOTATION_TARGET_UNKNOWN, ANNOTATION_OUTSIDE_IMAGE, MEASUREMENT_MISMATCH, REQUEST_INVALID (a view of
 * another kind of image, a changed target), REVISION_STALE, NOT_ALLOWED, ANNOTATION_CITED, REPORT_SIGNED.
 */
export async function saveAnnotation(
  { db, clock, pixels }: { db: Database; clock: Clock; pixels: PixelReader },
  { principal, consultationId, id, revision, draft, signal }: SaveAnnotation,
): Promise<Annotation> {
  if (draft.view.kind !== draft.target.kind) {
    throw new AppError('REQUEST_INVALID', { where: 'annotation.view', reason: 'is not of the kind of its image' });
  }
  // The moment the hand finished, not the moment the pixels were measured: annotations are numbered in this order.
  const at = clock.now().toISOString();
  // Pixels are decoded before the transaction: stored material never changes, and nobody waits for the decoder.
  const image = await findAnnotatedImage(db.material, consultationId, draft.target);
  const marked: Geometry | null = draft.calibration ? { kind: 'calibration', ...draft.calibration } : null;
  if (![draft.geometry, marked].every((shape) => shape === null || liesWithin(shape, image.width, image.height))) {
    throw new AppError('ANNOTATION_OUTSIDE_IMAGE', { width: image.width, height: image.height });
  }
  const measurements = await checkMeasurements(draft, image, pixels, signal);

  return db.transaction(async (repositories) => {
    const desk = await openDesk(repositories, consultationId, principal, 'annotation.write');
    const stored = await repositories.annotations.one(id);
    const change = { consultationId, userId: principal.userId, revision };
    const repeated = repeatedChange(stored, change, (record) => sameJson(drawn(record), drawn(draft)));
    if (repeated !== null) return repeated;

    const previous = recordToChange(stored, change);
    if (previous !== null) {
      if (!sameJson(previous.target, draft.target)) {
        throw new AppError('REQUEST_INVALID', { where: 'annotation.target', reason: 'cannot change' });
      }
      await refuseCited(repositories.reports, consultationId, id);
    }
    const annotation: Annotation = {
      ...draft,
      measurements,
      id,
      consultationId,
      revision: revision + 1,
      author: desk.person,
      createdAt: previous?.createdAt ?? at,
      updatedAt: at,
      ...(image.frameOfReferenceUid !== null && { frameOfReferenceUid: image.frameOfReferenceUid }),
    };
    const written = await repositories.annotations.write(annotation, previous === null ? 'create' : 'update');
    if (!written) throw staleRevision(revision + 1, revision);
    await repositories.audit.append({
      actor: principal,
      action: previous === null ? 'annotation.create' : 'annotation.change',
      outcome: 'success',
      consultationId,
      subject: id,
      detail: { revision: annotation.revision },
    });
    return annotation;
  });
}

/** What the person drew, without what the server computed from it. */
function drawn({ target, geometry, label, concept, calibration, view }: AnnotationDraft) {
  return { target, geometry, label, concept, calibration, view };
}
