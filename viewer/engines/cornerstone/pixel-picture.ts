import { applyWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameImage } from './frame-image.ts';
import { type GreyTable, greyOf, greyTable, opaque } from './grey-table.ts';

/** How an image is turned into RGBA. */
export interface PixelLook {
  readonly window: VoiWindow;
  readonly inverted: boolean;
}

/** An image as RGBA in the size it is stored in, made anew only when image, window or inversion are others. */
export interface PixelPicture {
  of(image: FrameImage, description: FrameDescription, look: PixelLook): CanvasImageSource;
}

export function createPixelPicture(): PixelPicture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  let pixels: ImageData | null = null;
  let words = new Uint32Array(0);
  let shown: { image: FrameImage; key: string } | null = null;
  let table: { key: string; grey: GreyTable } | null = null;

  /** Slices of a series mostly share their table. */
  const tableFor = (bits: 8 | 16, signed: boolean, key: string, grey: (stored: number) => number): GreyTable => {
    const whole = `${bits}${signed} ${key}`;
    if (table?.key !== whole) table = { key: whole, grey: greyTable(bits, signed, grey) };
    return table.grey;
  };
  const fill = (image: FrameImage, description: FrameDescription, look: PixelLook, key: string): void => {
    const { samples } = image;
    if (image.isColor) {
      fillColor(samples, words, look);
      return;
    }
    const grey = greyOf(description, look.window, look.inverted);
    const signed = samples instanceof Int8Array || samples instanceof Int16Array;
    if (samples.BYTES_PER_ELEMENT === 4) {
      for (let i = 0; i < words.length; i += 1) words[i] = opaque(grey(samples[i] ?? 0));
      return;
    }
    const bits = samples.BYTES_PER_ELEMENT === 1 ? 8 : 16;
    const greys = tableFor(bits, signed, key, grey);
    const { buffer, byteOffset, length } = samples;
    const indexes =
      bits === 8 ? new Uint8Array(buffer, byteOffset, length) : new Uint16Array(buffer, byteOffset, length);
    for (let i = 0; i < words.length; i += 1) words[i] = greys[indexes[i] ?? 0] ?? 0;
  };
  return {
    of(image, description, look) {
      const key = keyOf(description, look);
      if (shown?.image === image && shown.key === key) return canvas;
      if (pixels?.width !== image.columns || pixels.height !== image.rows) {
        canvas.width = image.columns;
        canvas.height = image.rows;
        pixels = context.createImageData(image.columns, image.rows);
        words = new Uint32Array(pixels.data.buffer);
      }
      fill(image, description, look, key);
      context.putImageData(pixels, 0, 0);
      shown = { image, key };
      return canvas;
    },
  };
}

function keyOf(description: FrameDescription, { window, inverted }: PixelLook): string {
  const { rescaleSlope, rescaleIntercept, photometricInterpretation } = description;
  const voi = [window.center, window.width, window.voiFunction ?? 'LINEAR', inverted];
  return [rescaleSlope, rescaleIntercept, photometricInterpretation, ...voi].join(' ');
}

/** Colours go through the window as grey values do: with the usual one, 0 to 255, they stay what they are. */
function fillColor(samples: ArrayLike<number>, words: Uint32Array, { window, inverted }: PixelLook): void {
  const level = Uint8Array.from({ length: 256 }, (_, value) => {
    const shown = Math.round(applyWindow(value, window) * 255);
    return inverted ? 255 - shown : shown;
  });
  for (let pixel = 0, at = 0; pixel < words.length; pixel += 1, at += 3) {
    const red = level[samples[at] ?? 0] ?? 0;
    const green = level[samples[at + 1] ?? 0] ?? 0;
    const blue = level[samples[at + 2] ?? 0] ?? 0;
    words[pixel] = 0xff000000 | (blue << 16) | (green << 8) | red;
  }
}
