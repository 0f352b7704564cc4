/** Masks between drawn slices, by the distances to the outlines of those (Raya and Udupa 1990). */
import type { Mask } from './mask-runs.ts';

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly pixelWidth: number;
  readonly pixelHeight: number;
}

/**
 * The mask `share` of the way (0 to 1) from one drawn slice to the next: where the distances to their outlines,
 * negative outside, weighted by nearness, are positive.
 */
export function maskBetween(grid: Grid, before: SignedDistances, after: SignedDistances, share: number): Mask {
  const mask = new Uint8Array(grid.columns * grid.rows);
  for (let place = 0; place < mask.length; place += 1) {
    const distance = (before[place] ?? 0) * (1 - share) + (after[place] ?? 0) * share;
    if (distance > 0) mask[place] = 1;
  }
  return mask;
}

/** Squares are not taken; positive inside, negative outside, in the unit of the pixel's sides. */
export type SignedDistances = Float32Array<ArrayBuffer>;

/** The exact distance of each pixel centre to the nearest centre on the other side of the outline, less half a pixel. */
export function signedDistances(mask: Uint8Array, grid: Grid): SignedDistances {
  const inside = squaredDistances(mask, 0, grid);
  const outside = squaredDistances(mask, 1, grid);
  const half = Math.min(grid.pixelWidth, grid.pixelHeight) / 2;
  const distances = new Float32Array(mask.length);
  for (let place = 0; place < mask.length; place += 1) {
    distances[place] = mask[place] === 0 ? half - Math.sqrt(outside[place] ?? 0) : Math.sqrt(inside[place] ?? 0) - half;
  }
  return distances;
}

/** Further than any pixel of a frame, and still exact in squares. */
const FAR = 1e15;

/** Of one line of the field: its values, the parabolas of the envelope, and where one gives way to the next. */
interface Line {
  readonly heights: Float64Array;
  readonly vertices: Int32Array;
  readonly borders: Float64Array;
}

/** Squared distance to the nearest pixel of `value` (Felzenszwalb and Huttenlocher 2012): rows first, then columns. */
function squaredDistances(mask: Uint8Array, value: 0 | 1, grid: Grid): Float64Array {
  const { columns, rows, pixelWidth, pixelHeight } = grid;
  const field = new Float64Array(mask.length);
  for (let place = 0; place < mask.length; place += 1) field[place] = (mask[place] === 0 ? 0 : 1) === value ? 0 : FAR;
  const longest = Math.max(columns, rows);
  const line: Line = {
    heights: new Float64Array(longest),
    vertices: new Int32Array(longest),
    borders: new Float64Array(longest + 1),
  };
  for (let row = 0; row < rows; row += 1) transform(field, row * columns, 1, columns, pixelWidth, line);
  for (let column = 0; column < columns; column += 1) transform(field, column, columns, rows, pixelHeight, line);
  return field;
}

/** The lower envelope of the parabolas over one line of the field, in place. */
function transform(
  field: Float64Array,
  first: number,
  step: number,
  count: number,
  size: number,
  { heights, vertices, borders }: Line,
): void {
  const square = size * size;
  // A parabola is known by its height over the place 0.
  for (let i = 0; i < count; i += 1) heights[i] = (field[first + i * step] ?? FAR) + i * i * square;
  const meet = (i: number, j: number): number => ((heights[i] ?? 0) - (heights[j] ?? 0)) / (2 * square * (i - j));
  let last = 0;
  vertices[0] = 0;
  borders[0] = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < count; i += 1) {
    let border = meet(i, vertices[last] ?? 0);
    while (last > 0 && border <= (borders[last] ?? 0)) {
      last -= 1;
      border = meet(i, vertices[last] ?? 0);
    }
    last += 1;
    vertices[last] = i;
    borders[last] = border;
  }
  const end = last;
  last = 0;
  for (let i = 0; i < count; i += 1) {
    while (last < end && (borders[last + 1] ?? 0) < i) last += 1;
    const vertex = vertices[last] ?? 0;
    field[first + i * step] = (heights[vertex] ?? 0) + (i * i - 2 * i * vertex) * square;
  }
}
