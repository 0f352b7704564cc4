import { describe, expect, test } from 'vitest';
import {
  magnificationAt,
  magnificationPresets,
  magnificationText,
  micrometresPerScreenPixel,
  scaleOfText,
} from './magnification.ts';

const CMU = { objectivePower: 20, mppX: 0.499, mppY: 0.499, mppSource: 'aperio-description' } as const;
const BARE = { objectivePower: null, mppX: null, mppY: null, mppSource: null } as const;

describe('magnification', () => {
  test('one screen pixel per slide pixel is the objective', () => {
    expect(magnificationAt(CMU, 1)).toBe(20);
    expect(magnificationAt(CMU, 0.25)).toBe(5);
  });
  test('is never made up from the resolution', () => {
    expect(magnificationAt({ ...CMU, objectivePower: null }, 1)).toBeNull();
    expect(scaleOfText({ ...CMU, objectivePower: null }, '20')).toBeNull();
  });
  test('presets keep their places and say when they are above the objective', () => {
    const presets = magnificationPresets(CMU);
    expect(presets.map(({ label }) => label)).toEqual(['1.25×', '2.5×', '5×', '10×', '20×', '40×']);
    expect(presets.filter(({ isInterpolated }) => isInterpolated).map(({ label }) => label)).toEqual(['40×']);
    expect(magnificationPresets(BARE).map(({ label }) => label)).toEqual(['1:32', '1:16', '1:8', '1:4', '1:2', '1:1']);
  });
  test.each([
    ['20', 1],
    ['20x', 1],
    [' 12,5 × ', 0.625],
    ['0.5X', 0.025],
  ])('%j is understood', (text, scale) => {
    expect(scaleOfText(CMU, text)).toBeCloseTo(scale, 12);
  });
  test.each(['', 'x', '0', '-5', 'ten', '1e3', '5 x 5', 'NaN'])('%j is refused', (text) => {
    expect(scaleOfText(CMU, text)).toBeNull();
  });
  test('is written without false digits', () => {
    expect([20, 12.5, 6.0667, 0.625].map(magnificationText)).toEqual(['20×', '12.5×', '6.07×', '0.63×']);
  });
});

describe('never a wrong unit', () => {
  test('a screen pixel of a calibrated slide has micrometres', () => {
    expect(micrometresPerScreenPixel(CMU, 0.5, 0)).toBeCloseTo(0.998, 12);
  });
  test('a slide on its side is measured along its rows', () => {
    expect(micrometresPerScreenPixel({ ...CMU, mppY: 0.25 }, 1, 90)).toBe(0.25);
    expect(micrometresPerScreenPixel({ ...CMU, mppY: 0.25 }, 1, 180)).toBe(0.499);
  });
  test('a slide without a scale has none', () => {
    expect(micrometresPerScreenPixel(BARE, 1, 0)).toBeNull();
    expect(micrometresPerScreenPixel({ ...CMU, mppX: null }, 1, 0)).toBeNull();
    expect(micrometresPerScreenPixel({ ...CMU, mppSource: null }, 1, 0)).toBeNull();
    expect(micrometresPerScreenPixel({ ...CMU, mppX: 25_400, mppY: 25_400 }, 1, 0)).toBeNull();
  });
});
