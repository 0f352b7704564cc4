import { describe, expect, test } from 'vitest';
import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { outlinePath, screenBox } from './mark-shape.ts';

const double = ([x, y]: Point): Point => [2 * x + 10, 2 * y + 20];
const same = (point: Point): Point => point;

function numbersOf(path: string): number[] {
  return (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
}

describe('outlinePath', () => {
  test('a rectangle is closed and in screen pixels', () => {
    const path = outlinePath({ kind: 'rectangle', min: [0, 0], max: [5, 10] }, double);
    expect(path).toBe('M10.00 20.00L20.00 20.00L20.00 40.00L10.00 40.00Z');
  });
  test('a rectangle on a turned image turns with it', () => {
    const path = outlinePath({ kind: 'rectangle', min: [0, 0], max: [5, 10] }, ([x, y]) => [-y, x]);
    expect(path).toBe('M0.00 0.00L0.00 5.00L-10.00 5.00L-10.00 0.00Z');
  });
  test('a ruler has a tick of ten pixels at each end, whatever the zoom', () => {
    const path = outlinePath({ kind: 'line', from: [0, 0], to: [100, 0] }, same);
    expect(numbersOf(path)).toEqual([0, 0, 100, 0, -0, -5, 0, 5, 100, -5, 100, 5]);
  });
  test('an arrow has its head at the tip and not at the tail', () => {
    const path = outlinePath({ kind: 'arrow', tail: [0, 0], tip: [100, 0] }, same);
    const [, head] = path.split('M').filter(Boolean);
    const xs = numbersOf(head ?? '').filter((_, index) => index % 2 === 0);
    expect(Math.min(...xs)).toBeGreaterThan(85);
    expect(xs[1]).toBe(100);
  });
  test('an ellipse lies on its equation', () => {
    const numbers = numbersOf(outlinePath({ kind: 'ellipse', center: [50, 40], radiusX: 30, radiusY: 10 }, same));
    for (let i = 0; i < numbers.length; i += 2) {
      const [x, y] = [numbers[i] ?? 0, numbers[i + 1] ?? 0];
      expect(Math.abs(((x - 50) / 30) ** 2 + ((y - 40) / 10) ** 2 - 1)).toBeLessThan(5e-3);
    }
  });
  test('a point leaves its middle free, so that the cell is seen', () => {
    const numbers = numbersOf(outlinePath({ kind: 'point', at: [50, 50] }, same));
    for (let i = 0; i < numbers.length; i += 2) {
      expect(Math.hypot((numbers[i] ?? 0) - 50, (numbers[i + 1] ?? 0) - 50)).toBeGreaterThanOrEqual(2);
    }
  });
  test('a polygon is closed', () => {
    const polygon: Geometry = {
      kind: 'polygon',
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    };
    expect(outlinePath(polygon, same)).toBe('M0.00 0.00L1.00 0.00L1.00 1.00Z');
  });
});

describe('screenBox', () => {
  test('holds every point', () => {
    expect(
      screenBox([
        [3, 9],
        [-2, 4],
        [8, 5],
      ]),
    ).toEqual({ left: -2, top: 4, right: 8, bottom: 9 });
  });
  test('of no points holds nothing', () => {
    const { left, right } = screenBox([]);
    expect(left).toBeGreaterThan(right);
  });
});
