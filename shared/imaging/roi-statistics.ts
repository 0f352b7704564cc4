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
 * Mean, spread and extremes over the pixels whose centre satisfies `inside`. `bounds` saves the pixels outside of it
 * from being tested. Values that are no finite numbers do not count.
 * @returns null when no pixel lies inside
 */
export function statisticsInside(
  frame: FrameOfValues,
  inside: (x: number, y: number) => boolean,
  bounds: RegionBounds = { minX: 0, minY: 0, maxX: frame.columns, maxY: frame.rows },
): RegionStatistics | null {
  const firstRow = Math.max(0, Math.floor(bounds.minY));
  const lastRow = Math.min(frame.rows - 1, Math.ceil(bounds.maxY));
  const firstColumn = Math.max(0, Math.floor(bounds.minX));
  const lastColumn = Math.min(frame.columns - 1, Math.ceil(bounds.maxX));
  let pixelCount = 0;
  let mean = 0;
  // Welford's sum of squared differences: stays exact where the mean is large and the spread small.
  let squares = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      if (!inside(column + 0.5, row + 0.5)) continue;
      const value = frame.values[row * frame.columns + column] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      pixelCount++;
      const difference = value - mean;
      mean += difference / pixelCount;
      squares += difference * (value - mean);
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
  }
  if (pixelCount === 0) return null;
  return { mean, standardDeviation: Math.sqrt(squares / pixelCount), minimum, maximum, pixelCount };
}

/** Statistics inside a drawn region; null for shapes without an inside and for regions that hold no pixel centre. */
export function regionStatistics(frame: FrameOfValues, geometry: Geometry): RegionStatistics | null {
  const inside = insideTest(geometry);
  return inside === null ? null : statisticsInside(frame, inside, boundsOf(geometry));
}
