import { describe, expect, test } from 'vitest';
import { AS_STORED, adjusted, isAsStored } from './display-adjustment.ts';

describe('display adjustment', () => {
  test('as stored, every value is itself', () => {
    expect(isAsStored(AS_STORED)).toBe(true);
    for (let value = 0; value <= 255; value++) expect(adjusted(value / 255, AS_STORED)).toBeCloseTo(value / 255, 12);
  });
  test.each([
    ['brightness is added', { brightness: 0.2 }, 0.5, 0.7],
    ['and held', { brightness: 0.5 }, 0.9, 1],
    ['contrast turns about the middle', { contrast: 2 }, 0.6, 0.7],
    ['and leaves the middle', { contrast: 4 }, 0.5, 0.5],
    ['gamma above 1 lifts the dark', { gamma: 2 }, 0.25, 0.5],
    ['and leaves black and white', { gamma: 2 }, 1, 1],
  ] as const)('%s', (_words, change, value, expected) => {
    expect(adjusted(value, { ...AS_STORED, ...change })).toBeCloseTo(expected, 12);
  });
});
