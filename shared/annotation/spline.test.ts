import { describe, expect, test } from 'vitest';
import { boundsOf, insideTest, liesWithin } from './geometry.ts';
import { splineOutline } from './spline.ts';

const square: [number, number][] = [
  [10, 10],
  [30, 10],
  [30, 30],
  [10, 30],
];

describe('a closed spline', () => {
  test('goes through its points, in order and evenly', () => {
    const outline = splineOutline(square);
    expect(outline).toHaveLength(64);
    expect([0, 16, 32, 48].map((at) => outline[at])).toEqual(square);
  });

  test('is a straight line between points on one, and the mean of cubics half way', () => {
    // Half way between two points a Catmull-Rom curve is at (−1, 9, 9, −1) / 16 of the four points around it.
    const [x, y] = splineOutline(square)[8] ?? [];
    expect(x).toBeCloseTo((-10 + 9 * 10 + 9 * 30 - 30) / 16, 12);
    expect(y).toBeCloseTo((-30 + 9 * 10 + 9 * 10 - 30) / 16, 12);
  });

  test('swings out beyond its points: bounds and inside follow the curve, the image need hold the points only', () => {
    const spline = { kind: 'spline', points: square } as const;
    expect(boundsOf({ ...spline, points: [...square] })).toEqual({ minX: 7.5, minY: 7.5, maxX: 32.5, maxY: 32.5 });
    expect(insideTest({ ...spline, points: [...square] })?.(20, 8)).toBe(true);
    expect(liesWithin({ ...spline, points: [...square] }, 30, 30)).toBe(true);
  });
});
