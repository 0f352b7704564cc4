import type { PaintedArea } from '#shared/segmentation/brush.ts';
import type { Mask } from '#shared/segmentation/mask-runs.ts';

export interface ColouredMask {
  readonly mask: Mask;
  /** `#rrggbb`. */
  readonly color: string;
}

/** Masks as a picture in the size of the frame: a thin veil of colour with a firm edge. */
export interface SegmentPicture {
  /** Draws `area` of the masks anew, later ones on top, or all of it. */
  draw(masks: readonly ColouredMask[], columns: number, rows: number, area: PaintedArea | null): void;
  readonly canvas: HTMLCanvasElement;
}

const VEIL = 0.3;
const EDGE = 0.9;

export function createSegmentPicture(): SegmentPicture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  let pixels = context.createImageData(1, 1);
  return {
    canvas,
    draw(masks, columns, rows, area) {
      if (canvas.width !== columns || canvas.height !== rows || pixels.width !== columns || pixels.height !== rows) {
        canvas.width = columns;
        canvas.height = rows;
        pixels = context.createImageData(columns, rows);
      }
      // The edge of a neighbour may have moved with the last pixel.
      const [left, top] = [Math.max(0, (area?.firstColumn ?? 0) - 1), Math.max(0, (area?.firstRow ?? 0) - 1)];
      const right = Math.min(columns - 1, (area?.lastColumn ?? columns) + 1);
      const bottom = Math.min(rows - 1, (area?.lastRow ?? rows) + 1);
      for (let row = top; row <= bottom; row += 1) {
        pixels.data.fill(0, (row * columns + left) * 4, (row * columns + right + 1) * 4);
      }
      for (const { mask, color } of masks) {
        const paint = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
        for (let row = top; row <= bottom; row += 1) {
          for (let column = left; column <= right; column += 1) {
            const place = row * columns + column;
            if (mask[place] !== 1) continue;
            const edge =
              column === 0 ||
              row === 0 ||
              column === columns - 1 ||
              row === rows - 1 ||
              mask[place - 1] === 0 ||
              mask[place + 1] === 0 ||
              mask[place - columns] === 0 ||
              mask[place + columns] === 0;
            blend(pixels.data, place * 4, paint, edge ? EDGE : VEIL);
          }
        }
      }
      context.putImageData(pixels, 0, 0, left, top, right - left + 1, bottom - top + 1);
    },
  };
}

/** One colour over what is there, both with their share of cover. */
function blend(data: Uint8ClampedArray, at: number, color: readonly number[], alpha: number): void {
  const below = (data[at + 3] ?? 0) / 255;
  const cover = alpha + below * (1 - alpha);
  for (let part = 0; part < 3; part += 1) {
    data[at + part] = ((color[part] ?? 0) * alpha + (data[at + part] ?? 0) * below * (1 - alpha)) / cover;
  }
  data[at + 3] = cover * 255;
}
