import type { Target } from '#shared/annotation/annotation.ts';
import { pixelMeaning } from '#shared/annotation/measure-pixels.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { readScaleAttributes } from '#shared/dicom/scale-attributes.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { calibrationOfInstance, calibrationOfSlide } from '#shared/imaging/calibration.ts';
import { edgeLetters, imagePlaneOf } from '#shared/imaging/image-plane.ts';
import type { MaterialRepository } from './material-ports.ts';
import type { AnnotatedImage } from './picture-ports.ts';

/**
 * The image a target names, if this consultation holds it. Throws ANNOTATION_TARGET_UNKNOWN for a slide or an
 * instance of another consultation, a study or series that is not the instance's, and a frame it does not have.
 */
export async function findAnnotatedImage(
  material: MaterialRepository,
  consultationId: ConsultationId,
  target: Target,
): Promise<AnnotatedImage> {
  if (target.kind === 'slide') {
    const slide = await material.slide(target.slideId);
    if (slide === null || slide.consultationId !== consultationId) throw new AppError('ANNOTATION_TARGET_UNKNOWN');
    const { width, height, mppX, mppY, mppSource, objectivePower } = slide.description;
    const calibration = calibrationOfSlide({ mppX, mppY, source: mppSource });
    return {
      width,
      height,
      calibration,
      meaning: null,
      pet: null,
      frameOfReferenceUid: null,
      edges: null,
      objectivePower,
    };
  }
  const instance = await material.instanceIn(consultationId, target.sopInstanceUid);
  if (
    instance === null ||
    instance.studyUid !== target.studyUid ||
    instance.seriesUid !== target.seriesUid ||
    target.frameNumber > instance.frameCount
  ) {
    throw new AppError('ANNOTATION_TARGET_UNKNOWN');
  }
  const description = JSON.parse(instance.description) as InstanceDescription;
  const metadata = JSON.parse(instance.metadata) as DicomJsonDataset;
  return describeFrame(description, metadata, target.frameNumber);
}

/** Size, scale and meaning of one frame; its own spacing comes before the instance's (PS3.3 C.7.6.16.2.1). */
export function describeFrame(
  instance: InstanceDescription,
  metadata: DicomJsonDataset,
  frameNumber: number,
): AnnotatedImage {
  const { image, modality, frameOfReferenceUid } = instance;
  if (image === null) throw new AppError('ANNOTATION_TARGET_UNKNOWN');
  const framePlane = image.framePlanes?.[frameNumber - 1];
  const pixelSpacing = framePlane?.pixelSpacing ?? image.pixelSpacing;
  const plane = imagePlaneOf(framePlane ?? image);
  const scale = readScaleAttributes(metadata);
  return {
    width: image.columns,
    height: image.rows,
    calibration: calibrationOfInstance({ ...image, modality, pixelSpacing, ...scale }),
    meaning: pixelMeaning({
      ...image,
      modality,
      lookedUp: image.modalityLut !== null,
      modalityLutType: image.modalityLutType ?? null,
      petUnits: scale.pet?.units ?? null,
    }),
    pet: scale.pet,
    frameOfReferenceUid,
    edges: plane === null ? null : edgeLetters(plane),
    objectivePower: null,
  };
}
