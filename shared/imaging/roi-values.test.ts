import { expect, test } from 'vitest';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { regionHistogram, regionStatistics, valueAt } from './roi-statistics.ts';

const frame = { columns: 4, rows: 2, values: [1, 2, 3, 100, 5, 6, Number.NaN, 8] };
const whole: Extract<Geometry, { kind: 'rectangle' }> = { kind: 'rectangle', min: [0, 0], max: [4, 2] };

test('the median is the middle value, or the mean of the middle two; what is no number does not count', () => {
  expect(regionStatistics(frame, whole)).toMatchObject({ median: 5, pixelCount: 7 });
  expect(regionStatistics(frame, { ...whole, max: [2, 2] })).toMatchObject({ median: 3.5, pixelCount: 4 });
});

test('a histogram holds every pixel once, its ends included', () => {
  const histogram = regionHistogram(frame, whole, 10);
  expect(histogram).toMatchObject({ minimum: 1, maximum: 100 });
  expect(histogram?.counts).toEqual([6, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(regionHistogram({ ...frame, values: [7, 7, 7, 7, 7, 7, 7, 7] }, whole, 3)?.counts).toEqual([8, 0, 0]);
  expect(regionHistogram(frame, { kind: 'line', from: [0, 0], to: [4, 2] }, 3)).toBeNull();
});

test('a point has the value of its pixel; on the far border that of the last', () => {
  expect(valueAt(frame, [3.9, 0.1])).toBe(100);
  expect(valueAt(frame, [4, 2])).toBe(8);
  expect(valueAt(frame, [2.5, 1.5])).toBeNull();
  expect(valueAt(frame, [4.1, 0])).toBeNull();
  expect(valueAt(frame, [-0.1, 0])).toBeNull();
});
