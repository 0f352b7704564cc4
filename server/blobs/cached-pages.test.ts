import { describe, expect, it } from 'vitest';
import { CachedPages, isCalm, isLocalFileSystem } from './cached-pages.ts';

describe('pages that are read in place', () => {
  it('are exactly those that were read a moment ago', () => {
    let now = 0;
    const pages = new CachedPages(() => now);
    expect(pages.holds(0, 10)).toBe(false);
    pages.note(4096 * 1023 + 5, 8000);
    // Two pages, on either side of a border of 4 MiB.
    expect(pages.holds(4096 * 1023, 2 * 4096)).toBe(true);
    expect(pages.holds(4096 * 1023 - 1, 2)).toBe(false);
    expect(pages.holds(4096 * 1025 - 1, 2)).toBe(false);
    expect(pages.holds(0, 1)).toBe(false);
    now = 60_001;
    expect(pages.holds(4096 * 1023, 1)).toBe(false);
    pages.note(4096 * 1023, 1);
    expect(pages.holds(4096 * 1023, 1)).toBe(true);
    expect(pages.holds(4096 * 1022, 1)).toBe(false);
  });

  it('lie anywhere in a file of terabytes', () => {
    const pages = new CachedPages(() => 0);
    pages.note(5e12 + 1, 1000);
    expect([pages.holds(5e12 + 1, 1000), pages.holds(5e12 + 1 + 2 ** 32, 1000)]).toEqual([true, false]);
  });

  it('are never many at once', () => {
    const pages = new CachedPages(() => 0);
    pages.note(0, 65_537);
    expect(pages.holds(0, 1)).toBe(false);
    pages.note(0, 40_000);
    pages.note(40_000, 40_000);
    expect([pages.holds(0, 65_536), pages.holds(0, 65_537)]).toEqual([true, false]);
  });

  it('are forgotten when two reads in a row had to wait, not when one was unlucky', () => {
    let now = 0;
    const pages = new CachedPages(() => now);
    pages.note(0, 4096);
    const slow = () => pages.timed(() => (now += 1));
    const fast = () => pages.timed(() => now);
    slow();
    for (let count = 0; count < 16; count++) fast();
    slow();
    expect(pages.holds(0, 1)).toBe(true);
    slow();
    expect(pages.holds(0, 1)).toBe(false);
  });

  it('are of file systems of this machine alone', () => {
    expect([0x6969, 0xff534d42, 0x65735546, 0].map(isLocalFileSystem)).toEqual([false, false, false, false]);
    expect(isLocalFileSystem(0xef53)).toBe(process.platform === 'linux');
    // As statfs gives it where numbers are signed.
    expect(isLocalFileSystem(0x9123683e | 0)).toBe(process.platform === 'linux');
  });
});

describe('a turn of the event loop', () => {
  it('reads once in place; the next turn may again', async () => {
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    expect([isCalm(), isCalm(), isCalm()]).toEqual([true, false, false]);
    await turn();
    expect([isCalm(), isCalm()]).toEqual([true, false]);
  });
});
