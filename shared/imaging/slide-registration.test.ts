import { describe, expect, test } from 'vitest';
import { type Affine, applied, appliedBack, composed, inverted } from './affine.ts';
import { type LandmarkPair, registerSlides } from './slide-registration.ts';

const HALF = { mppX: 0.5, mppY: 0.5 };
const QUARTER = { mppX: 0.25, mppY: 0.25 };
const PLACES = [
  [1000, 2000],
  [9000, 2500],
  [4000, 8000],
  [7000, 6000],
] as const;
const pairsBy = (transform: Affine, noise: readonly number[] = []): LandmarkPair[] =>
  PLACES.map(([x, y], at) => {
    const [u, v] = applied(transform, [x, y]);
    return { from: [x, y], to: [u + (noise[at] ?? 0), v] };
  });
function turnedBy(degrees: number, scale: number, over: 1 | -1 = 1): Affine {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return { a: scale * cos, b: scale * sin, c: -over * scale * sin, d: over * scale * cos, e: 300, f: -120 };
}

describe('affine transforms', () => {
  test('composing and inverting agree with doing it', () => {
    const [one, two] = [turnedBy(33, 1.7), turnedBy(190, 0.4, -1)];
    const there = applied(composed(two, one), [12, 34]);
    expect(there).toEqual(applied(two, applied(one, [12, 34])).map((value) => expect.closeTo(value, 9)));
    expect(applied(inverted(one), applied(one, [12, 34]))).toEqual([expect.closeTo(12, 9), expect.closeTo(34, 9)]);
    expect(appliedBack(one, applied(one, [12, 34]))).toEqual([expect.closeTo(12, 9), expect.closeTo(34, 9)]);
  });
});

describe('registration of slides', () => {
  test.each([
    ['moved, turned and scaled', turnedBy(27, 2.02), 'similarity'],
    ['turned over', turnedBy(200, 1.9, -1), 'similarity'],
    ['sheared', { a: 2, b: 0.1, c: -0.3, d: 1.8, e: 5, f: 7 }, 'affine'],
  ] as const)('finds what was done: %s', (_words, transform, model) => {
    const found = registerSlides(pairsBy(transform), HALF, QUARTER, model);
    for (const part of ['a', 'b', 'c', 'd', 'e', 'f'] as const) {
      expect(found?.transform[part], part).toBeCloseTo(transform[part], 6);
    }
    expect(found?.residual).toBeLessThan(1e-6);
    expect(found?.unit).toBe('µm');
  });
  test('the residual is in micrometres of the second slide', () => {
    // Two places 8 px too far right, two 8 px too far left: nothing a similarity could take up wholly.
    const found = registerSlides(pairsBy(turnedBy(0, 2), [8, -8, 8, -8]), HALF, QUARTER, 'similarity');
    expect(found?.residual).toBeGreaterThan(0.5);
    expect(found?.residual).toBeLessThanOrEqual(8 * 0.25 + 1e-9);
    expect(found?.errors).toHaveLength(4);
    const pixels = registerSlides(
      pairsBy(turnedBy(0, 2), [8, -8, 8, -8]),
      HALF,
      { mppX: null, mppY: null },
      'similarity',
    );
    expect(pixels?.unit).toBe('px');
    expect(pixels?.residual).toBeCloseTo((found?.residual ?? 0) / 0.25, 6);
  });
  test('pixels that are not square are measured as long as they are', () => {
    const oblong = { mppX: 0.25, mppY: 0.5 };
    // One micrometre is one micrometre in both, and the slide is turned by a quarter: no pixel transform is a similarity.
    const pairs = PLACES.map(([x, y]): LandmarkPair => ({ from: [x, y], to: [(-y * 0.5) / 0.25, (x * 0.5) / 0.5] }));
    expect(registerSlides(pairs, HALF, oblong, 'similarity')?.residual).toBeLessThan(1e-6);
  });
  test('two places, one point and a line say too little', () => {
    const pairs = pairsBy(turnedBy(10, 1));
    expect(registerSlides(pairs.slice(0, 2), HALF, HALF, 'similarity')).toBeNull();
    const line = [0, 1, 2, 3].map((at): LandmarkPair => ({ from: [at * 100, at * 50], to: [at * 100, at * 50] }));
    expect(registerSlides(line, HALF, HALF, 'similarity')).toBeNull();
    expect(registerSlides(line, HALF, HALF, 'affine')).toBeNull();
    expect(
      registerSlides(
        line.map(() => line[0] as LandmarkPair),
        HALF,
        HALF,
        'similarity',
      ),
    ).toBeNull();
  });
});
