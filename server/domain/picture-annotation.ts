import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { displayPersonName } from '#shared/dicom/person-name.ts';
import type { PictureNotes, RenderingWish } from './rendering-ports.ts';

/** What PS3.18 section 8.3.5.1.1 lets a client ask for. */
export interface AnnotationWish {
  readonly patient: boolean;
  readonly technique: boolean;
}

/** Lines to burn into a picture of a frame: who it is above, how it was made below; null when nothing is asked for. */
export function pictureNotes(
  { patient, technique }: AnnotationWish,
  description: InstanceDescription,
  frameNumber: number,
  wish: Pick<RenderingWish, 'window' | 'flip'>,
): PictureNotes | null {
  if (!patient && !technique) return null;
  return {
    top: patient ? patientLines(description) : [],
    bottom: technique ? techniqueLines(description, frameNumber, wish) : [],
  };
}

/** What is not known is said: a picture without a name must not look as if nobody had asked. */
function patientLines({ patientName, patientId, patientBirthDate, patientSex }: InstanceDescription): string[] {
  const name = patientName === null ? '' : displayPersonName(patientName);
  return [
    name === '' ? 'Name unknown' : name,
    `ID ${patientId ?? 'unknown'}`,
    [patientBirthDate === null ? '' : `born ${patientBirthDate}`, patientSex ?? ''].filter(Boolean).join(' · '),
  ];
}

function techniqueLines(
  description: InstanceDescription,
  frameNumber: number,
  { window, flip }: Pick<RenderingWish, 'window' | 'flip'>,
): string[] {
  const { modality, studyDate, seriesNumber, seriesDescription, instanceNumber, image } = description;
  const position = image?.imagePositionPatient?.map((value) => value.toFixed(1)).join(' / ');
  const shown = window ?? image?.windows[0];
  const grey = image?.samplesPerPixel === 1 && image.photometricInterpretation !== 'PALETTE COLOR';
  return [
    [modality, seriesDescription].filter(Boolean).join(' · '),
    [
      studyDate === null ? '' : `Study ${studyDate.slice(0, 10)}`,
      seriesNumber === null ? '' : `Series ${seriesNumber}`,
      instanceNumber === null ? '' : `Image ${instanceNumber}`,
      (image?.numberOfFrames ?? 1) > 1 ? `Frame ${frameNumber} of ${image?.numberOfFrames}` : '',
    ]
      .filter(Boolean)
      .join(' · '),
    position === undefined || (image?.numberOfFrames ?? 1) > 1 ? '' : `Position ${position} mm`,
    grey && shown !== undefined ? `Window ${shown.center} / ${shown.width}` : '',
    // Whoever reads the side of a lesion off a turned picture must be told.
    flip.horizontal ? 'Flipped left to right' : '',
    flip.vertical ? 'Flipped top to bottom' : '',
    image?.lossy === true ? 'Lossy compression' : '',
  ];
}
