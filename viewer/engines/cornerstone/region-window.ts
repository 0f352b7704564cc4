import { type Geometry, isRegion } from '#shared/annotation/geometry.ts';
import { regionValues } from '#shared/imaging/roi-statistics.ts';
import { autoWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { Mark } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import { type FrameImage, modalityValuesOf } from './frame-image.ts';
import { type FrameStack, indexOfTarget } from './frame-stack.ts';

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

/** The region that is selected on the image at `painted` in the stack, or null. */
export function selectedRegionOf(
  marks: readonly Mark[],
  stack: FrameStack | null,
  painted: number | null,
): Geometry | null {
  const mark = marks.find(
    ({ selected, target }) => selected && stack !== null && indexOfTarget(stack, target) === painted,
  );
  return mark !== undefined && isRegion(mark.geometry) ? mark.geometry : null;
}
