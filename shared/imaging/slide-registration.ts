/** How one slide lies on another, from places that were marked in both. */

import * as z from 'zod';
import { type Affine, applied, composed, determinant, scaling } from './affine.ts';

const placeSchema = z.tuple([z.number(), z.number()]);
/** The same place in both slides, level-0 pixels of each. */
export const landmarkPairSchema = z.object({ from: placeSchema, to: placeSchema });
export type LandmarkPair = z.infer<typeof landmarkPairSchema>;

/** `similarity`: moved, turned, scaled, turned over; `affine`: also stretched and sheared, as cut tissue is. */
export const registrationModelSchema = z.enum(['similarity', 'affine']);
export type RegistrationModel = z.infer<typeof registrationModelSchema>;

export const LEAST_PAIRS = 3;

/** Micrometres per pixel of a slide; null where they are not known. */
export interface SlideScale {
  readonly mppX: number | null;
  readonly mppY: number | null;
}

export interface Registration {
  /** Level-0 pixels of the one slide to those of the other. */
  readonly transform: Affine;
  /** How far each marked place lies from where the transform puts it. */
  readonly errors: readonly number[];
  /** Root mean square of the errors. */
  readonly residual: number;
  /** Of errors and residual, on the second slide. */
  readonly unit: 'µm' | 'px';
}

/**
 * The transform that puts the marked places of one slide onto those of the other with the least squares, measured on
 * the second one in micrometres where its scale is known. A similarity may turn the slide over, if that fits better.
 * Null with fewer than three pairs, and where they lie on a line or on one point and say too little.
 */
export function registerSlides(
  pairs: readonly LandmarkPair[],
  from: SlideScale,
  to: SlideScale,
  model: RegistrationModel,
): Registration | null {
  if (pairs.length < LEAST_PAIRS) return null;
  const isScaled = from.mppX !== null && from.mppY !== null && to.mppX !== null && to.mppY !== null;
  const inward = isScaled ? scaling(from.mppX ?? 1, from.mppY ?? 1) : scaling(1, 1);
  const outward = isScaled ? scaling(1 / (to.mppX ?? 1), 1 / (to.mppY ?? 1)) : scaling(1, 1);
  const there = isScaled ? scaling(to.mppX ?? 1, to.mppY ?? 1) : scaling(1, 1);
  const placed = pairs.map((pair) => ({ from: applied(inward, pair.from), to: applied(there, pair.to) }));
  const found = model === 'affine' ? leastAffine(placed) : leastSimilarity(placed);
  if (found === null) return null;
  const errors = errorsOf(found, placed);
  return {
    transform: composed(outward, composed(found, inward)),
    errors,
    residual: rootMeanSquare(errors),
    unit: isScaled ? 'µm' : 'px',
  };
}

interface PlacedPair {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

function errorsOf(transform: Affine, pairs: readonly PlacedPair[]): number[] {
  return pairs.map(({ from, to }) => {
    const [x, y] = applied(transform, from);
    return Math.hypot(x - to[0], y - to[1]);
  });
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function middleOf(places: readonly (readonly [number, number])[]): readonly [number, number] {
  const sum = places.reduce(([sx, sy], [x, y]) => [sx + x, sy + y] as const, [0, 0] as const);
  return [sum[0] / places.length, sum[1] / places.length];
}

/** Spread of the places in their two main directions; a small second one means that they lie on a line. */
function isFlat(places: readonly (readonly [number, number])[]): boolean {
  const [mx, my] = middleOf(places);
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of places) {
    xx += (x - mx) ** 2;
    xy += (x - mx) * (y - my);
    yy += (y - my) ** 2;
  }
  const [half, root] = [(xx + yy) / 2, Math.sqrt(((xx - yy) / 2) ** 2 + xy ** 2)];
  // A twentieth of the longer side (a squared ratio of 1/400): closer to a line, an error of a place tips the slide.
  return half + root === 0 || (half - root) / (half + root) < 1 / 400;
}

/** In closed form, with places as complex numbers: q = z·p + t, or z·conj(p) + t where the slide is turned over. */
function leastSimilarity(pairs: readonly PlacedPair[]): Affine | null {
  if (isFlat(pairs.map(({ from }) => from))) return null;
  const [px, py] = middleOf(pairs.map(({ from }) => from));
  const [qx, qy] = middleOf(pairs.map(({ to }) => to));
  const fitted = (over: 1 | -1): Affine => {
    let [re, im, size] = [0, 0, 0];
    for (const { from, to } of pairs) {
      const [x, y, u, v] = [from[0] - px, over * (from[1] - py), to[0] - qx, to[1] - qy];
      re += x * u + y * v;
      im += x * v - y * u;
      size += x * x + y * y;
    }
    const [a, b] = [re / size, im / size];
    const [c, d] = [-b * over, a * over];
    return { a, b, c, d, e: qx - a * px - c * py, f: qy - b * px - d * py };
  };
  const [straight, over] = [fitted(1), fitted(-1)];
  const better = rootMeanSquare(errorsOf(over, pairs)) < rootMeanSquare(errorsOf(straight, pairs)) ? over : straight;
  return Math.abs(determinant(better)) < 1e-9 ? null : better;
}

/** Normal equations about the middles of both. */
function leastAffine(pairs: readonly PlacedPair[]): Affine | null {
  if (isFlat(pairs.map(({ from }) => from))) return null;
  const [px, py] = middleOf(pairs.map(({ from }) => from));
  const [qx, qy] = middleOf(pairs.map(({ to }) => to));
  let [xx, xy, yy, xu, yu, xv, yv] = [0, 0, 0, 0, 0, 0, 0];
  for (const { from, to } of pairs) {
    const [x, y, u, v] = [from[0] - px, from[1] - py, to[0] - qx, to[1] - qy];
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xu += x * u;
    yu += y * u;
    xv += x * v;
    yv += y * v;
  }
  const whole = xx * yy - xy * xy;
  const [a, c] = [(xu * yy - yu * xy) / whole, (yu * xx - xu * xy) / whole];
  const [b, d] = [(xv * yy - yv * xy) / whole, (yv * xx - xv * xy) / whole];
  const found = { a, b, c, d, e: qx - a * px - c * py, f: qy - b * px - d * py };
  return Math.abs(determinant(found)) < 1e-9 ? null : found;
}
