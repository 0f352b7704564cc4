/** The calibrated parts of an ultrasound screen (PS3.3 C.8.5.5): a picture, a trace of motion, a spectrum, a bar. */

/** What a pixel step of one axis means; centimetres are told as mm. `other` is nothing that we measure in. */
export type RegionUnit = 'mm' | 's' | 'Hz' | 'cm/s' | '%' | 'dB' | 'deg' | 'other';

export interface RegionAxis {
  readonly unit: RegionUnit;
  /** Change of the physical value from one pixel to the next, to the right or down; with its sign, never 0. */
  readonly perPixel: number;
  /** Where the physical value is known, in image pixels, and what it is there; null when the file does not say. */
  readonly reference: { readonly at: number; readonly value: number } | null;
}

export interface UltrasoundRegion {
  /** Image coordinates, the outer edges of the first and last pixel. */
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly across: RegionAxis;
  readonly down: RegionAxis;
  /** Where regions overlap, one of low priority gives way (Region Flags bit 0). */
  readonly lowPriority: boolean;
}

/** True where lengths in any direction, angles and areas have a meaning. */
export function isSpatial({ across, down }: Pick<UltrasoundRegion, 'across' | 'down'>): boolean {
  return across.unit === 'mm' && down.unit === 'mm';
}

/**
 * The region in which all the points lie. Of several, those of high priority count; when even they measure
 * differently, or no region holds all points, there is no scale, and null is returned.
 */
export function regionHolding(
  regions: readonly UltrasoundRegion[],
  points: readonly (readonly [x: number, y: number])[],
): UltrasoundRegion | null {
  const holding = regions.filter(({ minX, minY, maxX, maxY }) =>
    points.every(([x, y]) => x >= minX && x <= maxX && y >= minY && y <= maxY),
  );
  const high = holding.filter(({ lowPriority }) => !lowPriority);
  const [first, ...others] = high.length > 0 ? high : holding;
  return first !== undefined && others.every((other) => measuresAlike(first, other)) ? first : null;
}

/** Millimetres per pixel when every spatial region of the image has the same scale, else null. */
export function commonScale(regions: readonly UltrasoundRegion[]): { readonly x: number; readonly y: number } | null {
  const [first, ...others] = regions.filter(isSpatial);
  if (first === undefined || !others.every((other) => measuresAlike(first, other))) return null;
  return { x: Math.abs(first.across.perPixel), y: Math.abs(first.down.perPixel) };
}

function measuresAlike(one: UltrasoundRegion, other: UltrasoundRegion): boolean {
  return alike(one.across, other.across) && alike(one.down, other.down);
}

function alike(one: RegionAxis, other: RegionAxis): boolean {
  return one.unit === other.unit && Math.abs(one.perPixel - other.perPixel) <= 1e-6 * Math.abs(one.perPixel);
}
