import { expect, it } from 'vitest';
import { HEAT_COLOURS, heatColour } from './heat-map-layer.ts';

it('goes from the low end over the middle to the high end', () => {
  expect([0, 0.5, 1].map(heatColour)).toEqual([HEAT_COLOURS.low, HEAT_COLOURS.middle, HEAT_COLOURS.high]);
  const blues = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1].map((value) => heatColour(value)[2]);
  expect(blues).toEqual(blues.toSorted((a, b) => a - b));
});
