import { expect, test } from 'vitest';
import { combineDateAndTime, parseDicomDate, parseDicomDateTime, parseDicomTime } from './date-time.ts';

test.each([
  ['20240229', '2024-02-29'],
  ['1993.08.22', '1993-08-22'],
  [' 19991231 ', '1999-12-31'],
])('DA %j is %s', (value, iso) => expect(parseDicomDate(value)).toBe(iso));

test.each(['20230229', '20241301', '20240100', '2024', '', '2024-01-31', '00000000', '20240131x', '2024013'])(
  'DA %j is no date',
  (value) => expect(parseDicomDate(value)).toBeNull(),
);

test.each([
  ['07', '07:00:00'],
  ['0709', '07:09:00'],
  ['070907', '07:09:07'],
  ['070907.0705', '07:09:07.0705'],
  ['07:09:07', '07:09:07'],
  ['235960', '23:59:60'],
])('TM %j is %s', (value, iso) => expect(parseDicomTime(value)).toBe(iso));

test.each(['', '24', '2360', '070961', '7', '0709071', '07:', '-10000', '070907.1234567'])(
  'TM %j is no time',
  (value) => expect(parseDicomTime(value)).toBeNull(),
);

test.each([
  ['20240131', '2024-01-31'],
  ['20240131120000.5+0130', '2024-01-31T12:00:00.5+01:30'],
  ['2024013112', '2024-01-31T12:00:00'],
  ['20240230', null],
  ['2024', null],
  ['2024013199', null],
])('DT %j is %s', (value, iso) => expect(parseDicomDateTime(value)).toBe(iso));

test('a bad time leaves the date standing, a bad date leaves nothing', () => {
  expect(combineDateAndTime('20240131', '1230')).toBe('2024-01-31T12:30:00');
  expect(combineDateAndTime('20240131', 'noon')).toBe('2024-01-31');
  expect(combineDateAndTime('20240131', null)).toBe('2024-01-31');
  expect(combineDateAndTime('yesterday', '1230')).toBeNull();
  expect(combineDateAndTime(null, '1230')).toBeNull();
});
