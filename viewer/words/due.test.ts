import { describe, expect, test } from 'vitest';
import { dueIn } from './due.ts';

const submitted = '2026-03-01T08:00:00.000Z';
const due = '2026-03-04T08:00:00.000Z';
const at = (time: string) => dueIn(due, submitted, Date.parse(time));

describe('the due clock', () => {
  test('is silent without a due time', () => {
    expect(dueIn(null, submitted, 0)).toEqual({ words: '', tone: 'none' });
  });

  test('counts in days, hours and minutes', () => {
    expect(at('2026-03-01T08:00:00.000Z').words).toBe('in 3 days');
    expect(at('2026-03-03T08:00:00.000Z').words).toBe('in 24 h');
    expect(at('2026-03-04T07:48:00.000Z').words).toBe('in 12 min');
  });

  test('warns in the last quarter and says how late it is', () => {
    expect(at('2026-03-03T13:00:00.000Z').tone).toBe('calm');
    expect(at('2026-03-03T15:00:00.000Z').tone).toBe('soon');
    expect(at('2026-03-04T10:00:00.000Z')).toEqual({ words: '2 h late', tone: 'late' });
  });

  test('never says in 0 minutes', () => {
    expect(at('2026-03-04T07:59:50.000Z').words).toBe('in 1 min');
  });
});
