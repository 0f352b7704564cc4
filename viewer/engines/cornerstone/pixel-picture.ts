import { drawOverlay } from '#shared/dicom/overlay-drawing.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import { type ColorMapName, colorMap } from '#shared/imaging/color-maps.ts';
import { closeShutter, type DisplayShutter } from '#shared/imaging/display-shutter.ts';
import type { Voi } from '#shared/imaging/grey-scale.ts';
import { applyWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameImage } from './frame-image.ts';
import { type GreyTable, greyOf, greyTable, shades } from './grey-table.ts';

/** How an image is turned into RGBA. */
export interface PixelLook {
  readonly voi: Voi;
  readonly inverted: boolean;
  /** Colours in place of greys; null for greys. */
  readonly colors: ColorMapName | null;
  /** Planes over the image, in white; those whose bits are there. */
  readonly overlays: readonly OverlayBits[];
  /** What is covered; null leaves all open. */
  readonly shutter: DisplayShutter | null;
}

/** An image as RGBA in the size it is stored in, made anew only when image or look are others. */
export interface PixelPicture {
  of(image: FrameImage, description: FrameDescription, look: PixelLook): CanvasImageSource;
}

export function createPixelPicture(): PixelPicture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  let pixels: ImageData | null = null;
  let words = new Uint32Array(0);
  let shown: { readonly image: FrameImage; readonly key: string } | null = null;
  let table: { readonly key: string; readonly grey: GreyTable } | null = null;
  const identities = createIdentities();

  /** Slices of a series mostly share their table. */
  const tableFor = (bits: 8 | 16, signed: boolean, key: string, make: () => GreyTable): GreyTable => {
    const whole = `${bits}${signed} ${key}`;
    if (table?.key !== whole) table = { key: whole, grey: make() };
    return table.grey;
  };
  const fill = (image: FrameImage, description: FrameDescription, look: PixelLook, key: string): void => {
    const { samples } = image;
    if (image.isColor) {
      fillColor(samples, words, look);
      return;
    }
    const grey = greyOf(description, look.voi, look.inverted);
    const colors = shades(look.colors === null ? null : colorMap(look.colors));
    const signed = samples instanceof Int8Array || samples instanceof Int16Array;
    if (samples.BYTES_PER_ELEMENT >= 4) {
      for (let i = 0; i < words.length; i += 1) words[i] = colors[grey(samples[i] ?? 0)] ?? 0;
      return;
    }
    const bits = samples.BYTES_PER_ELEMENT === 1 ? 8 : 16;
    const greys = tableFor(bits, signed, key, () => greyTable(bits, signed, grey, colors));
    const { buffer, byteOffset, length } = samples;
    const indexes =
      bits === 8 ? new Uint8Array(buffer, byteOffset, length) : new Uint16Array(buffer, byteOffset, length);
    for (let i = 0; i < words.length; i += 1) words[i] = greys[indexes[i] ?? 0] ?? 0;
  };
  const tableKey = ({ rescaleSlope, rescaleIntercept, display }: FrameDescription, look: PixelLook): string => {
    const { voi, inverted, colors } = look;
    const of =
      'window' in voi
        ? [voi.window.center, voi.window.width, voi.window.voiFunction ?? 'LINEAR']
        : [identities(voi.table)];
    return [
      rescaleSlope,
      rescaleIntercept,
      identities(display.modalityLut),
      display.turned,
      ...of,
      inverted,
      colors,
    ].join(' ');
  };
  return {
    of(image, description, look) {
      const key = tableKey(description, look);
      const whole = [
        key,
        identities(look.shutter),
        ...look.overlays.map(({ bits, firstBit }) => identities(bits) + firstBit / 1e9),
      ].join(' ');
      if (shown?.image === image && shown.key === whole) return canvas;
      if (pixels?.width !== image.columns || pixels.height !== image.rows) {
        canvas.width = image.columns;
        canvas.height = image.rows;
        pixels = context.createImageData(image.columns, image.rows);
        words = new Uint32Array(pixels.data.buffer);
      }
      fill(image, description, look, key);
      const raster = { width: image.columns, height: image.rows, channels: 4, data: pixels.data } as const;
      for (const overlay of look.overlays) drawOverlay(raster, overlay);
      const { width, height } = description.pixelShape;
      if (look.shutter !== null) closeShutter(raster, look.shutter, width / height);
      context.putImageData(pixels, 0, 0);
      shown = { image, key: whole };
      return canvas;
    },
  };
}

/** Numbers that stand for objects, so that large tables can be part of a key. */
function createIdentities(): (value: object | null) => number {
  const known = new WeakMap<object, number>();
  let count = 0;
  return (value) => {
    if (value === null) return 0;
    const number = known.get(value) ?? ++count;
    known.set(value, number);
    return number;
  };
}

/** Colours go through the window as grey values do: with the usual one, 0 to 255, they stay what they are. */
function fillColor(samples: ArrayLike<number>, words: Uint32Array, { voi, inverted }: PixelLook): void {
  const level = Uint8Array.from({ length: 256 }, (_, value) => {
    const shown = 'window' in voi ? Math.round(applyWindow(value, voi.window) * 255) : value;
    return inverted ? 255 - shown : shown;
  });
  for (let pixel = 0, at = 0; pixel < words.length; pixel += 1, at += 3) {
    const red = level[samples[at] ?? 0] ?? 0;
    const green = level[samples[at + 1] ?? 0] ?? 0;
    const blue = level[samples[at + 2] ?? 0] ?? 0;
    words[pixel] = 0xff000000 | (blue << 16) | (green << 8) | red;
  }
}
