/** Worker process: decodes frames into stored or modality values, renders them, or brings them into another coding. */
import { decodeFrame } from './decode-frame.ts';
import type { EncodedPicture, FrameInput, FrameValues, RenderInput } from './frame-decoder.ts';
import { overlaysOf } from './frame-overlays.ts';
import { encodePicture, fitWithin } from './picture-encoding.ts';
// Loading it blocks the image loaders that hostile input must never reach.
import './raster.ts';
import { modalityValues, renderFrame } from './render-frame.ts';
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

async function picture(input: RenderInput): Promise<EncodedPicture> {
  const frame = await decode(input);
  try {
    const whole = renderFrame(frame, input.image, input.frameNumber, input.window, await overlaysOf(input));
    const fitted = input.maxSide === null ? whole : await fitWithin(whole, input.maxSide, pixelAspect(input));
    if (input.format === 'raw') return fitted;
    const { width, height, channels } = fitted;
    return { width, height, channels, data: await encodePicture(fitted, input.format) };
  } catch (error) {
    throw frameRefusal(error, input.frameNumber);
  }
}

/** Width of a pixel over its height. */
function pixelAspect({ image, frameNumber }: RenderInput): number {
  const [row, column] = image.framePlanes?.[frameNumber - 1]?.pixelSpacing ?? image.pixelSpacing ?? [];
  const aspect = row === undefined || column === undefined ? 1 : column / row;
  return aspect > 0.1 && aspect < 10 ? aspect : 1;
}

serveTasks({ 'stored-values': decode, values: frameValues, picture, transcode: transcodeFrame });
