/**
 * Worker process: decodes frames into stored or modality values, renders them, or brings them into another coding; decodes
 * what slides store.
 */
import { decodeFrame } from './decode-frame.ts';
import type { FrameInput, FrameValues, RenderInput } from './frame-decoder.ts';
import { overlaysOf } from './frame-overlays.ts';
import { makeAnimation, makePicture, shapedPicture, windowOfFrame } from './picture-making.ts';
// Loading it blocks the image loaders that hostile input must never reach.
import './raster.ts';
import { modalityValues, type RenderedFrame, renderFrame } from './render-frame.ts';
import { decodeHere } from './slide-decoding.ts';
import { type DecodedFrame, frameRefusal, UndecodableFrame } from './stored-pixels.ts';
import { transcodeFrame } from './transcode-frame.ts';
import { serveTasks } from './worker-protocol.ts';

function decode({ bytes, image, transferSyntaxUid, frameNumber }: FrameInput): Promise<DecodedFrame> {
  return decodeFrame(bytes, image, transferSyntaxUid, frameNumber);
}

async function frameValues(input: FrameInput): Promise<FrameValues> {
  const frame = await decode(input);
  if (frame.samplesPerPixel !== 1) {
    throw frameRefusal(new UndecodableFrame('a colour image has no values to measure'), input.frameNumber);
  }
  const values = modalityValues(frame.pixels, input.image, input.frameNumber);
  return { rows: frame.rows, columns: frame.columns, values };
}

async function picture(input: RenderInput): Promise<RenderedFrame> {
  const frame = await decode(input);
  try {
    return renderFrame(frame, input.image, input.frameNumber, input.window, await overlaysOf(input));
  } catch (error) {
    throw frameRefusal(error, input.frameNumber);
  }
}

serveTasks({
  'stored-values': decode,
  values: frameValues,
  picture,
  'encoded-picture': makePicture,
  'shaped-picture': shapedPicture,
  animation: makeAnimation,
  window: windowOfFrame,
  transcode: transcodeFrame,
  'slide-raster': decodeHere.raster,
  'slide-segment': decodeHere.segment,
  'slide-frame': decodeHere.frameRaster,
  'tiled-picture': decodeHere.tiled,
});
