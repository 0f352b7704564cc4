import { expect, it } from 'vitest';
import { FRAME_KEYS } from './frame-keys.ts';
import { TOOL_CHOICES } from './tool-choices.ts';

it('no key of a tool is taken twice, nor means something else in a viewport of slices', () => {
  const taken = new Set(FRAME_KEYS.flatMap(([keys]) => keys.split(' ')).map((key) => key.toUpperCase()));
  for (const [kind, groups] of Object.entries(TOOL_CHOICES)) {
    const keys = groups.flat().map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    if (kind === 'series') expect(keys.filter((key) => taken.has(key))).toEqual([]);
  }
});
