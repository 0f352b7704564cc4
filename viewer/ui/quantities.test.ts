import { describe, expect, test } from 'vitest';
import { countOf, formatBytes, formatDuration } from './quantities.ts';

describe('quantities in words', () => {
  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [999_500, '1.0 MB'],
    [8_420_000, '8.4 MB'],
    [99_960_000, '100 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });

  test.each([
    [-3, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [3600, '1 h'],
    [7800, '2 h 10 min'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words);
  });

  test('counts one and many', () => {
    expect(countOf(1, 'file')).toBe('1 file');
    expect(countOf(5000, 'file')).toBe('5,000 files');
    expect(countOf(2, 'series', 'series')).toBe('2 series');
  });
});
