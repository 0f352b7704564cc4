import { expect, test } from 'vitest';
import { regionStatistics, statisticsInside } from './roi-statistics.ts';

const frame = { columns: 4, rows: 3, values: Float32Array.from({ length: 12 }, (_, i) => i) };

test('pixels count when their centre lies inside', () => {
  const rectangle = { kind: 'rectangle', min: [0.6, 0], max: [2.5, 1.4] } as const;
  // Centres at x 1.5 and 2.5, y 0.5: values 1 and 2.
  expect(regionStatistics(frame, { ...rectangle, min: [...rectangle.min], max: [...rectangle.max] })).toEqual({
    mean: 1.5,
    standardDeviation: 0.5,
    minimum: 1,
    maximum: 2,
    median: 1.5,
    pixelCount: 2,
  });
});

test('the whole frame, against the formula', () => {
  const all = statisticsInside(frame, () => true);
  expect(all).toMatchObject({ mean: 5.5, minimum: 0, maximum: 11, pixelCount: 12 });
  expect(all?.standardDeviation).toBeCloseTo(Math.sqrt((144 - 1) / 12), 12);
});

test('an ellipse holds about π a b pixels', () => {
  const side = 400;
  const large = { columns: side, rows: side, values: new Float32Array(side * side).fill(3) };
  const found = regionStatistics(large, { kind: 'ellipse', center: [200, 200], radiusX: 150, radiusY: 90 });
  expect(found?.pixelCount).toBeCloseTo(Math.PI * 150 * 90, -2);
  expect(found).toMatchObject({ mean: 3, standardDeviation: 0 });
});

test('a small spread on a large mean does not drown', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 2));
  const found = statisticsInside({ columns: 1000, rows: 1, values }, () => true);
  expect(found?.standardDeviation).toBeCloseTo(0.5, 9);
});

test('parts outside of the image and values that are no numbers do not count', () => {
  const values = Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, 4);
  const found = regionStatistics(
    { columns: 2, rows: 2, values },
    { kind: 'rectangle', min: [-100, -100], max: [100, 100] },
  );
  expect(found).toMatchObject({ pixelCount: 2, minimum: 1, maximum: 4 });
});

test('nothing inside gives nothing, not zero', () => {
  expect(regionStatistics(frame, { kind: 'rectangle', min: [0.6, 0.6], max: [0.9, 0.9] })).toBeNull();
  expect(regionStatistics(frame, { kind: 'rectangle', min: [50, 50], max: [60, 60] })).toBeNull();
  expect(regionStatistics(frame, { kind: 'line', from: [0, 0], to: [3, 3] })).toBeNull();
  expect(statisticsInside({ ...frame, values: new Float32Array() }, () => true)).toBeNull();
});
