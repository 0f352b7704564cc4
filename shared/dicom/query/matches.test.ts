import { describe, expect, test } from 'vitest';
import { parseAttributePath } from './attribute-path.ts';
import { parseCondition } from './condition.ts';
import { matches } from './matches.ts';

const match = (keyword: string, query: string, ...values: (string | number | { Alphabetic: string })[]): boolean => {
  const path = parseAttributePath(keyword);
  if (path === undefined) throw new Error(keyword);
  const condition = parseCondition(path, query, { fuzzyNames: false, emptyValues: false });
  return condition === null || matches({ vr: path.vr, Value: values }, condition);
};

describe('PS3.4 C.2.2.2', () => {
  test.each([
    ['PatientName', 'müller', { Alphabetic: 'Müller^Anna' }, true],
    ['PatientName', '*anna', { Alphabetic: 'Müller^Anna' }, true],
    ['PatientName', 'Müller Anna', { Alphabetic: 'Müller^Anna' }, true],
    ['PatientName', 'M?ller^*', { Alphabetic: 'Müller^Anna' }, true],
    ['PatientName', 'anna', { Alphabetic: 'Müller^Anna' }, false],
    ['PatientID', 'AB*', 'AB-17', true],
    ['PatientID', 'ab*', 'AB-17', false],
    ['PatientID', 'AB', 'AB-17', false],
    ['PatientID', '', 'AB-17', true],
    ['StudyDate', '20240131', '20240131', true],
    ['StudyDate', '20240101-20240131', '20240131', true],
    ['StudyDate', '-20240130', '20240131', false],
    ['StudyDate', '20240201-', '20240131', false],
    ['StudyInstanceUID', '1.2,1.3', '1.3', true],
    ['StudyInstanceUID', '1.2\\1.3', '1.30', false],
    ['SeriesNumber', '02', 2, true],
    ['ModalitiesInStudy', 'MR', 'CT', false],
  ])('%s=%s against %j: %s', (keyword, query, value, expected) => {
    expect(match(keyword, query, value)).toBe(expected);
  });

  test('any of several values', () => {
    expect(match('ModalitiesInStudy', 'MR', 'CT', 'MR')).toBe(true);
  });

  test('characters that mean something elsewhere are plain here', () => {
    expect(match('PatientID', 'a.c', 'abc')).toBe(false);
    expect(match('PatientID', '(a|b)[1]*', '(a|b)[1]x')).toBe(true);
  });

  test('a query made of stars takes no more than its share of time', () => {
    const started = performance.now();
    expect(match('PatientID', `${'*a'.repeat(2000)}b`, 'a'.repeat(4000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
