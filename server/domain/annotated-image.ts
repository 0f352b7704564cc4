import type { Target } from '#shared/annotation/annotation.ts';
import { type PixelMeaning, pixelMeaning } from '#shared/annotation/measure-pixels.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { type Calibration, calibrationOfInstance, calibrationOfSlide } from '#shared/imaging/calibration.ts';
import type { MaterialRepository } from './material-ports.ts';

/** What measuring needs to know of the image an annotation lies on. */
export interface AnnotatedImage {
  readonly width: number;
  readonly height: number;
  readonly calibration: Calibration;
  /** What a pixel value means; null where statistics have no meaning (colour, slides). */
  readonly meaning: PixelMeaning | null;
}

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
    const { width, height, mppX, mppY, mppSource } = slide.description;
    return { width, height, calibration: calibrationOfSlide({ mppX, mppY, source: mppSource }), meaning: null };
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
  return describeFrame(JSON.parse(instance.description) as InstanceDescription, target.frameNumber);
}

/** Size, scale and meaning of one frame; its own spacing comes before the instance's (PS3.3 C.7.6.16.2.1). */
export function describeFrame(instance: InstanceDescription, frameNumber: number): AnnotatedImage {
  const { image, modality } = instance;
  if (image === null) throw new AppError('ANNOTATION_TARGET_UNKNOWN');
  const pixelSpacing = image.framePlanes?.[frameNumber - 1]?.pixelSpacing ?? image.pixelSpacing;
  return {
    width: image.columns,
    height: image.rows,
    calibration: calibrationOfInstance({ ...image, modality, pixelSpacing }),
    meaning: pixelMeaning({ ...image, modality }),
  };
}
