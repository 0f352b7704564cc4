/** Statistics of pixel values inside a region. Viewer and server compute them with this one function. */
import { boundsOf, type Geometry, insideTest } from '#shared/annotation/geometry.ts';

/** Modality values of one frame, row by row, one sample a pixel. */
export interface FrameOfValues {
  readonly columns: number;
  readonly rows: number;
  readonly values: ArrayLike<number>;
}

export interface RegionStatistics {
  readonly mean: number;
  /** Of the population: divided by the number of pixels. */
  readonly standardDeviation: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Of an even number of pixels the mean of the middle two. */
  readonly median: number;
  readonly pixelCount: number;
}

/** Image coordinates: (0, 0) is the corner of the first pixel, its centre is (0.5, 0.5). */
export interface RegionBounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/**
 * The finite values of the pixels whose centre satisfies `inside`, row by row. `bounds` saves the pixels outside of it
 * from being tested.
 */
export function valuesInside(
  frame: FrameOfValues,
  inside: (x: number, y: number) => boolean,
  bounds: RegionBounds = { minX: 0, minY: 0, maxX: frame.columns, maxY: frame.rows },
): Float64Array {
  const firstRow = Math.max(0, Math.floor(bounds.minY));
  const lastRow = Math.min(frame.rows - 1, Math.ceil(bounds.maxY));
  const firstColumn = Math.max(0, Math.floor(bounds.minX));
  const lastColumn = Math.min(frame.columns - 1, Math.ceil(bounds.maxX));
  const found = new Float64Array(Math.max(0, lastRow - firstRow + 1) * Math.max(0, lastColumn - firstColumn + 1));
  let count = 0;
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      if (!inside(column + 0.5, row + 0.5)) continue;
      const value = frame.values[row * frame.columns + column] ?? Number.NaN;
      if (Number.isFinite(value)) found[count++] = value;
    }
  }
  return found.subarray(0, count);
}

/** Mean, spread, extremes and median of the pixels whose centre satisfies `inside`; null when there is none. */
export function statisticsInside(
  frame: FrameOfValues,
  inside: (x: number, y: number) => boolean,
  bounds?: RegionBounds,
): RegionStatistics | null {
  const values = valuesInside(frame, inside, bounds);
  if (values.length === 0) return null;
  let mean = 0;
  // Welford's sum of squared differences: stays exact where the mean is large and the spread small.
  let squares = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const value of values) {
    count++;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  const standardDeviation = Math.sqrt(squares / count);
  return { mean, standardDeviation, minimum, maximum, median: medianOf(values), pixelCount: count };
}

/** Sorts `values` in place. */
function medianOf(values: Float64Array): number {
  values.sort();
  const half = values.length >> 1;
  const upper = values[half] ?? Number.NaN;
  return values.length % 2 === 1 ? upper : ((values[half - 1] ?? upper) + upper) / 2;
}

export interface RegionHistogram {
  readonly minimum: number;
  readonly maximum: number;
  /** Pixels in each of equal steps from the minimum to the maximum, both included. */
  readonly counts: readonly number[];
}

/** How the values of a drawn region are spread over `bins` equal steps; null where `regionStatistics` is null. */
export function regionHistogram(frame: FrameOfValues, geometry: Geometry, bins: number): RegionHistogram | null {
  const inside = insideTest(geometry);
  const values = inside === null ? [] : valuesInside(frame, inside, boundsOf(geometry));
  if (values.length === 0) return null;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  const counts = new Array<number>(bins).fill(0);
  const step = (maximum - minimum) / bins;
  for (const value of values) {
    const bin = step === 0 ? 0 : Math.min(bins - 1, Math.floor((value - minimum) / step));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { minimum, maximum, counts };
}

/** The value of the pixel under a point; null outside of the frame and where it is no number. */
export function valueAt(frame: FrameOfValues, [x, y]: readonly [x: number, y: number]): number | null {
  // A point on the lower or right border belongs to the last pixel.
  const column = Math.min(Math.floor(x), frame.columns - 1);
  const row = Math.min(Math.floor(y), frame.rows - 1);
  if (column < 0 || row < 0 || x > frame.columns || y > frame.rows) return null;
  const value = frame.values[row * frame.columns + column] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** The finite values whose pixel centre lies in a drawn region; none for shapes without an inside. */
export function regionValues(frame: FrameOfValues, geometry: Geometry): number[] {
  const inside = insideTest(geometry);
  if (inside === null) return [];
  const { minX, minY, maxX, maxY } = boundsOf(geometry);
  const values: number[] = [];
  for (let row = Math.max(0, Math.floor(minY)); row <= Math.min(frame.rows - 1, Math.ceil(maxY)); row += 1) {
    for (
      let column = Math.max(0, Math.floor(minX));
      column <= Math.min(frame.columns - 1, Math.ceil(maxX));
      column += 1
    ) {
      const value = frame.values[row * frame.columns + column] ?? Number.NaN;
      if (Number.isFinite(value) && inside(column + 0.5, row + 0.5)) values.push(value);
    }
  }
  return values;
}

/** Statistics inside a drawn region; null for shapes without an inside and for regions that hold no pixel centre. */
export function regionStatistics(frame: FrameOfValues, geometry: Geometry): RegionStatistics | null {
  const inside = insideTest(geometry);
  return inside === null ? null : statisticsInside(frame, inside, boundsOf(geometry));
}
