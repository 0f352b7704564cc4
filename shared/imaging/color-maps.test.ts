import { expect, test } from 'vitest';
import { COLOR_MAPS, colorMap } from './color-maps.ts';

const at = (name: (typeof COLOR_MAPS)[number], grey: number) => [...colorMap(name).subarray(grey * 3, grey * 3 + 3)];

test('hot iron is the palette of PS3.6 B.1.1', () => {
  expect([0, 1, 64, 127, 128, 160, 192, 255].map((grey) => at('hot-iron', grey))).toEqual([
    ...[
      [0, 0, 0],
      [2, 0, 0],
      [128, 0, 0],
      [254, 0, 0],
    ],
    ...[
      [255, 0, 0],
      [255, 64, 0],
      [255, 128, 4],
      [255, 255, 255],
    ],
  ]);
});

test('PET has its twenty steps and its corners (PS3.6 B.1.2, B.1.4)', () => {
  const steps = new Set(Array.from({ length: 256 }, (_, grey) => at('pet-20-step', grey).join(' ')));
  expect(steps.size).toBe(20);
  expect(at('pet-20-step', 242)).toEqual([255, 0, 0]);
  expect([0, 63, 128, 255].map((grey) => at('pet', grey))).toEqual([
    [0, 0, 0],
    [0, 128, 125],
    [128, 0, 255],
    [255, 255, 255],
  ]);
});

test('every palette has a colour for every grey', () => {
  for (const name of COLOR_MAPS) expect(colorMap(name)).toHaveLength(768);
});
