/** Worker thread: decodes frames into stored or modality values, or renders them. */
import { decodeFrame } from './decode-frame.ts';
import type { EncodedPicture, FrameInput, FrameValues, RenderInput } from './frame-decoder.ts';
import { encodePicture, fitWithin } from './picture-encoding.ts';
// Loading it blocks the image loaders that hostile input must never reach.
import './raster.ts';
import { modalityValues, renderFrame } from './render-frame.ts';
import { type DecodedFrame, frameRefusal, UndecodableFrame } from './stored-pixels.ts';
import { serveTasks, type TransferredResult } from './worker-protocol.ts';

function decode({ bytes, image, transferSyntaxUid, frameNumber }: FrameInput): Promise<DecodedFrame> {
  return decodeFrame(bytes, image, transferSyntaxUid, frameNumber);
}

async function storedValues(input: FrameInput): Promise<TransferredResult> {
  const value = await decode(input);
  return handOver(value, value.pixels);
}

async function values(input: FrameInput): Promise<TransferredResult> {
  const frame = await decode(input);
  if (frame.samplesPerPixel !== 1) {
    throw frameRefusal(new UndecodableFrame('a colour image has no values to measure'), input.frameNumber);
  }
  const numbers = modalityValues(frame.pixels, input.image, input.frameNumber);
  const value: FrameValues = { rows: frame.rows, columns: frame.columns, values: numbers };
  return handOver(value, numbers);
}

async function picture(input: RenderInput): Promise<TransferredResult> {
  const frame = await decode(input);
  try {
    const whole = renderFrame(frame, input.image, input.frameNumber, input.window);
    const fitted = input.maxSide === null ? whole : await fitWithin(whole, input.maxSide, pixelAspect(input));
    if (input.format === 'raw') return handOver(fitted, fitted.data);
    const { width, height, channels } = fitted;
    const data = await encodePicture(fitted, input.format);
    return handOver({ width, height, channels, data } satisfies EncodedPicture, data);
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

/** Moves the buffer unless it is only a part of a larger one. */
function handOver(value: unknown, view: ArrayBufferView): TransferredResult {
  const { buffer } = view;
  return { value, transfer: buffer instanceof ArrayBuffer && buffer.byteLength === view.byteLength ? [buffer] : [] };
}

serveTasks({ 'stored-values': storedValues, values, picture });
