/** Painting into a mask: a round brush drawn along a line, limited to pixels of certain values if so wished. */
import type { Point } from '#shared/annotation/geometry.ts';
import type { Mask } from './mask-runs.ts';

/** A frame as a brush sees it. Sides of a pixel are relative to each other, so that a brush is round in the patient. */
export interface PaintedGrid {
  readonly columns: number;
  readonly rows: number;
  readonly pixelWidth: number;
  readonly pixelHeight: number;
}

/** Whole pixels that may have changed, the last ones included; null when none lies on the frame. */
export interface PaintedArea {
  readonly firstColumn: number;
  readonly firstRow: number;
  readonly lastColumn: number;
  readonly lastRow: number;
}

export interface BrushStroke {
  /** Image coordinates: (0, 0) is the corner of the first pixel. */
  readonly from: Point;
  readonly to: Point;
  /** In widths of a pixel. Half a pixel and less paints the one under the point. */
  readonly radius: number;
  /** What is written: 1 paints, 0 wipes out. */
  readonly value: 0 | 1;
}

/**
 * Writes every pixel whose centre is within the radius of the line, and the pixel under each of its ends. `accepts`
 * says of a pixel by its place in the frame whether it may be painted; wiping out asks nobody. Changes `mask`.
 */
export function paintStroke(
  mask: Mask,
  grid: PaintedGrid,
  stroke: BrushStroke,
  accepts: (place: number) => boolean = () => true,
): PaintedArea | null {
  const { columns, rows } = grid;
  const { from, to, radius, value } = stroke;
  const stretch = grid.pixelHeight / grid.pixelWidth;
  const high = radius / stretch;
  const area = {
    firstColumn: Math.max(0, Math.floor(Math.min(from[0], to[0]) - radius)),
    firstRow: Math.max(0, Math.floor(Math.min(from[1], to[1]) - high)),
    lastColumn: Math.min(columns - 1, Math.floor(Math.max(from[0], to[0]) + radius)),
    lastRow: Math.min(rows - 1, Math.floor(Math.max(from[1], to[1]) + high)),
  };
  if (area.firstColumn > area.lastColumn || area.firstRow > area.lastRow) return null;
  const write = (place: number): void => {
    if (value === 0 || accepts(place)) mask[place] = value;
  };
  const [dx, dy] = [to[0] - from[0], (to[1] - from[1]) * stretch];
  const length = dx * dx + dy * dy;
  const reach = radius * radius;
  for (let row = area.firstRow; row <= area.lastRow; row += 1) {
    const y = (row + 0.5 - from[1]) * stretch;
    for (let column = area.firstColumn; column <= area.lastColumn; column += 1) {
      const x = column + 0.5 - from[0];
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      const [offX, offY] = [x - along * dx, y - along * dy];
      if (offX * offX + offY * offY <= reach) write(row * columns + column);
    }
  }
  for (const [x, y] of [from, to]) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column >= 0 && row >= 0 && column < columns && row < rows) write(row * columns + column);
  }
  return area;
}

/** Paints every pixel of the frame that `inside` and `accepts` both take: a threshold within a region. Changes `mask`. */
export function paintRegion(
  mask: Mask,
  { columns, rows }: Pick<PaintedGrid, 'columns' | 'rows'>,
  inside: (x: number, y: number) => boolean,
  accepts: (place: number) => boolean,
): void {
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const place = row * columns + column;
      if (mask[place] === 0 && accepts(place) && inside(column + 0.5, row + 0.5)) mask[place] = 1;
    }
  }
}

/** What a threshold takes: values from the lower to the upper one, both included. */
export interface ValueRange {
  readonly lower: number;
  readonly upper: number;
}

/** The test of a threshold over the modality values of a frame. */
export function withinRange(values: ArrayLike<number>, { lower, upper }: ValueRange): (place: number) => boolean {
  return (place) => {
    const value = values[place] ?? Number.NaN;
    return value >= lower && value <= upper;
  };
}
