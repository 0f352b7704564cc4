/** Turns a decoded frame into an 8-bit picture, as a viewer would show it: for thumbnails and key images. */
import type { ImageDescription } from '#shared/dicom/image-description.ts';
import { rescaleOfFrame } from '#shared/dicom/image-description.ts';
import type { Palette } from '#shared/dicom/lookup-tables.ts';
import { type LookupTable, lookUp, type Rescale, toModalityValue } from '#shared/imaging/lookup-table.ts';
import { applyWindow, autoWindow, isUsableWindow, type VoiWindow } from '#shared/imaging/window.ts';
import { type DecodedFrame, type SampleArray, UndecodableFrame } from './stored-pixels.ts';

/** Rows of 1 (grey) or 3 (RGB) samples of 8 bits. */
export interface RenderedFrame {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

export interface RenderWindow extends VoiWindow {
  /** On top of what MONOCHROME1 asks for. */
  readonly inverted: boolean;
}

/**
 * Renders a frame. Grey: Modality LUT or rescale, then the given window, else the first one of the file, else its VOI
 * LUT, else one from percentiles; MONOCHROME1 is turned to show its lowest value white (PS3.3 C.7.6.3.1.2).
 * @throws UndecodableFrame for a palette without tables and for colour models nobody uses any more
 */
export function renderFrame(
  frame: DecodedFrame,
  image: ImageDescription,
  frameNumber: number,
  window: RenderWindow | null,
): RenderedFrame {
  const { columns: width, rows: height } = frame;
  const { photometricInterpretation: model } = frame;
  if (model === 'PALETTE COLOR') {
    if (!image.palette) throw new UndecodableFrame('its palette is missing or damaged');
    return { width, height, channels: 3, data: applyPalette(frame.pixels, image.palette) };
  }
  if (frame.samplesPerPixel === 3) {
    const data = toEightBits(frame.pixels, image.bitsStored);
    if (model.startsWith('YBR')) convertYbr(data, model.startsWith('YBR_PARTIAL'));
    else if (model !== 'RGB') throw new UndecodableFrame(`its colour model ${safeModel(model)} is not supported`);
    return { width, height, channels: 3, data };
  }
  if (frame.samplesPerPixel !== 1) throw new UndecodableFrame(`its colour model ${safeModel(model)} is not supported`);
  return { width, height, channels: 1, data: renderGrey(frame.pixels, image, frameNumber, window) };
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

function renderGrey(
  pixels: SampleArray,
  image: ImageDescription,
  frameNumber: number,
  window: RenderWindow | null,
): Uint8Array {
  const modality = modalityTransform(image.modalityLut, rescaleOfFrame(image, frameNumber));
  const voi = chooseVoi(pixels, image, frameNumber, window);
  const inverted = (image.photometricInterpretation === 'MONOCHROME1') !== (window?.inverted ?? false);
  const grey = (stored: number) => {
    const level = Math.round(voi(modality(stored)) * 255);
    return inverted ? 255 - level : level;
  };
  const out = new Uint8Array(pixels.length);
  // Few distinct values, many pixels: work each value out once.
  const table = new Int16Array(1 << 16).fill(-1);
  const small = image.bitsAllocated <= 16 && !image.floatingPoint;
  for (let i = 0; i < out.length; i++) {
    const stored = pixels[i] ?? 0;
    if (!small) {
      out[i] = Number.isFinite(stored) ? grey(stored) : 0;
      continue;
    }
    const key = stored & 0xffff;
    let level = table[key] ?? -1;
    if (level < 0) {
      level = grey(stored);
      table[key] = level;
    }
    out[i] = level;
  }
  return out;
}

/** The VOI transformation to 0…1. */
function chooseVoi(
  pixels: SampleArray,
  image: ImageDescription,
  frameNumber: number,
  window: RenderWindow | null,
): (value: number) => number {
  const stated = window ?? image.windows[0];
  if (stated && isUsableWindow(stated)) return (value) => applyWindow(value, stated);
  const { voiLut } = image;
  if (voiLut) {
    const top = 2 ** voiLut.entryBits - 1;
    return (value) => Math.min(1, lookUp(voiLut, value) / top);
  }
  const { rescaleSlope, rescaleIntercept } = rescaleOfFrame(image, frameNumber);
  const padding = image.pixelPaddingValue;
  const auto = autoWindow(
    modalityValues(pixels, image, frameNumber),
    padding === null ? {} : { padding: padding * rescaleSlope + rescaleIntercept },
  );
  // Nothing but padding: everything is black.
  return auto ? (value) => applyWindow(value, auto) : () => 0;
}

function applyPalette(pixels: SampleArray, palette: Palette): Uint8Array {
  const tables = [palette.red, palette.green, palette.blue].map(eightBitEntries);
  const out = new Uint8Array(pixels.length * 3);
  for (let i = 0; i < pixels.length; i++) {
    tables.forEach((table, channel) => {
      out[i * 3 + channel] = lookUp(table, pixels[i] ?? 0);
    });
  }
  return out;
}

/** Entries of 16 bits lose their low byte, except in files that store 8-bit values in them. */
function eightBitEntries(table: LookupTable): LookupTable {
  const wide = table.entryBits > 8 && table.entries.some((entry) => entry > 255);
  return wide ? { ...table, entries: table.entries.map((entry) => entry >> (table.entryBits - 8)) } : table;
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
