import { expect, test } from 'vitest';
import { applyWindow, autoWindow, isUsableWindow, windowFromRange, windowPresets } from './window.ts';

test('LINEAR of centre 2048, width 4096 runs from 0 to 4095 (PS3.3 C.11.2.1.2.1)', () => {
  const window = { center: 2048, width: 4096 };
  expect(applyWindow(0, window)).toBe(0);
  expect(applyWindow(4095, window)).toBeCloseTo(1, 12);
  expect(applyWindow(-1, window)).toBe(0);
  expect(applyWindow(2047.5, window)).toBe(0.5);
});

test('LINEAR of width 1 is a threshold (PS3.3 C.11.2.1.2.1)', () => {
  const window = { center: 40, width: 1 };
  expect(applyWindow(39.5, window)).toBe(0);
  expect(applyWindow(39.6, window)).toBe(1);
});

test('LINEAR_EXACT is not shifted by half (PS3.3 C.11.2.1.3.2)', () => {
  const window = { center: 0.5, width: 1, voiFunction: 'LINEAR_EXACT' } as const;
  expect([0, 0.25, 0.5, 1, 1.1].map((value) => applyWindow(value, window))).toEqual([0, 0.25, 0.5, 1, 1]);
});

test('SIGMOID is one half at its centre and symmetric (PS3.3 C.11.2.1.3.1)', () => {
  const window = { center: 100, width: 200, voiFunction: 'SIGMOID' } as const;
  expect(applyWindow(100, window)).toBe(0.5);
  expect(applyWindow(150, window) + applyWindow(50, window)).toBeCloseTo(1, 12);
  expect(applyWindow(150, window)).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
});

test.each([
  [{ center: 0, width: 0 }, false],
  [{ center: 0, width: 0.5 }, false],
  [{ center: 0, width: 0.5, voiFunction: 'LINEAR_EXACT' as const }, true],
  [{ center: Number.NaN, width: 10 }, false],
  [{ center: 0, width: Number.POSITIVE_INFINITY }, false],
  [{ center: 0, width: 1 }, true],
])('window %j can be used: %s', (window, usable) => expect(isUsableWindow(window)).toBe(usable));

test('a window from a range shows its ends at black and white', () => {
  const window = windowFromRange(-100, 300);
  expect(applyWindow(-100, window)).toBe(0);
  expect(applyWindow(300, window)).toBeCloseTo(1, 12);
});

test('the automatic window ignores a few extremes, padding and what is no number', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => i % 1000);
  values[0] = 30_000;
  values[1] = Number.NaN;
  for (let i = 2; i < 500; i++) values[i] = -2000;
  const window = autoWindow(values, { padding: -2000 });
  expect(window?.width).toBeLessThan(1100);
  expect(window?.center).toBeGreaterThan(400);
  expect(window?.center).toBeLessThan(600);
});

test('the automatic window of fractions is not shifted by half a unit', () => {
  const window = autoWindow(Float32Array.from({ length: 1000 }, (_, i) => i / 1000));
  expect(window?.voiFunction).toBe('LINEAR_EXACT');
  expect(applyWindow(0.5, window ?? { center: 0, width: 1 })).toBeCloseTo(0.5, 1);
});

test('an image of one value has a window, one of nothing has none', () => {
  expect(autoWindow([7, 7, 7])).toEqual({ center: 7.5, width: 1 });
  expect(autoWindow([])).toBeNull();
  expect(autoWindow([Number.NaN])).toBeNull();
  expect(autoWindow([5, 5], { padding: 5 })).toBeNull();
});

test('presets are for CT alone, whose values have an absolute meaning', () => {
  expect(windowPresets('CT').map(({ name }) => name)).toContain('Lung');
  expect(windowPresets('MR')).toEqual([]);
});
