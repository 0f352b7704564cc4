import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { EncodedPicture, FrameRenderer } from './image-ports.ts';
import type { BlobStore, Repositories } from './ports.ts';

export interface RenderNeeds {
  readonly db: Pick<Repositories, 'material'>;
  readonly blobs: BlobStore;
  readonly renderer: FrameRenderer;
}

/** A frame, or what stands for more than one: the middle frame of an instance, the middle instance of a series. */
export interface RenderPlace {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  readonly sopInstanceUid?: SopInstanceUid;
  readonly frameNumber?: number;
}

export type RenderWish = Omit<Parameters<FrameRenderer['render']>[1], 'frameNumber'>;

/** Renders it as a picture. @throws AppError NOT_FOUND, DICOM_NO_PIXELS, FRAME_UNKNOWN and what rendering says */
export async function renderFrame(
  { db, blobs, renderer }: RenderNeeds,
  consultationIds: readonly ConsultationId[],
  { frameNumber, ...scope }: RenderPlace,
  wish: RenderWish,
  signal: AbortSignal,
): Promise<EncodedPicture> {
  const rows = await db.material.instanceRows(consultationIds, scope);
  if (rows.length === 0) throw new AppError('NOT_FOUND');
  const images = rows.filter(({ frameCount }) => frameCount > 0);
  const chosen = images[Math.floor(images.length / 2)];
  if (chosen === undefined) throw new AppError('DICOM_NO_PIXELS');
  const instance = await db.material.instance(chosen.sopInstanceUid);
  if (instance === null) throw new AppError('NOT_FOUND');
  const number = frameNumber ?? Math.floor(instance.frameCount / 2) + 1;
  if (number < 1 || number > instance.frameCount) {
    throw new AppError('FRAME_UNKNOWN', { frame: number, frames: instance.frameCount });
  }
  const blob = await blobs.open(instance.sha256, signal);
  try {
    const read = (offset: number, length: number) => blob.read(offset, length, signal);
    return await renderer.render(instance, { ...wish, frameNumber: number }, read, signal);
  } finally {
    await blob.close();
  }
}
