import type { KeyImage, KeyImageDraft } from '#shared/annotation/key-image.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, KeyImageId } from '#shared/ids.ts';
import { findAnnotatedImage } from './annotated-image.ts';
import { type RecordKind, saveOwnRecord } from './own-record.ts';
import type { Clock, Database, Principal } from './ports.ts';
import { sameJson } from './record-revision.ts';

/** Key images among the records of one author. */
export const KEY_IMAGES: RecordKind<KeyImage> = { name: 'key-image', store: ({ keyImages }) => keyImages };

interface SaveKeyImage {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly id: KeyImageId;
  /** The revision that is changed; 0 for a new mark. */
  readonly revision: number;
  readonly draft: KeyImageDraft;
}

/**
 * Marks a frame as a key image, or changes why.
 * Throws ANNOTATION_TARGET_UNKNOWN, REQUEST_INVALID, REVISION_STALE, NOT_FOUND, NOT_ALLOWED, REPORT_SIGNED.
 */
export async function saveKeyImage(
  { db, clock }: { db: Database; clock: Clock },
  { principal, consultationId, id, revision, draft }: SaveKeyImage,
): Promise<KeyImage> {
  await findAnnotatedImage(db.material, consultationId, draft.target);
  return saveOwnRecord<KeyImage>({ db, clock }, KEY_IMAGES, {
    ...{ principal, consultationId, id, revision },
    same: ({ target, purpose, note, view }) => sameJson({ target, purpose, note, view }, draft),
    make(own, previous) {
      if (previous !== null && !sameJson(previous.target, draft.target)) {
        throw new AppError('REQUEST_INVALID', { where: 'keyImage.target', reason: 'cannot change' });
      }
      return { ...draft, ...own };
    },
  });
}
