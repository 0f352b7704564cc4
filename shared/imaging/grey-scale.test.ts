import { describe, expect, test } from 'vitest';
import { greyLevel, isTurned, voiTransform, windowOfTable } from './grey-scale.ts';

const table = { firstValue: -1, entryCount: 3, entries: [0, 512, 1023], entryBits: 10 };

describe('voiTransform', () => {
  test('a table maps its last entry to white and holds what lies outside at its ends (PS3.3 C.11.2.1.1)', () => {
    const voi = voiTransform({ table });
    expect([-5, -1, 0, 1, 9].map((value) => greyLevel(voi(value), false))).toEqual([0, 0, 128, 255, 255]);
  });

  test('a window follows its function (PS3.3 C.11.2.1.3.1)', () => {
    const voi = voiTransform({ window: { center: 100, width: 50, voiFunction: 'SIGMOID' } });
    expect(greyLevel(voi(100), false)).toBe(128);
    expect(greyLevel(voi(150), false)).toBe(Math.round(255 / (1 + Math.exp(-4))));
  });
});

test('a turned scale is the complement, and what is no number is black either way', () => {
  expect([0, 0.2, 1].map((intensity) => greyLevel(intensity, true))).toEqual([255, 204, 0]);
  expect([greyLevel(Number.NaN, false), greyLevel(Number.NaN, true)]).toEqual([0, 0]);
});

test('Presentation LUT Shape comes before MONOCHROME1 (PS3.3 C.11.6)', () => {
  expect(isTurned('MONOCHROME1', null)).toBe(true);
  expect(isTurned('MONOCHROME1', 'IDENTITY')).toBe(false);
  expect(isTurned('MONOCHROME2', 'INVERSE')).toBe(true);
  expect(isTurned('MONOCHROME2', null)).toBe(false);
});

test('the window of a table spans the values it maps', () => {
  expect(windowOfTable(table)).toEqual({ center: 0.5, width: 3 });
});
