import { describe, expect, test } from 'vitest';
import { comparableDate, comparableDateTime, comparableTime, inRange, parseRange } from './date-range.ts';

describe('ranges of dates and times (PS3.4 C.2.2.2.5)', () => {
  test.each([
    ['DA', '20240131', '20240131', '20240131'],
    ['DA', '2024.01.31', '20240131', '20240131'],
    ['DA', '20240101-', '20240101', null],
    ['DA', '-20240101', null, '20240101'],
    ['TM', '10', '100000.000000', '105959.999999'],
    ['TM', '1030-1045', '103000.000000', '104559.999999'],
    ['TM', '103015.5', '103015.500000', '103015.599999'],
    ['DT', '20240131', '20240131000000.000000', '20240131235959.999999'],
    ['DT', '2024013110-', '20240131100000.000000', null],
    ['DT', '20240131101500-0500', '20240131101500.000000', '20240131101500.999999'],
    ['DT', '20240131101500-0500-20240201', '20240131101500.000000', '20240201235959.999999'],
  ])('%s %s is from %s to %s', (vr, text, from, to) => {
    expect(parseRange(vr, text)).toMatchObject({ from, to });
  });

  test.each([
    ['DA', '-'],
    ['DA', ''],
    ['DA', '20240230'],
    ['DA', '2024'],
    ['DA', '20240101-20240102-20240103'],
    ['TM', '25'],
    ['TM', '10:3x'],
    ['DT', '2024'],
    ['DT', 'now'],
  ])('%s %s is none', (vr, text) => {
    expect(parseRange(vr, text)).toBeNull();
  });

  test('values are made comparable, and what is no date is in no range', () => {
    expect([comparableDate('2024.01.31'), comparableDate('31.1.24')]).toEqual(['20240131', '']);
    expect([comparableTime('10:30'), comparableTime('7')]).toEqual(['103000.000000', '']);
    expect(comparableDateTime('20240131103000.5+0100')).toBe('20240131103000.500000');
    expect(inRange('', { from: null, to: '20240101' })).toBe(false);
    expect(inRange('20240101', { from: '20240101', to: '20240101' })).toBe(true);
  });
});
