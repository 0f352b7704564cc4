/** Statistics of the values in a segment, put together from those of its frames. */
import type { PixelMeaning } from '#shared/annotation/measure-pixels.ts';
import type { Measurement } from '#shared/annotation/measurement.ts';

/** What can be added up, without the values themselves. */
export interface ValueSums {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared differences from the mean. */
  readonly squares: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const NO_VALUES: ValueSums = {
  count: 0,
  mean: 0,
  squares: 0,
  minimum: Number.POSITIVE_INFINITY,
  maximum: Number.NEGATIVE_INFINITY,
};

/** Of the finite values of one frame inside of its mask. */
export function sumInside(values: ArrayLike<number>, mask: Uint8Array): ValueSums {
  let [count, mean, squares] = [0, 0, 0];
  let [minimum, maximum] = [NO_VALUES.minimum, NO_VALUES.maximum];
  for (let place = 0; place < mask.length; place += 1) {
    const value = mask[place] === 0 ? Number.NaN : (values[place] ?? Number.NaN);
    if (!Number.isFinite(value)) continue;
    count += 1;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return { count, mean, squares, minimum, maximum };
}

/** Both together (Chan, Golub and LeVeque 1979): exact where means are large and spreads small. */
export function addSums(a: ValueSums, b: ValueSums): ValueSums {
  const count = a.count + b.count;
  if (count === 0) return NO_VALUES;
  const difference = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (difference * b.count) / count,
    squares: a.squares + b.squares + (difference * difference * a.count * b.count) / count,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
}

/** The measurements of a segment; none where there is no value. */
export function measureSums(sums: ValueSums, { unit, provenance }: PixelMeaning): Measurement[] {
  if (sums.count === 0) return [];
  const meaning = { unit, provenance };
  return [
    { name: 'mean', value: sums.mean, ...meaning },
    // Of the population, as for regions.
    { name: 'standard-deviation', value: Math.sqrt(sums.squares / sums.count), ...meaning },
    { name: 'minimum', value: sums.minimum, ...meaning },
    { name: 'maximum', value: sums.maximum, ...meaning },
  ];
}
