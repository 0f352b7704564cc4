/** In the worker process: from stored frames to one finished picture. */
import type { PictureInput, RenderingWish } from '#server/domain/rendering-ports.ts';
import { decodeFrame } from './decode-frame.ts';
import { overlaysOf } from './frame-overlays.ts';
import { encodeAnimation, encodePicture, fillCanvas, shapePicture } from './picture-encoding.ts';
import { burnNotes } from './picture-notes.ts';
import type { PicturePlan } from './picture-plan.ts';
import { type RenderedFrame, renderFrame } from './render-frame.ts';
import { frameRefusal } from './stored-pixels.ts';

export interface MakingInput {
  readonly input: PictureInput;
  readonly plan: PicturePlan;
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
  const { bytes, image, transferSyntaxUid, frameNumber, notes } = input;
  const frame = await decodeFrame(bytes, image, transferSyntaxUid, frameNumber);
  const window = wish.window === null ? null : { ...wish.window, inverted: false };
  let whole: RenderedFrame;
  try {
    whole = renderFrame(frame, image, frameNumber, window, await overlaysOf(input));
  } catch (error) {
    throw frameRefusal(error, frameNumber);
  }
  const shaped = await shapePicture(whole, plan, wish.flip);
  return notes === null ? shaped : burnNotes(shaped, notes);
}
