/** Strokes of a pen on the glass, told from stains by hues and depths no stain has. */

import type { RasterImage } from '#server/codecs/raster.ts';
import type { Ink, PenMark } from '#shared/imaging/quality-card.ts';
import { componentsOf } from './mask.ts';

const INKS: readonly Ink[] = ['blue', 'green', 'red', 'black'];
/** A stroke is wider and longer than a fold or a pigment: smaller spots are not reported. */
const LEAST_MM2 = 0.05;
const LEAST_SHARE = 2e-4;
const LEAST_PIXELS = 24;
const MOST_MARKS = 32;
/** What a scanner left out is black without any light. */
const UNSCANNED = 6;

/**
 * The ink a colour can only be: haematoxylin is purple or pale blue, eosin and blood are pink with less saturation, DAB is
 * brown, and none is green or black. Null for every stain and for glass.
 */
export function inkOf(red: number, green: number, blue: number): Ink | null {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (most <= UNSCANNED) return null;
  if (most <= 62 && spread <= 26) return 'black';
  const saturation = spread / most;
  if (saturation < 0.2 || most < 25) return null;
  const hue = hueOf(red, green, blue, most, spread);
  if (hue >= 80 && hue <= 178) return 'green';
  if (hue > 178 && hue <= 248 && saturation >= 0.45) return 'blue';
  if ((hue >= 344 || hue <= 12) && saturation >= 0.72 && most >= 90) return 'red';
  return null;
}

/** Degrees, red being 0 and green 120. */
function hueOf(red: number, green: number, blue: number, most: number, spread: number): number {
  if (most === red) return (60 * (((green - blue) / spread + 6) % 6)) % 360;
  if (most === green) return 60 * ((blue - red) / spread + 2);
  return 60 * ((red - green) / spread + 4);
}

/** Largest first; boxes in px of the picture. `mpp` is µm per px; null when unknown. */
export function penMarks(picture: RasterImage, mpp: number | null): PenMark[] {
  const { width, height, data } = picture;
  const total = width * height;
  const least = Math.max(LEAST_PIXELS, mpp === null ? total * LEAST_SHARE : (LEAST_MM2 * 1e6) / (mpp * mpp));
  const found: PenMark[] = [];
  for (const ink of INKS) {
    const mask = new Uint8Array(total);
    let any = false;
    for (let pixel = 0; pixel < total; pixel++) {
      const at = pixel * 3;
      if (inkOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0) !== ink) continue;
      mask[pixel] = 1;
      any = true;
    }
    if (!any) continue;
    for (const { pixels, box } of componentsOf({ width, height, data: mask }, 1)) {
      if (pixels.length >= least) found.push({ ink, ...box, share: pixels.length / total });
    }
  }
  return found.toSorted((a, b) => b.share - a.share).slice(0, MOST_MARKS);
}
