import { expect, test } from 'vitest';
import { cineTimingOf, frameDelays } from './cine-timing.ts';

const value = (...Value: (string | number)[]) => ({ vr: 'DS', Value });

test.each([
  [{}, null],
  [{ '00181063': value(33.3) }, 33.3],
  [{ '00180040': value(25) }, 40],
  [{ '00181063': value(33.3), '00180040': value(25) }, 33.3],
  [{ '00082144': value(10), '00181063': value(33.3) }, 100],
  [{ '00181063': value(0) }, null],
  [{ '00180040': value(-4) }, null],
  [{ '00181063': value('x'), '00180040': value(20) }, 50],
  [{ '00181063': value(1e9) }, null],
])('PS3.3 C.7.6.5: %j gives %s ms a frame', (metadata, frameTimeMs) => {
  expect(cineTimingOf(metadata)).toEqual({ frameTimeMs, increments: null });
});

test('PS3.3 C.7.6.5.1.2: a Frame Time Vector holds the time since the frame before', () => {
  const vector = { '00280009': value('00181065'), '00181065': value(0, 40, 80, 120) };
  const timing = cineTimingOf(vector);
  expect(frameDelays(timing, [1, 2, 3, 4], 100)).toEqual([40, 80, 120, 120]);
  expect(frameDelays(timing, [3, 1], 100)).toEqual([120, 40]);
  // The pointer says which attribute counts.
  expect(cineTimingOf({ '00181065': value(0, 40) }).increments).toBeNull();
  expect(cineTimingOf({ ...vector, '00181065': value(0, -1) }).increments).toBeNull();
});

test('an object that does not say', () => {
  expect(frameDelays(cineTimingOf({}), [1, 2], 100)).toEqual([100, 100]);
});
