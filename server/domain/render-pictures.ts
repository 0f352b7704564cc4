import { createHash } from 'node:crypto';
import { frameDelays } from '#shared/dicom/cine-timing.ts';
import { hasVoi, type ImageDescription } from '#shared/dicom/image-description.ts';
import { presentationOf, presentsFrame } from '#shared/dicom/presentation-state.ts';
import { sopClassOf } from '#shared/dicom/sop-class.ts';
import { AppError } from '#shared/errors.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { EncodedPicture } from './image-ports.ts';
import type { InstanceRow, InstanceScope } from './material-ports.ts';
import { type AnnotationWish, pictureNotes } from './picture-annotation.ts';
import type { InstanceReach } from './reach-ports.ts';
import { findBulkData } from './read-bulk-data.ts';
import { type Renderable, type RenderableKind, type RenderingNeeds, renderableKind } from './renderable.ts';
import { type PictureInput, RENDERING_VERSION, type RenderingWish } from './rendering-ports.ts';

export interface PictureWish extends RenderingWish {
  readonly annotation: AnnotationWish;
}

/** Frames of one instance, numbers from 1. */
export interface FramesToRender {
  readonly instance: Renderable;
  readonly frameNumbers: readonly number[];
  /** The presentation state they are shown with. */
  readonly presentation?: Renderable;
}

/** For animations of objects that name no speed; slices of a stack follow each other faster than a glance. */
const FALLBACK_DELAY_MS = 100;
const MOST_ANIMATED_FRAMES = 2000;
/** A profile of a camera or scanner has kilobytes; one of megabytes is no profile of ours. */
const MOST_PROFILE_BYTES = 4 * 1024 * 1024;

/** The rows of a scope in order, with what each can be rendered to. @throws AppError NOT_FOUND */
export async function listRenderables(
  { db }: Pick<RenderingNeeds, 'db'>,
  reach: InstanceReach,
  scope: InstanceScope,
): Promise<{ row: InstanceRow; kind: RenderableKind }[]> {
  const rows = await db.material.instanceRows(reach, scope);
  if (rows.length === 0) throw new AppError('NOT_FOUND');
  return rows.map((row) => {
    const { kind } = sopClassOf(row.sopClassUid, row.frameCount > 0);
    return { row, kind: renderableKind(kind, row.frameCount > 0, row.transferSyntaxUid) };
  });
}

/**
 * The instance that stands for many: the middle one of the series with the most images, segmentations last.
 * null when none of them is a picture.
 */
export function representativeOf(listed: readonly { row: InstanceRow; kind: RenderableKind }[]): InstanceRow | null {
  const pictures = listed.filter(({ kind }) => kind === 'picture').map(({ row }) => row);
  const plain = pictures.filter(({ modality }) => modality !== 'SEG');
  const bySeries = Map.groupBy(plain.length > 0 ? plain : pictures, ({ seriesUid }) => seriesUid);
  const [largest] = [...bySeries.values()].sort((one, other) => other.length - one.length);
  return largest?.[Math.floor(largest.length / 2)] ?? null;
}

/** The frame that stands for all of an instance: the middle one. */
export function representativeFrame({ frameCount }: { readonly frameCount: number }): number {
  return Math.floor(frameCount / 2) + 1;
}

/** @throws AppError FRAME_UNKNOWN, DICOM_NO_PIXELS */
export function checkFrames(instance: Renderable, frameNumbers: readonly number[]): FramesToRender {
  const frames = instance.source?.frameCount;
  if (frames === undefined) throw new AppError('DICOM_NO_PIXELS');
  for (const frame of frameNumbers) {
    if (frame < 1 || frame > frames) throw new AppError('FRAME_UNKNOWN', { frame, frames });
  }
  return { instance, frameNumbers };
}

/** @throws AppError REQUEST_INVALID */
export function checkAnimationLength(frames: number): void {
  if (frames <= MOST_ANIMATED_FRAMES) return;
  const reason = `has ${frames} frames; an animation of ${MOST_ANIMATED_FRAMES} is made at most`;
  throw new AppError('REQUEST_INVALID', { where: 'address', reason });
}

/** Names a picture for good: the stored bytes, the frames, everything asked for, and how pictures are made. */
export function pictureName(frames: readonly FramesToRender[], wish: PictureWish): string {
  const hash = createHash('sha256').update(JSON.stringify([RENDERING_VERSION, wish]));
  for (const { instance, frameNumbers, presentation } of frames) {
    hash.update(`\n${instance.sha256} ${frameNumbers.join()} ${presentation?.sha256 ?? ''}`);
  }
  return hash.digest('base64url').slice(0, 32);
}

/**
 * A picture of the frames: several make an animated GIF. What was made lately is not made again.
 * @throws AppError what `PictureRenderer` says, BLOB_MISSING
 */
