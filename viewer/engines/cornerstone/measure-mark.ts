import type { Geometry } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import { measurePixels } from '#shared/annotation/measure-pixels.ts';
import { type Measurement, unitText } from '#shared/annotation/measurement.ts';
import type { UserCalibration } from '#shared/annotation/user-calibration.ts';
import { type FrameOfValues, regionHistogram } from '#shared/imaging/roi-statistics.ts';
import type { MeasuredHistogram } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import { modalityTransform } from './grey-table.ts';

/**
 * What a shape on a frame measures: lengths and areas from the header's calibration, and over regions of a monochrome
 * frame mean, spread and extremes of the modality values. `values` is null while the frame is not decoded.
 */
export function measureMark(
  geometry: Geometry,
  description: FrameDescription,
  values: ArrayLike<number> | null,
  calibration?: UserCalibration,
): Measurement[] {
  const measured = measureGeometry(geometry, description.calibration, calibration);
  const frame = frameOf(description, values);
  if (frame === null || description.meaning === null) return measured;
  return [...measured, ...measurePixels(frame, geometry, description.meaning)];
}

const BINS = 48;

/** How the values inside a region are spread; null for other shapes and where `measureMark` gives no statistics. */
export function histogramOfMark(
  geometry: Geometry,
  description: FrameDescription,
  values: ArrayLike<number> | null,
): MeasuredHistogram | null {
  const { meaning } = description;
  const frame = frameOf(description, values);
  const histogram = frame === null || meaning === null ? null : regionHistogram(frame, geometry, BINS);
  if (histogram === null || meaning === null) return null;
  const { unit, factor = 1 } = meaning;
  const { counts, minimum, maximum } = histogram;
  return { counts, minimum: minimum * factor, maximum: maximum * factor, unit };
}

function frameOf({ rows, columns }: FrameDescription, values: ArrayLike<number> | null): FrameOfValues | null {
  return values === null || values.length < rows * columns ? null : { rows, columns, values };
}

/**
 * The value of the pixel at an image point as a reader says it: "−812 HU", "R 12 G 40 B 7"; null outside.
 * @param samples stored values, or red, green and blue of each pixel
 */
export function probeText(
  point: readonly [number, number],
  description: FrameDescription,
  samples: ArrayLike<number>,
): string | null {
  const [column, row] = [Math.floor(point[0]), Math.floor(point[1])];
  const { rows, columns, meaning } = description;
  if (column < 0 || row < 0 || column >= columns || row >= rows) return null;
  const index = row * columns + column;
  if (description.isColor) {
    const [red, green, blue] = [samples[index * 3], samples[index * 3 + 1], samples[index * 3 + 2]];
    return blue === undefined ? null : `R ${red} G ${green} B ${blue}`;
  }
  const stored = samples[index];
  if (meaning === null || stored === undefined) return null;
  const value = modalityTransform(description)(stored) * (meaning.factor ?? 1);
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 3 : 1;
  const text = value.toFixed(digits).replace('-', '−');
  return `${text} ${unitText(meaning.unit)}`.trim();
}
