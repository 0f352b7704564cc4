/** Turns a decoded frame into an 8-bit picture, as a viewer would show it (PS3.3 C.7.6.3.1.2, PS3.4 N.2). */
import { type ImageDescription, rescaleOfFrame } from '#shared/dicom/image-description.ts';
import { drawOverlay } from '#shared/dicom/overlay-drawing.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import { type LookupTable, lookUp, type Rescale, toModalityValue } from '#shared/imaging/lookup-table.ts';
import { paletteColors } from '#shared/imaging/palette.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import { findWindow, renderGrey } from './grey-scale.ts';
import { type DecodedFrame, type SampleArray, UndecodableFrame } from './stored-pixels.ts';

/** Rows of 1 (grey) or 3 (RGB) samples of 8 bits. */
export interface RenderedFrame {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

export interface RenderWindow extends VoiWindow {
  /** On top of what the file asks for by MONOCHROME1 or Presentation LUT Shape. */
  readonly inverted: boolean;
  /** The first VOI LUT of the image in place of the window, where it has one. */
  readonly useVoiLut?: boolean;
}

/**
 * Renders a frame. Grey: Modality LUT or rescale; then the given window, else the first usable one of the frame, else
 * the VOI LUT, else a window from percentiles without the padding; then Presentation LUT Shape or MONOCHROME1. Colour:
 * palette, or YCbCr to RGB, and 8 bits a sample. The overlays lie on top, in white.
 * @throws UndecodableFrame for a palette without tables and for colour models nobody uses any more
 */
export function renderFrame(
  frame: DecodedFrame,
  image: ImageDescription,
  frameNumber: number,
  window: RenderWindow | null,
  overlays: readonly OverlayBits[] = [],
): RenderedFrame {
  const picture = renderPixels(frame, image, frameNumber, window);
  for (const overlay of overlays) drawOverlay(picture, overlay);
  return picture;
}

function renderPixels(
  frame: DecodedFrame,
  image: ImageDescription,
  frameNumber: number,
  window: RenderWindow | null,
): RenderedFrame {
  const { columns: width, rows: height } = frame;
  const { photometricInterpretation: model } = frame;
  if (model === 'PALETTE COLOR') {
    if (!image.palette) throw new UndecodableFrame('its palette is missing or damaged');
    return { width, height, channels: 3, data: paletteColors(frame.pixels, image.palette) };
  }
  if (frame.samplesPerPixel === 3) {
    const data = toEightBits(frame.pixels, image.bitsStored);
    if (model.startsWith('YBR')) convertYbr(data, model.startsWith('YBR_PARTIAL'));
    else if (model !== 'RGB') throw new UndecodableFrame(`its colour model ${safeModel(model)} is not supported`);
    return { width, height, channels: 3, data };
  }
  if (frame.samplesPerPixel !== 1) throw new UndecodableFrame(`its colour model ${safeModel(model)} is not supported`);
  const modality = modalityTransform(image.modalityLut, rescaleOfFrame(image, frameNumber));
  return { width, height, channels: 1, data: renderGrey(frame.pixels, image, frameNumber, modality, window) };
}

/** The window a one-sample frame is shown with when nothing states one; null without usable values and for colour. */
export function automaticWindow(frame: DecodedFrame, image: ImageDescription, frameNumber: number): VoiWindow | null {
  if (frame.samplesPerPixel !== 1 || frame.photometricInterpretation === 'PALETTE COLOR') return null;
  return findWindow(frame.pixels, image, modalityTransform(image.modalityLut, rescaleOfFrame(image, frameNumber)));
}

/** Modality values of a one-sample frame: what statistics are computed over. */
export function modalityValues(pixels: SampleArray, image: ImageDescription, frameNumber: number): Float32Array {
  const convert = modalityTransform(image.modalityLut, rescaleOfFrame(image, frameNumber));
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = convert(pixels[i] ?? 0);
  return values;
}

function modalityTransform(table: LookupTable | null, rescale: Rescale): (stored: number) => number {
  return table ? (stored) => lookUp(table, stored) : (stored) => toModalityValue(stored, rescale);
}

function toEightBits(pixels: SampleArray, bitsStored: number): Uint8Array {
  if (pixels instanceof Uint8Array && bitsStored === 8) return pixels.slice();
  const divisor = 2 ** Math.max(0, bitsStored - 8);
  return Uint8Array.from(pixels, (sample) => Math.max(0, Math.min(255, Math.floor(sample / divisor))));
}

/** YCbCr of ITU-R BT.601 to RGB in place: full range, or 16 to 235 for the partial one (PS3.3 C.7.6.3.1.2). */
function convertYbr(data: Uint8Array, partial: boolean): void {
  const scaleY = partial ? 255 / 219 : 1;
  const scaleC = partial ? 255 / 224 : 1;
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  for (let at = 0; at + 2 < data.length; at += 3) {
    const y = ((data[at] ?? 0) - (partial ? 16 : 0)) * scaleY;
    const cb = ((data[at + 1] ?? 0) - 128) * scaleC;
    const cr = ((data[at + 2] ?? 0) - 128) * scaleC;
    clamped[at] = y + 1.402 * cr;
    clamped[at + 1] = y - 0.344136 * cb - 0.714136 * cr;
    clamped[at + 2] = y + 1.772 * cb;
  }
}

function safeModel(model: string): string {
  return /^[A-Z0-9_ ]{1,16}$/.test(model) ? model : 'in the file';
}
