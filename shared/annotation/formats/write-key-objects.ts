/** Key images as a Key Object Selection (PS3.3 A.35.4, PS3.16 TID 2010) in the DICOM JSON Model. */
import { type KeyImage, titleOfPurpose } from '#shared/annotation/key-image.ts';
import { codeContent, container, imageContent, personContent, textContent } from '#shared/dicom/content-item.ts';
import {
  evidenceOf,
  objectHeader,
  patientAndStudyOf,
  personNameOf,
  referenceTo,
  type SourceInstance,
} from '#shared/dicom/derived-object.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { CONCEPTS } from './sr-codes.ts';

export const KEY_OBJECT_SELECTION = '1.2.840.10008.5.1.4.1.1.88.59';

const DESCRIPTION = { value: '113012', scheme: 'DCM', meaning: 'Key Object Description' };

export interface WrittenObjectIdentity {
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly instanceNumber: number;
  /** ISO 8601 in UTC. */
  readonly writtenAt: string;
}

/**
 * The selection of key images of one author, one study and one purpose; null when none of their images is there. Notes
 * become the description, each with the number of its image in the selection.
 */
export function writeKeyObjects(
  keyImages: readonly KeyImage[],
  images: ReadonlyMap<string, SourceInstance>,
  identity: WrittenObjectIdentity,
): DicomJsonDataset | null {
  const marked = keyImages.flatMap((keyImage) => {
    const image = images.get(keyImage.target.sopInstanceUid);
    return image === undefined ? [] : [{ keyImage, image }];
  });
  const [first] = marked;
  if (first === undefined) return null;
  const notes = marked.flatMap(({ keyImage: { note } }, at) =>
    note.trim() === '' ? [] : [`${at + 1}: ${note.trim()}`],
  );
  const used = [...new Map(marked.map(({ image }) => [image.sopInstanceUid, image])).values()];
  const root = container(
    null,
    titleOfPurpose(first.keyImage.purpose),
    [
      codeContent('HAS OBS CONTEXT', CONCEPTS.observerType, CONCEPTS.person),
      personContent('HAS OBS CONTEXT', CONCEPTS.personName, personNameOf(first.keyImage.author.name)),
      ...(notes.length === 0 ? [] : [textContent('CONTAINS', DESCRIPTION, notes.join('\n'))]),
      ...marked.map(({ keyImage, image }) => imageContent('CONTAINS', referenceTo(image, keyImage.target.frameNumber))),
    ],
    '2010',
  );
  return {
    ...patientAndStudyOf(first.image),
    ...objectHeader({
      ...identity,
      ...{ sopClassUid: KEY_OBJECT_SELECTION, modality: 'KO', seriesNumber: 9903 },
      seriesDescription: 'Key images of a second opinion',
    }),
    '00081111': { vr: 'SQ' },
    '0040A375': { vr: 'SQ', Value: evidenceOf(used) },
    ...root,
  };
}