export async function renderPicture(
  needs: RenderingNeeds,
  reach: InstanceReach,
  frames: readonly FramesToRender[],
  wish: PictureWish,
  signal: AbortSignal,
): Promise<EncodedPicture> {
  const name = pictureName(frames, wish);
  const known = needs.pictures.get(name);
  if (known !== null) return known;
  const count = frames.reduce((sum, { frameNumbers }) => sum + frameNumbers.length, 0);
  checkAnimationLength(count);
  const picture =
    count === 1
      ? await renderOne(needs, readInputs(needs, reach, frames, wish, signal), wish, signal)
      : await animate(needs, reach, frames, wish, signal);
  needs.pictures.keep(name, picture);
  return picture;
}

async function renderOne(
  { renderer }: RenderingNeeds,
  inputs: AsyncGenerator<PictureInput>,
  wish: RenderingWish,
  signal: AbortSignal,
): Promise<EncodedPicture> {
  for await (const input of inputs) return renderer.render(input, wish, signal);
  throw new AppError('DICOM_NO_PIXELS');
}

async function animate(
  needs: RenderingNeeds,
  reach: InstanceReach,
  frames: readonly FramesToRender[],
  wish: PictureWish,
  signal: AbortSignal,
): Promise<EncodedPicture> {
  const delays = frames.flatMap(({ instance, frameNumbers }) =>
    frameDelays(instance.cine, frameNumbers, FALLBACK_DELAY_MS),
  );
  const window = await commonWindow(needs, reach, frames, wish, signal);
  const inputs = readInputs(needs, reach, frames, wish, signal);
  return needs.renderer.animate(withWindow(inputs, window), wish, delays, signal);
}

/** One window for all frames that have none: each with its own would flicker. That of the middle one of them. */
async function commonWindow(
  needs: RenderingNeeds,
  reach: InstanceReach,
  frames: readonly FramesToRender[],
  wish: PictureWish,
  signal: AbortSignal,
): Promise<VoiWindow | null> {
  if (wish.window !== null) return null;
  const without = frames.flatMap(({ instance, frameNumbers, presentation }) => {
    const { image } = instance.description;
    if (presentation !== undefined || image === null) return [];
    return frameNumbers
      .filter((frameNumber) => needsWindow(image, frameNumber))
      .map((frameNumber): FramesToRender => ({ instance, frameNumbers: [frameNumber] }));
  });
  const middle = without[Math.floor(without.length / 2)];
  if (middle === undefined) return null;
  const plain = { ...wish, iccProfile: 'no', annotation: { patient: false, technique: false } } as const;
  for await (const input of readInputs(needs, reach, [middle], plain, signal)) {
    return needs.renderer.automaticWindow(input, signal);
  }
  return null;
}

async function* withWindow(
  inputs: AsyncGenerator<PictureInput, void>,
  window: VoiWindow | null,
): AsyncGenerator<PictureInput, void> {
  for await (const input of inputs) {
    const { image, frameNumber, presentation } = input;
    if (window === null || presentation !== null || !needsWindow(image, frameNumber)) yield input;
    else yield { ...input, image: { ...image, windows: [{ ...window, explanation: null }], frameWindows: null } };
  }
}

function needsWindow(image: ImageDescription, frameNumber: number): boolean {
  return image.samplesPerPixel === 1 && image.palette === null && !hasVoi(image, frameNumber);
}

/** One frame after the other, each read when its turn comes. */
async function* readInputs(
  needs: RenderingNeeds,
  reach: InstanceReach,
  frames: readonly FramesToRender[],
  wish: PictureWish,
  signal: AbortSignal,
): AsyncGenerator<PictureInput, void> {
  for (const { instance, frameNumbers, presentation } of frames) {
    const { source, description, place } = instance;
    const state = presentation?.presentation ?? null;
    const { sopInstanceUid } = place;
    if (source === null) throw new AppError('DICOM_NO_PIXELS');
    const iccProfile = wish.iccProfile === 'no' ? null : await readProfile(needs, reach, instance, signal);
    const blob = await needs.blobs.open(instance.sha256, signal);
    try {
      for (const frameNumber of frameNumbers) {
        const frame = await source.frame(frameNumber, (offset, length) => blob.read(offset, length, signal), blob.path);
        const notes = pictureNotes(wish.annotation, description, frameNumber, wish);
        if (state !== null && !presentsFrame(state, sopInstanceUid, frameNumber)) throw new AppError('NOT_FOUND');
        const presented = state === null ? null : presentationOf(state, sopInstanceUid, frameNumber);
        yield { ...frame, iccProfile, notes, presentation: presented };
      }
    } finally {
      await blob.close();
    }
  }
}

async function readProfile(
  { bulkData }: RenderingNeeds,
  reach: InstanceReach,
  { place, iccProfileAt, source }: Renderable,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  if (iccProfileAt === null || source?.samplesPerPixel === undefined) return null;
  const value = await findBulkData(bulkData, reach, place, iccProfileAt, signal);
  if (value.sizeBytes > MOST_PROFILE_BYTES) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of value.read(0, value.sizeBytes, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
