/** Where a slide in bright field has tissue, on an overview of some µm per pixel. */

import type { RasterImage } from '#server/codecs/raster.ts';
import { cleaned, type Mask } from './mask.ts';

/** A shade from which on a pixel is tissue, and the glass it was found against. */
export interface TissueLimit {
  /** Brightness of empty glass in each channel. */
  readonly glass: readonly [number, number, number];
  /** Of `depthOf`. */
  readonly depth: number;
}

/** Threads, bubbles and noise of the glass stay below the one; nothing that is stained lies above the other. */
const LEAST_DEPTH = 18;
const MOST_DEPTH = 60;
/** Scanners fill what they did not scan with black. */
const UNSCANNED = 6;
/** Debris below this size is no tissue, and gaps below it belong to the tissue around them. */
const DEBRIS_MM2 = 0.01;
const HOLE_MM2 = 0.05;
/** Of the picture, where its scale is unknown. */
const DEBRIS_SHARE = 5e-5;

/**
 * How much of the light of the glass is missing in the channel that misses most, 0 to 255: pale eosin, brown DAB and grey
 * haematoxylin all have some, glass has none.
 */
export function depthOf(
  red: number,
  green: number,
  blue: number,
  [glassRed, glassGreen, glassBlue]: TissueLimit['glass'],
): number {
  if (red < UNSCANNED && green < UNSCANNED && blue < UNSCANNED) return 0;
  return Math.max(0, glassRed - red, glassGreen - green, glassBlue - blue);
}

/** The threshold that parts a histogram into the two most unlike halves (Otsu 1979), as index of the last dark bin. */
export function otsu(histogram: readonly number[]): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const sum = histogram.reduce((all, count, index) => all + count * index, 0);
  let [best, bestVariance, below, belowSum] = [0, -1, 0, 0];
  for (const [index, count] of histogram.entries()) {
    below += count;
    belowSum += count * index;
    if (below === 0 || below === total) continue;
    const apart = belowSum / below - (sum - belowSum) / (total - below);
    const variance = below * (total - below) * apart * apart;
    if (variance > bestVariance) [best, bestVariance] = [index, variance];
  }
  return best;
}

/** The limit of a picture: its glass is what it has of the brightest, and the threshold Otsu's within sense. */
export function tissueLimit(picture: RasterImage): TissueLimit {
  const glass: [number, number, number] = [glassOf(picture, 0), glassOf(picture, 1), glassOf(picture, 2)];
  const histogram = new Array<number>(256).fill(0);
  const { data } = picture;
  for (let at = 0; at < data.length; at += 3) {
    const depth = depthOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, glass);
    histogram[depth] = (histogram[depth] ?? 0) + 1;
  }
  return { glass, depth: Math.min(MOST_DEPTH, Math.max(LEAST_DEPTH, otsu(histogram) + 1)) };
}

/** The brightest percent of a channel, but never darker than glass is: a picture may hold tissue alone. */
function glassOf({ data }: RasterImage, channel: number): number {
  const histogram = new Array<number>(256).fill(0);
  for (let at = channel; at < data.length; at += 3) histogram[data[at] ?? 0] = (histogram[data[at] ?? 0] ?? 0) + 1;
  const wanted = data.length / 3 / 100;
  let seen = 0;
  for (let value = 255; value > 200; value--) {
    seen += histogram[value] ?? 0;
    if (seen >= wanted) return value;
  }
  return 200;
}

/** The tissue of the picture, without debris and with small gaps filled. `mpp` is µm per px; null when unknown. */
export function tissueMask(picture: RasterImage, limit: TissueLimit, mpp: number | null): Mask {
  const { width, height, data } = picture;
  const found = new Uint8Array(width * height);
  for (let pixel = 0; pixel < found.length; pixel++) {
    const at = pixel * 3;
    const depth = depthOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, limit.glass);
    if (depth >= limit.depth) found[pixel] = 1;
  }
  const inPixels = (mm2: number): number => (mpp === null ? 0 : (mm2 * 1e6) / (mpp * mpp));
  const least = mpp === null ? Math.max(4, width * height * DEBRIS_SHARE) : Math.max(4, inPixels(DEBRIS_MM2));
  return cleaned({ width, height, data: found }, least, Math.max(least, inPixels(HOLE_MM2)));
}
