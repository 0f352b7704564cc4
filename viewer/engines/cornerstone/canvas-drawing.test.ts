import { expect, it } from 'vitest';
import { drawsOnProcessor } from './canvas-drawing.ts';

it('draws on the processor unless there is a graphics card, and the reader has the last word', () => {
  expect(drawsOnProcessor('automatic', null)).toBe(true);
  expect(drawsOnProcessor('automatic', 'none')).toBe(true);
  expect(drawsOnProcessor('automatic', 'emulated')).toBe(true);
  expect(drawsOnProcessor('automatic', 'card')).toBe(false);
  expect(drawsOnProcessor('graphics', 'emulated')).toBe(false);
  expect(drawsOnProcessor('processor', 'card')).toBe(true);
});
