import { expect, it } from 'vitest';
import { scaleBarFor } from './scale-bar.ts';

it.each([
  [1, '10 cm', 100],
  [0.5, '5 cm', 100],
  [0.1, '1 cm', 100],
  [0.02, '2 mm', 100],
  [0.3, '2 cm', 66.7],
  [0.004, '0.5 mm', 125],
])('at %d mm a pixel it is %s long', (mmPerPixel, text, widthPx) => {
  const bar = scaleBarFor(mmPerPixel);
  expect(bar.text).toBe(text);
  expect(bar.widthPx).toBeCloseTo(widthPx, 1);
});

it('is never shorter than 55 nor longer than 140 px', () => {
  for (let mmPerPixel = 0.001; mmPerPixel < 20; mmPerPixel *= 1.07) {
    const { widthPx } = scaleBarFor(mmPerPixel);
    expect(widthPx).toBeGreaterThanOrEqual(55 - 1e-9);
    expect(widthPx).toBeLessThanOrEqual(140);
  }
});
