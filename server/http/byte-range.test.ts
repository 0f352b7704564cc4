import { expect, test } from 'vitest';
import { parseRange } from './byte-range.ts';

test.each([
  ['bytes=0-9', [0, 10]],
  ['bytes=0-0', [0, 1]],
  ['bytes=90-', [90, 10]],
  ['bytes=-10', [90, 10]],
  ['bytes=-1000', [0, 100]],
  ['bytes=95-1000', [95, 5]],
  ['Bytes = 5 - 6', [5, 2]],
])('RFC 9110 section 14.1.2: %s of 100 bytes', (header, [offsetBytes, lengthBytes]) => {
  expect(parseRange(header, 100)).toEqual({ offsetBytes, lengthBytes });
});

test.each(['bytes=100-', 'bytes=100-200', 'bytes=999999999999999-', 'bytes=-0'])('%s lies past the end', (header) => {
  expect(parseRange(header, 100)).toBe('unsatisfiable');
});

test.each([undefined, '', 'bytes', 'bytes=-', 'bytes=9-3', 'bytes=0-1,5-6', 'items=0-1', 'bytes=a-b', 'bytes=1.5-2'])(
  '%s asks for the whole',
  (header) => {
    expect(parseRange(header, 100)).toBeNull();
  },
);

test('of nothing there is no part', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable');
});
