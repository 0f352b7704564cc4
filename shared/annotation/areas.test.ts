import { describe, expect, test } from 'vitest';
import {
  type Area,
  areaOf,
  brushed,
  difference,
  intersection,
  separated,
  shapeOfArea,
  splitBy,
  stroked,
  united,
} from './areas.ts';
import { type Geometry, insideTest, type Point } from './geometry.ts';
import { measureGeometry } from './measure.ts';

const um = { kind: 'um-per-pixel', mppX: 0.25, mppY: 0.5, source: 'aperio-description' } as const;

/** µm² as the product measures them. */
function measured(area: Area): number {
  const shape = shapeOfArea(area);
  return shape === null ? 0 : (measureGeometry(shape, um)[0]?.value ?? Number.NaN);
}

/** Numbers that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** A star around a place far from the corner of the slide, with or without a hole. */
function star(next: () => number): Area {
  const center: Point = [90_000 + next() * 900, 70_000 + next() * 900];
  const corners = 5 + Math.floor(next() * 60);
  const ring = (size: number) =>
    Array.from({ length: corners }, (_, i): Point => {
      const angle = (i / corners) * 2 * Math.PI;
      const radius = size * (0.5 + next() / 2);
      return [center[0] + radius * Math.cos(angle), center[1] + radius * Math.sin(angle)];
    });
  const size = 200 + next() * 600;
  return next() < 0.5 ? [ring(size)] : [ring(size), ring(size * 0.45)];
}

const box = (x: number, y: number, width: number, height: number): Area => [
  [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ],
];

describe('laws of areas', () => {
  test('what is united and what is common measure as much as both alone', () => {
    const next = numbers(7);
    for (let round = 0; round < 60; round += 1) {
      const [a, b] = [star(next), star(next)];
      const both = measured(a) + measured(b);
      expect(Math.abs(measured(united(a, b)) + measured(intersection(a, b)) - both)).toBeLessThan(both * 1e-4);
      const parts = measured(difference(a, b)) + measured(intersection(a, b));
      expect(Math.abs(parts - measured(a))).toBeLessThan(measured(a) * 1e-4);
    }
  });

  test('every place belongs to the result as it belongs to the parts', () => {
    const next = numbers(11);
    const inside = (area: Area) => insideTest(shapeOfArea(area) ?? { kind: 'point', at: [0, 0] }) ?? (() => false);
    for (let round = 0; round < 12; round += 1) {
      const [a, b] = [star(next), star(next)];
      const [inA, inB] = [inside(a), inside(b)];
      const [either, both, onlyA] = [united(a, b), intersection(a, b), difference(a, b)].map(inside);
      let wrong = 0;
      for (let place = 0; place < 400; place += 1) {
        const [x, y] = [89_500 + next() * 1900, 69_500 + next() * 1900];
        if (either?.(x, y) !== (inA(x, y) || inB(x, y))) wrong += 1;
        if (both?.(x, y) !== (inA(x, y) && inB(x, y))) wrong += 1;
        if (onlyA?.(x, y) !== (inA(x, y) && !inB(x, y))) wrong += 1;
      }
      // A place within a hundredth of a pixel of a border may fall on either side of it.
      expect(wrong).toBeLessThanOrEqual(1);
    }
  });

  test('a cut loses nothing, and both sides stay apart', () => {
    const next = numbers(3);
    for (let round = 0; round < 30; round += 1) {
      const area = star(next);
      const [x, y] = area[0]?.[0] ?? [0, 0];
      const [farX, farY] = area[0]?.[Math.floor((area[0]?.length ?? 0) / 2)] ?? [0, 0];
      const sides = splitBy(area, [
        [x, y],
        [(x + farX) / 2 + 40 * next(), (y + farY) / 2],
        [farX, farY],
      ]);
      if (sides === null) throw new Error('not cut');
      expect(Math.abs(measured(sides[0]) + measured(sides[1]) - measured(area))).toBeLessThan(measured(area) * 1e-4);
      expect(measured(intersection(sides[0], sides[1]))).toBeLessThan(1);
    }
  });
});

