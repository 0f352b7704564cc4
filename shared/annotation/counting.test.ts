import { describe, expect, test } from 'vitest';
import { fieldAreaMm2, fieldAround, fieldFormula, hotSpot, movedOnto, proportionOf } from './counting.ts';
import { insideTest, type Point } from './geometry.ts';
import { measureGeometry } from './measure.ts';

const size = { mppX: 0.25, mppY: 0.5 };
const um = { kind: 'um-per-pixel', ...size, source: 'aperio-description' } as const;
const measuredMm2 = (geometry: ReturnType<typeof fieldAround>) => (measureGeometry(geometry, um)[0]?.value ?? 0) / 1e6;

describe('fields', () => {
  test('of a square millimetre measure 1 mm², whatever the pixels', () => {
    const field = fieldAround([5000, 5000], { kind: 'square-mm' }, size);
    expect(measuredMm2(field)).toBeCloseTo(1, 12);
    expect(field).toMatchObject({ min: [3000, 4000], max: [7000, 6000] });
  });

  test('of an eyepiece measure what its number says: 22 at 40× is 0.238 mm² (WHO tables)', () => {
    const highPower = { kind: 'high-power', fieldNumber: 22, objective: 40 } as const;
    expect(fieldAreaMm2(highPower)).toBeCloseTo(0.2376, 4);
    expect(measuredMm2(fieldAround([5000, 5000], highPower, size))).toBeCloseTo(fieldAreaMm2(highPower), 9);
    expect(fieldFormula(highPower)).toBe('π ÷ 4 × (22 mm ÷ 40)² = 0.238 mm²');
  });
});

describe('the hot spot', () => {
  test('holds as many points as any square of its size can, as trying every corner tells', () => {
    let state = 5;
    const next = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    for (let round = 0; round < 20; round += 1) {
      const points = Array.from({ length: 40 }, (): Point => [next() * 20_000, next() * 20_000]);
      const found = hotSpot(points, 2, size);
      const [width, height] = [Math.SQRT2 * 4000, Math.SQRT2 * 2000];
      const counts = points.flatMap(([x]) =>
        points.map(([, y]) => points.filter((p) => p[0] >= x && p[0] <= x + width && p[1] >= y && p[1] <= y + height)),
      );
      expect(found?.count).toBe(Math.max(...counts.map(({ length }) => length)));
      const inside = insideTest(found?.area ?? { kind: 'point', at: [0, 0] });
      expect(points.filter(([x, y]) => inside?.(x, y) === true).length).toBeGreaterThanOrEqual(found?.count ?? 0);
      expect(measuredMm2(found?.area ?? { kind: 'point', at: [0, 0] })).toBeCloseTo(2, 9);
    }
    expect(hotSpot([], 1, size)).toBeNull();
  });
});

test('a square that reaches beyond the slide is moved onto it, and one larger than the slide is none', () => {
  const square = fieldAround([100, 5000], { kind: 'square-mm' }, size);
  expect(movedOnto(square, 6000, 5500)).toMatchObject({ min: [0, 3500], max: [4000, 5500] });
  expect(movedOnto(square, 3999, 9000)).toBeNull();
  const inside = fieldAround([3000, 3000], { kind: 'square-mm' }, size);
  expect(movedOnto(inside, 9000, 9000)).toBe(inside);
});

describe('the share of positive nuclei', () => {
  test('has the Wilson score interval of the textbooks', () => {
    // Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662; 0 of 20 is 0 to 0.1611.
    const of263 = proportionOf(81, 182);
    expect([of263?.from, of263?.to].map((value) => value?.toFixed(2))).toEqual(['25.53', '36.62']);
    const of20 = proportionOf(0, 20);
    expect([of20?.percent, of20?.from, of20?.to?.toFixed(2)]).toEqual([0, 0, '16.11']);
    expect(proportionOf(0, 0)).toBeNull();
  });
});
