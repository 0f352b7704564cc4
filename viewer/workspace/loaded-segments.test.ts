import { expect, it } from 'vitest';
import { loadedSegments } from './loaded-segments.ts';

it('joins neighbours', () => {
  const loaded = new Set([0, 1, 4, 6, 7]);
  expect(loadedSegments(8, (index) => loaded.has(index))).toEqual([
    { from: 0, to: 2 },
    { from: 4, to: 5 },
    { from: 6, to: 8 },
  ]);
});

it('is empty when nothing is loaded', () => {
  expect(loadedSegments(8, () => false)).toEqual([]);
  expect(loadedSegments(0, () => true)).toEqual([]);
});
