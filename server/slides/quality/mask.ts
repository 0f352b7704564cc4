/** Yes or no for each pixel of a small picture: components, holes, and the boxes around what is found. */

import type { PixelRectangle } from '#shared/imaging/pyramid.ts';

/** Rows of 0 and 1: `data.length === width * height`. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Pixels of one value that touch by a side or a corner. */
export interface Component {
  /** Their places in `data`. */
  readonly pixels: readonly number[];
  readonly box: PixelRectangle;
  readonly touchesBorder: boolean;
}

/** Number of pixels that are 1. */
export function countOf({ data }: Mask): number {
  let count = 0;
  for (const value of data) count += value;
  return count;
}

/** The components of `value`; holes (0) are told from outside by corners that do not connect. */
export function componentsOf(mask: Mask, value: 0 | 1): Component[] {
  const { width, height, data } = mask;
  const seen = new Uint8Array(data.length);
  const found: Component[] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] !== value || seen[start] === 1) continue;
    seen[start] = 1;
    const pixels = [start];
    let [left, right, top, bottom] = [width, -1, height, -1];
    for (let at = 0; at < pixels.length; at++) {
      const pixel = pixels[at] ?? 0;
      const x = pixel % width;
      const y = (pixel - x) / width;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (value === 0 && dx !== 0 && dy !== 0) continue;
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const next = ny * width + nx;
          if (data[next] !== value || seen[next] === 1) continue;
          seen[next] = 1;
          pixels.push(next);
        }
      }
    }
    const touchesBorder = left === 0 || top === 0 || right === width - 1 || bottom === height - 1;
    found.push({ pixels, box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }, touchesBorder });
  }
  return found;
}

/** Without components of fewer than `leastPixels`, and with the holes of fewer than `mostHolePixels` filled. */
export function cleaned(mask: Mask, leastPixels: number, mostHolePixels: number): Mask {
  const data = Uint8Array.from(mask.data);
  const result = { ...mask, data };
  for (const { pixels, touchesBorder } of componentsOf(result, 0)) {
    if (touchesBorder || pixels.length >= mostHolePixels) continue;
    for (const pixel of pixels) data[pixel] = 1;
  }
  for (const { pixels } of componentsOf(result, 1)) {
    if (pixels.length >= leastPixels) continue;
    for (const pixel of pixels) data[pixel] = 0;
  }
  return result;
}

/** Eight pixels a byte, row after row without padding, the first one in the highest bit. */
export function packed({ data }: Mask): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(data.length / 8));
  for (const [at, value] of data.entries()) {
    if (value === 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (0x80 >> (at & 7));
  }
  return bytes;
}