describe('shapes that meet exactly', () => {
  test('boxes that share a side become one; a bite leaves a hole; what is covered vanishes', () => {
    expect(measured(united(box(10, 10, 100, 50), box(110, 10, 40, 50)))).toBe(140 * 50 * 0.125);
    expect(united(box(10, 10, 100, 50), box(110, 10, 40, 50))).toHaveLength(1);
    const ring = difference(box(0, 0, 100, 100), box(40, 40, 10, 10));
    expect(shapeOfArea(ring)?.kind).toBe('multipolygon');
    expect(measured(ring)).toBe((10_000 - 100) * 0.125);
    expect(difference(box(5, 5, 10, 10), box(0, 0, 100, 100))).toEqual([]);
    expect(shapeOfArea([])).toBeNull();
  });

  test('corners keep their place to a hundredth of a pixel, without long decimals', () => {
    const [result] = united(box(123_456.78, 65_432.1, 10, 10), box(123_460, 65_440, 20, 20));
    expect(result).toContainEqual([123_456.78, 65_432.1]);
  });
});

describe('cutting', () => {
  test('a line with ends inside the area cuts straight on; a curve round a corner cuts that corner off', () => {
    const straight = splitBy(box(0, 0, 100, 100), [
      [30, 40],
      [30, 60],
    ]);
    expect(straight?.map(measured).sort((a, b) => a - b)).toEqual([3000 * 0.125, 7000 * 0.125]);
    const corner: Point[] = [
      [-10, 40],
      [40, 40],
      [40, -10],
    ];
    for (const way of [corner, corner.toReversed()]) {
      expect(
        splitBy(box(0, 0, 100, 100), way)
          ?.map(measured)
          .sort((a, b) => a - b),
      ).toEqual([1600 * 0.125, 8400 * 0.125]);
    }
  });

  test('both legs of a U in one direction take out what is between them', () => {
    const legs: Point[] = [
      [40, -10],
      [40, 50],
      [60, 50],
      [60, -10],
    ];
    for (const way of [legs, legs.toReversed()]) {
      const sizes = splitBy(box(0, 0, 100, 100), way)?.map(measured);
      expect(sizes?.sort((a, b) => a - b)).toEqual([1000 * 0.125, 9000 * 0.125]);
    }
  });

  test('pieces that the line does not meet stay whole, and a line beside the area cuts nothing', () => {
    const two = [...box(0, 0, 100, 100), ...box(200, 0, 100, 100)];
    const line: Point[] = [
      [-10, 50],
      [110, 50],
    ];
    expect(splitBy(two, line)?.map(measured)).toEqual([15_000 * 0.125, 5000 * 0.125]);
    expect(
      splitBy(two, [
        [120, -10],
        [120, 90],
      ]),
    ).toBeNull();
    expect(separated(two).map(measured)).toEqual([10_000 * 0.125, 10_000 * 0.125]);
  });
});

describe('the brush', () => {
  test('a stroke covers as much as a band with round ends', () => {
    const stroke = brushed(
      [
        [100, 100],
        [150, 100],
        [300, 100],
      ],
      20,
      0.01,
    );
    expect(stroke).toHaveLength(1);
    const exact = (200 * 40 + Math.PI * 400) * 0.125;
    expect(Math.abs(measured(stroke) / exact - 1)).toBeLessThan(1e-3);
  });

  test('strokes that meet leave a hole between them; erasing is what subtracting is, far pieces stay untouched', () => {
    const round = Array.from({ length: 41 }, (_, i): Point => {
      const angle = (i / 40) * 2 * Math.PI;
      return [500 + 100 * Math.cos(angle), 500 + 100 * Math.sin(angle)];
    });
    const ring = brushed(round, 15, 0.1);
    expect(ring).toHaveLength(2);
    const far = box(5000, 5000, 10, 10);
    const area = stroked([...ring, ...far], brushed([[500, 500]], 30, 0.1), 'add');
    expect(area).toHaveLength(4);
    expect(area).toContain(far[0]);
    const bite = brushed([[600, 500]], 40, 0.1);
    expect(measured(stroked(area, bite, 'erase'))).toBeCloseTo(measured(difference(area, bite)), 6);
    expect(stroked(bite, bite, 'erase')).toEqual([]);
  });
});

test('an ellipse becomes a polygon of the same area within a few parts in 100,000', () => {
  const ellipse: Geometry = { kind: 'ellipse', center: [5000, 5000], radiusX: 800, radiusY: 300 };
  const exact = measureGeometry(ellipse, um)[0]?.value ?? 0;
  expect(Math.abs(measured(areaOf(ellipse)) / exact - 1)).toBeLessThan(2e-4);
});
