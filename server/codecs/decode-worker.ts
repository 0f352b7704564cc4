/** Worker process: decodes frames into stored or modality values, renders them, or brings them into another coding. */
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { decodeFrame } from './decode-frame.ts';
import type { EncodedPicture, FrameInput, FrameValues, RenderInput } from './frame-decoder.ts';
import { embeddedOverlays, type OverlayBits } from './overlay-bits.ts';
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
    const overlays = input.overlays === null ? [] : [...input.overlays, ...(await overlaysInWords(input))];
    const whole = renderFrame(frame, input.image, input.frameNumber, input.window, overlays);
    const fitted = input.maxSide === null ? whole : await fitWithin(whole, input.maxSide, pixelAspect(input));
    if (input.format === 'raw') return fitted;
    const { width, height, channels } = fitted;
    return { width, height, channels, data: await encodePicture(fitted, input.format) };
  } catch (error) {
    throw frameRefusal(error, input.frameNumber);
  }
}

/** Planes in bits of the pixel words that hold no pixel; compressed frames have no such bits (PS3.5 section 8.1.2). */
async function overlaysInWords({ bytes, image, transferSyntaxUid, frameNumber }: RenderInput): Promise<OverlayBits[]> {
  const planes = (image.overlays ?? []).filter(({ place }) => place.kind === 'embedded');
  const { coding } = transferSyntaxOf(transferSyntaxUid);
  if (planes.length === 0 || (coding !== 'native' && coding !== 'rle')) return [];
  const { bitsAllocated } = image;
  const whole = { ...image, bitsStored: bitsAllocated, highBit: bitsAllocated - 1, signed: false };
  const { pixels } = await decodeFrame(bytes, whole, transferSyntaxUid, frameNumber);
  return embeddedOverlays(pixels, planes);
}

/** Width of a pixel over its height. */
function pixelAspect({ image, frameNumber }: RenderInput): number {
  const [row, column] = image.framePlanes?.[frameNumber - 1]?.pixelSpacing ?? image.pixelSpacing ?? [];
  const aspect = row === undefined || column === undefined ? 1 : column / row;
  return aspect > 0.1 && aspect < 10 ? aspect : 1;
}

serveTasks({ 'stored-values': decode, values: frameValues, picture, transcode: transcodeFrame });
