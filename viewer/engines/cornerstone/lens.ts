import type { Point } from '#shared/annotation/geometry.ts';
import type { Size } from './placement.ts';

/** How much the lens enlarges. */
export const LENS_FACTOR = 2.5;
/** CSS pixels. */
export const LENS_RADIUS = 90;

/** Where the lens lies while no pointer says so. */
export function middleOf({ width, height }: Size): Point {
  return [width / 2, height / 2];
}
