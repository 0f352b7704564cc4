import { expect, test } from 'vitest';
import { lookUp, lookupTable, toModalityValues } from './lookup-table.ts';

test('rescale gives Hounsfield units (PS3.3 C.11.1.1.2)', () => {
  expect([...toModalityValues(Uint16Array.of(0, 1024, 2048), { rescaleSlope: 1, rescaleIntercept: -1024 })]).toEqual([
    -1024, 0, 1024,
  ]);
});

test('values outside of the table take its first and last entry (PS3.3 C.7.6.3.1.5)', () => {
  const table = lookupTable([3, -1, 16], [10, 20, 30]);
  expect(table).not.toBeNull();
  if (table) expect([-5, -1, 0, 1, 99].map((value) => lookUp(table, value))).toEqual([10, 10, 20, 30, 30]);
});

test('a count of 0 means 65,536, and a count read as signed is put right', () => {
  const entries = Array.from({ length: 65_536 }, (_, i) => i);
  expect(lookupTable([0, 0, 16], entries)?.entryCount).toBe(65_536);
  expect(lookupTable([-1, 0, 16], entries)?.entryCount).toBe(65_535);
});

test.each([
  ['no descriptor', [], [1, 2]],
  ['half a descriptor', [2, 0], [1, 2]],
  ['no entries', [4, 0, 8], []],
  ['too few entries', [4, 0, 8], [1, 2, 3]],
  ['entries of no bits', [2, 0, 0], [1, 2]],
  ['entries of 32 bits', [2, 0, 32], [1, 2]],
])('B29: %s is no table', (_name, descriptor, entries) => {
  expect(lookupTable(descriptor, entries)).toBeNull();
});
