import type { Geometry } from '#shared/annotation/geometry.ts';
import { regionValues } from '#shared/imaging/roi-statistics.ts';
import { autoWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import { type FrameImage, modalityValuesOf } from './frame-image.ts';

/** The window that shows the values inside a region, from its second to its 98th percentile; null for colour. */
export function windowOfRegion(
  region: Geometry,
  image: FrameImage,
  description: FrameDescription | null,
): VoiWindow | null {
  if (description === null || image.isColor) return null;
  const { columns, rows } = image;
  const values = regionValues({ columns, rows, values: modalityValuesOf(image, description) }, region);
  return autoWindow(values, { lowFraction: 0.02, highFraction: 0.98 });
}
