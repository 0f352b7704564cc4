import type { Annotation } from '#shared/annotation/annotation.ts';
import { writeKeyObjects } from '#shared/annotation/formats/write-key-objects.ts';
import { writePresentationState } from '#shared/annotation/formats/write-presentation-state.ts';
import { type KeyImage, titleOfPurpose } from '#shared/annotation/key-image.ts';
import { authorColors } from '#shared/annotation/palette.ts';
import { encodeJsonFile } from '#shared/dicom/json-file.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { OutgoingFile } from './deidentification-ports.ts';
import { once, sourceInstances, uidOfContent } from './export-segmentations.ts';
import type { Database } from './ports.ts';

/**
 * The key images as DICOM: a Key Object Selection a study, author and purpose, and beside it a presentation state of each
 * image as it was seen, with the annotations on it. The same marks and annotations are the same objects again.
 * Throws NOT_FOUND when no image is marked.
 */
export async function exportKeyImages(
  { db }: { db: Database },
  { consultationId }: { readonly consultationId: ConsultationId },
): Promise<OutgoingFile[]> {
  const keyImages = await db.keyImages.list(consultationId);
  const annotations = await db.annotations.list(consultationId);
  const uids = keyImages.map(({ target }) => target.sopInstanceUid);
  const images = await sourceInstances(db, consultationId, uids);
  const parts = new Map<string, KeyImage[]>();
  for (const keyImage of keyImages) {
    const key = `${keyImage.target.studyUid} ${keyImage.author.id} ${keyImage.purpose}`;
    parts.set(key, [...(parts.get(key) ?? []), keyImage]);
  }
  const files: OutgoingFile[] = [];
  for (const [key, part] of parts) {
    const content = part.map(({ id, revision }) => [id, revision]).toSorted();
    const dataset = writeKeyObjects(part, images, {
      sopInstanceUid: uidOfContent(['key objects', consultationId, key, content]),
      seriesUid: uidOfContent(['key objects series', consultationId, key]),
      instanceNumber: part.reduce((sum, { revision }) => sum + revision, 0),
      writtenAt: part.reduce((latest, { updatedAt }) => (updatedAt > latest ? updatedAt : latest), ''),
    });
    if (dataset === null) continue;
    files.push({ name: `key-images-${files.length + 1}.dcm`, chunks: once(encodeJsonFile(dataset)) });
  }
  if (files.length === 0) throw new AppError('NOT_FOUND');
  const colorOf = authorColors(annotations);
  const refusals: string[] = [];
  for (const [at, keyImage] of keyImages.entries()) {
    const { target, view, author, note, purpose, id, revision, updatedAt } = keyImage;
    const image = images.get(target.sopInstanceUid);
    if (image === undefined) continue;
    const own = annotations.filter((one) => liesOn(one, keyImage));
    const content = own.map((one) => [one.id, one.revision]).toSorted();
    const state = writePresentationState(
      {
        ...{ image, frameNumber: target.frameNumber, view, annotations: own, colorOf, author: author.name },
        title: note.trim() === '' ? titleOfPurpose(purpose).meaning : note.trim(),
      },
      {
        sopInstanceUid: uidOfContent(['view', id, revision, content]),
        seriesUid: uidOfContent(['views', consultationId, target.studyUid, author.id]),
        instanceNumber: at + 1,
        writtenAt: own.reduce((latest, one) => (one.updatedAt > latest ? one.updatedAt : latest), updatedAt),
      },
    );
    if ('refusal' in state) refusals.push(state.refusal);
    else files.push({ name: `view-${at + 1}.dcm`, chunks: once(encodeJsonFile(state.dataset)) });
  }
  if (refusals.length === 0) return files;
  return [...files, { name: 'not-as-views.txt', chunks: once(new TextEncoder().encode(`${refusals.join('\n')}\n`)) }];
}

function liesOn({ target }: Annotation, keyImage: KeyImage): boolean {
  return (
    target.kind === 'frame' &&
    target.sopInstanceUid === keyImage.target.sopInstanceUid &&
    target.frameNumber === keyImage.target.frameNumber
  );
}
