import { describe, expect, it } from 'vitest';
import { createTestClock } from '#server/domain/test-clock.ts';
import { RecentValues } from './recent-values.ts';

describe('recent values', () => {
  it('asks once for many at the same time and again when the time is over', async () => {
    const clock = createTestClock();
    const recent = new RecentValues<number>(clock, 3000, 10);
    let asked = 0;
    const ask = async () => ++asked;
    expect(await Promise.all([recent.get('a', ask), recent.get('a', ask), recent.get('b', ask)])).toEqual([1, 1, 2]);
    clock.advance(2999);
    expect(await recent.get('a', ask)).toBe(1);
    clock.advance(1);
    expect(await recent.get('a', ask)).toBe(3);
  });

  it('keeps nothing that was asked before it was cleared', async () => {
    const recent = new RecentValues<string>(createTestClock(), 3000, 10);
    let answerOld = (_: string) => {};
    const old = recent.get('a', () => new Promise((resolve) => (answerOld = resolve)));
    recent.clear();
    const fresh = recent.get('a', async () => 'after the change');
    answerOld('before the change');
    expect(await old).toBe('before the change');
    expect(await fresh).toBe('after the change');
    expect(await recent.get('a', async () => 'asked again')).toBe('after the change');
  });

  it('does not remember a failure', async () => {
    const recent = new RecentValues<string>(createTestClock(), 3000, 10);
    await expect(recent.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await recent.get('a', async () => 'up')).toBe('up');
  });

  it('forgets the oldest beyond its limit', async () => {
    const recent = new RecentValues<string>(createTestClock(), 3000, 2);
    for (const key of ['a', 'b', 'c']) await recent.get(key, async () => `first ${key}`);
    expect(await recent.get('c', async () => 'second c')).toBe('first c');
    expect(await recent.get('a', async () => 'second a')).toBe('second a');
  });
});
