import { describe, expect, it } from 'vitest';
import { cacheBudget, createFrameCache } from './frame-cache.ts';

describe('createFrameCache', () => {
  it('drops what was used longest ago when the budget is full', () => {
    const cache = createFrameCache<string>(30);
    cache.put('a', 'A', 10);
    cache.put('b', 'B', 10);
    cache.put('c', 'C', 10);
    expect(cache.get('a')).toBe('A');
    cache.put('d', 'D', 15);
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.has(key))).toEqual(['a', 'd']);
    expect(cache.bytes()).toBe(25);
  });

  it('holds a plateau under thousands of frames', () => {
    const cache = createFrameCache<number>(1000);
    for (let frame = 0; frame < 2000; frame += 1) {
      cache.put(String(frame), frame, 7);
      expect(cache.bytes()).toBeLessThanOrEqual(1000);
    }
    expect(cache.has('1999')).toBe(true);
    expect(cache.has('0')).toBe(false);
  });

  it('does not keep what alone is larger than the budget, and counts a replaced image once', () => {
    const cache = createFrameCache<string>(10);
    cache.put('a', 'A', 4);
    cache.put('huge', 'H', 11);
    expect(cache.has('huge')).toBe(false);
    expect(cache.get('a')).toBe('A');
    cache.put('a', 'A2', 6);
    expect(cache.bytes()).toBe(6);
  });

  it('tells who listens what came and went', () => {
    const cache = createFrameCache<string>(10);
    const told: string[] = [];
    const stop = cache.onChange((key, present) => told.push(`${present ? '+' : '-'}${key}`));
    cache.put('a', 'A', 8);
    cache.put('b', 'B', 8);
    cache.drop('b');
    stop();
    cache.put('c', 'C', 1);
    expect(told).toEqual(['+a', '-a', '+b', '-b']);
  });
});

describe('cacheBudget', () => {
  it('is a quarter of what the device says, within bounds', () => {
    const mebibytes = [null, 0.25, 4, 32].map((memory) => cacheBudget(memory) / 1024 ** 2);
    expect(mebibytes).toEqual([768, 256, 1024, 2048]);
  });
});
