import { expect, it } from 'vitest';
import { createLinkSpeed } from './link-speed.ts';

it('knows nothing before the first frame, and then how long the next one would take', () => {
  const link = createLinkSpeed();
  expect(link.bytesPerSecond()).toBeNull();
  expect(link.isSlowFor(10_000_000)).toBe(false);
  link.note(250_000, 1000);
  expect(link.bytesPerSecond()).toBe(250_000);
  expect(link.isSlowFor(500_000)).toBe(true);
  expect(link.isSlowFor(100_000)).toBe(false);
});

it('takes the best of the last answers, and forgets a link that has become slower', () => {
  const link = createLinkSpeed();
  link.note(500_000, 10);
  link.note(25_000, 1000);
  expect(link.isSlowFor(500_000)).toBe(false);
  for (let frame = 0; frame < 8; frame += 1) link.note(25_000, 1000);
  expect(link.isSlowFor(500_000)).toBe(true);
});
