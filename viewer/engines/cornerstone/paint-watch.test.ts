import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FrameFailure } from './frame-failure.ts';
import { createPaintWatch } from './paint-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('lets the former image stay for the grace and no longer', () => {
  const onOverdue = vi.fn();
  const watch = createPaintWatch(onOverdue);
  watch.begin(150);
  vi.advanceTimersByTime(149);
  expect(watch.overdue()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watch.overdue()).toBe(true);
  expect(onOverdue).toHaveBeenCalledOnce();
});

it('does not begin the grace anew while one scrolls on', () => {
  const watch = createPaintWatch(() => undefined);
  for (let step = 0; step < 5; step++) {
    watch.begin(150);
    vi.advanceTimersByTime(40);
  }
  expect(watch.overdue()).toBe(true);
});

it('forgets the grace when the image is painted', () => {
  const watch = createPaintWatch(() => undefined);
  watch.begin(150);
  watch.settle();
  vi.advanceTimersByTime(1000);
  expect(watch.overdue()).toBe(false);
});

it('tells those who wait what became of their image', async () => {
  const watch = createPaintWatch(() => undefined);
  watch.begin(0);
  expect(watch.overdue()).toBe(true);
  const first = watch.painted();
  watch.begin(150);
  await expect(first).rejects.toThrow('Another image');
  const second = watch.painted();
  watch.fail(new FrameFailure('The server could not send this image (error 500).', 500));
  await expect(second).rejects.toThrow('error 500');
  expect(watch.overdue()).toBe(true);
  watch.begin(150);
  const third = watch.painted();
  watch.settle();
  await expect(third).resolves.toBeUndefined();
  const fourth = watch.painted();
  watch.close();
  await expect(fourth).rejects.toThrow('closed');
});
