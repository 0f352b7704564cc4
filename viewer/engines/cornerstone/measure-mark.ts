import type { Geometry } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import { measurePixels } from '#shared/annotation/measure-pixels.ts';
import type { Measurement } from '#shared/annotation/measurement.ts';
import { regionStatistics } from '#shared/imaging/roi-statistics.ts';
import type { FrameDescription } from './frame-description.ts';

/**
 * What a shape on a frame measures: lengths and areas from the header's calibration, and over regions of a monochrome
 * frame mean, spread and extremes of the modality values. `values` is null while the frame is not decoded.
 */
export function measureMark(
  geometry: Geometry,
  description: FrameDescription,
  values: ArrayLike<number> | null,
): Measurement[] {
  const measured = measureGeometry(geometry, description.calibration);
  const { meaning, rows, columns } = description;
  if (meaning === null || values === null || values.length < rows * columns) return measured;
  const statistics = regionStatistics({ columns, rows, values }, geometry);
  return statistics === null ? measured : [...measured, ...measurePixels(statistics, meaning)];
}

/** The value of the pixel at an image point as a reader says it: "−812 HU", "R 12 G 40 B 7"; null outside. */
export function probeText(
  point: readonly [number, number],
  description: FrameDescription,
  values: ArrayLike<number>,
): string | null {
  const [column, row] = [Math.floor(point[0]), Math.floor(point[1])];
  const { rows, columns, meaning } = description;
  if (column < 0 || row < 0 || column >= columns || row >= rows) return null;
  const index = row * columns + column;
  if (description.isColor) {
    const samples = Math.round(values.length / (rows * columns));
    if (samples < 3) return null;
    const [red, green, blue] = [values[index * samples], values[index * samples + 1], values[index * samples + 2]];
    return `R ${red} G ${green} B ${blue}`;
  }
  const value = values[index];
  if (meaning === null || value === undefined) return null;
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 3 : 1;
  const text = value.toFixed(digits).replace('-', '−');
  return meaning.unit === "[hnsf'U]" ? `${text} HU` : text;
}
