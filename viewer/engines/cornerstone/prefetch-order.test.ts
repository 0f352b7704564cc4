import { expect, it } from 'vitest';
import { nextToLoad } from './prefetch-order.ts';

function order(count: number, place: number, direction: number): number[] {
  const taken = new Set<number>();
  for (;;) {
    const next = nextToLoad(count, place, direction, (index) => taken.has(index));
    if (next === null) return [...taken];
    taken.add(next);
  }
}

it('loads ahead of the reader twice as far as behind him', () => {
  expect(order(12, 4, 1)).toEqual([4, 5, 6, 3, 7, 8, 2, 9, 10, 1, 11, 0]);
  expect(order(12, 7, -1).slice(0, 4)).toEqual([7, 6, 5, 8]);
});

it('loads every frame once, from any place', () => {
  for (const place of [0, 3, 6]) expect(order(7, place, 1).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('has nothing to load in an empty or loaded series', () => {
  expect(nextToLoad(0, 0, 1, () => false)).toBeNull();
  expect(nextToLoad(5, 2, 1, () => true)).toBeNull();
});

it('stays within what memory holds around the reader', () => {
  const taken = new Set<number>();
  for (;;) {
    const next = nextToLoad(2000, 1000, 1, (index) => taken.has(index), 6);
    if (next === null) break;
    taken.add(next);
  }
  expect([...taken]).toEqual([1000, 1001, 1002, 999, 1003, 1004]);
});
