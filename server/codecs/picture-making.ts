/** In the worker process: from stored frames to one finished picture. */
import type { PictureInput, RenderingWish } from '#server/domain/rendering-ports.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import { closeShutter } from '#shared/imaging/display-shutter.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import { decodeFrame } from './decode-frame.ts';
import { overlaysOf } from './frame-overlays.ts';
import { encodeAnimation, encodePicture, fillCanvas, shapePicture } from './picture-encoding.ts';
import { burnNotes } from './picture-notes.ts';
import type { PicturePlan } from './picture-plan.ts';
import { drawMarks } from './presentation-graphics.ts';
import { presentedImage } from './presented-image.ts';
import { layOut } from './presented-picture.ts';
import type { PresentedPlan } from './presented-plan.ts';
import { readPieces } from './read-pieces.ts';
import { automaticWindow, type RenderedFrame, renderFrame } from './render-frame.ts';
import { type DecodedFrame, frameRefusal } from './stored-pixels.ts';

export interface MakingInput {
  readonly input: PictureInput;
  readonly plan: PicturePlan | PresentedPlan;
  readonly wish: RenderingWish;
}

export interface AnimationInput {
  readonly pictures: readonly RenderedFrame[];
  readonly delaysMs: readonly number[];
}

/** The bytes of the file. */
export async function makePicture(making: MakingInput): Promise<Uint8Array> {
  return encodePicture(await shapedPicture(making), making.wish, making.input.iccProfile);
}

/** An animated GIF in the size of the first picture. */
export async function makeAnimation({ pictures, delaysMs }: AnimationInput): Promise<Uint8Array> {
  const channels = pictures.some((one) => one.channels === 3) ? 3 : 1;
  const filled: RenderedFrame[] = [];
  for (const one of pictures) filled.push(await fillCanvas(one, pictures[0] ?? one, channels));
  return encodeAnimation(filled, delaysMs);
}

/** The pixels of the part that is asked for, in the size that is asked for, with its notes. */
export async function shapedPicture({ input, plan, wish }: MakingInput): Promise<RenderedFrame> {
  const shaped =
    'shown' in plan ? await presented(input, plan) : await shapePicture(await whole(input, wish), plan, wish.flip);
  return input.notes === null ? shaped : burnNotes(shaped, input.notes);
}

async function whole(input: PictureInput, wish: RenderingWish): Promise<RenderedFrame> {
  const { image, frameNumber } = input;
  const { frame, overlays } = await decoded(input);
  const window = wish.window === null ? null : { ...wish.window, inverted: false };
  try {
    return renderFrame(frame, image, frameNumber, window, overlays);
  } catch (error) {
    throw frameRefusal(error, frameNumber);
  }
}

/** As a presentation state wants it: of the image itself only pixels count, and the overlays it turns on. */
async function presented(input: PictureInput, plan: PresentedPlan): Promise<RenderedFrame> {
  const { image, frameNumber, presentation, pixelAspect } = input;
  if (presentation === null) throw new Error('a presented picture needs a presentation');
  const { frame, overlays } = await decoded(input);
  let picture: RenderedFrame;
  try {
    const shown = overlays.filter(({ plane }) => presentation.overlayGroups.includes(plane.group));
    picture = renderFrame(frame, presentedImage(image, presentation), frameNumber, null, shown);
  } catch (error) {
    throw frameRefusal(error, frameNumber);
  }
  if (presentation.shutter !== null) closeShutter(picture, presentation.shutter, pixelAspect);
  return drawMarks(await layOut(picture, plan), presentation.marks, plan);
}

/** See PictureRenderer. */
export async function windowOfFrame(input: PictureInput): Promise<VoiWindow | null> {
  const { image, transferSyntaxUid, frameNumber } = input;
  const frame = await decodeFrame(bytesOf(input), image, transferSyntaxUid, frameNumber, true);
  return automaticWindow(frame, image, frameNumber);
}

/** Overlays first: those in unused bits of the pixels are lost where the values take the place of the bytes. */
async function decoded(
  input: PictureInput,
): Promise<{ readonly frame: DecodedFrame; readonly overlays: readonly OverlayBits[] }> {
  const { image, transferSyntaxUid, frameNumber } = input;
  const bytes = bytesOf(input);
  const overlays = await overlaysOf({ ...input, bytes });
  return { frame: await decodeFrame(bytes, image, transferSyntaxUid, frameNumber, true), overlays };
}

function bytesOf({ bytes }: PictureInput): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : readPieces(bytes);
}
