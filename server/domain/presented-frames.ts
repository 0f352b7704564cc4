import type { PresentationState } from '#shared/dicom/presentation-state.ts';
import { AppError } from '#shared/errors.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import type { InstanceReach } from './reach-ports.ts';
import { checkFrames, type FramesToRender, representativeFrame } from './render-pictures.ts';
import { findRenderable, type Renderable, type RenderingNeeds } from './renderable.ts';

/** One picture of a presentation state; `frameNumber` from 1, null for the frame that stands for its image. */
export interface PresentedFrame {
  readonly sopInstanceUid: string;
  readonly frameNumber: number | null;
}

/** A picture for each frame the state names, and one for each image of which it names none. */
export function presentedFrames({ images }: PresentationState): PresentedFrame[] {
  return images.flatMap(({ sopInstanceUid, frames }) =>
    (frames ?? [null]).map((frameNumber) => ({ sopInstanceUid, frameNumber })),
  );
}

/**
 * The image of a picture, with the presentation state it is to be shown with.
 * @throws AppError NOT_FOUND when none of the consultations holds the image; FRAME_UNKNOWN, DICOM_NO_PIXELS
 */
export async function findPresented(
  needs: RenderingNeeds,
  reach: InstanceReach,
  presentation: Renderable,
  { sopInstanceUid, frameNumber }: PresentedFrame,
): Promise<FramesToRender> {
  const uid = sopInstanceUid as SopInstanceUid;
  const [row] = await needs.db.material.instanceRows(reach, { sopInstanceUid: uid });
  // A state belongs to the study of its images (PS3.3 A.33.1.2).
  if (row === undefined || row.studyUid !== presentation.place.studyUid) throw new AppError('NOT_FOUND');
  const instance = await findRenderable(needs, reach, row);
  return { ...checkFrames(instance, [frameNumber ?? representativeFrame(instance)]), presentation };
}
