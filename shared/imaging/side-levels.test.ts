import { describe, expect, it } from 'vitest';
import { slideLevel } from './pyramid.ts';
import { joinLevels, missingLevels } from './side-levels.ts';

const tile = { tileWidth: 256, tileHeight: 256 };
const pyramid = (base: readonly [number, number], ...downsamples: number[]) =>
  downsamples.map((downsample) => {
    const [width, height] = base.map((side) => Math.floor(side / downsample)) as [number, number];
    return slideLevel({ width, height }, tile, { width: base[0], height: base[1] });
  });
const sizes = (levels: ReturnType<typeof missingLevels>) =>
  levels.map(({ from, width, height }) => [from, width, height]);

describe('missing levels', () => {
  it.each([
    ['a scanner that steps by four down to a few tiles', pyramid([60_000, 40_000], 1, 4, 16), []],
    ['one whose last step is too fine for a whole view', pyramid([100_000, 80_000], 1, 4, 16), [[2, 1563, 1250]]],
    ['a jump of eight', pyramid([8000, 6000], 1, 8), [[0, 2000, 1500]]],
    ['a jump of a little less', pyramid([7900, 6000], 1, 7.9), []],
    [
      'a jump of 32',
      pyramid([32_000, 16_000], 1, 32),
      [
        [0, 8000, 4000],
        [0, 2000, 1000],
      ],
    ],
    [
      'no pyramid at all',
      pyramid([100_000, 30_001], 1),
      [
        [0, 25_000, 7500],
        [0, 6250, 1875],
        [0, 1563, 469],
      ],
    ],
    ['a picture that is small', pyramid([3000, 2000], 1), []],
    [
      'a ribbon',
      pyramid([100_000, 2], 1),
      [
        [0, 25_000, 1],
        [0, 6250, 1],
        [0, 1563, 1],
      ],
    ],
  ])('%s', (_, levels, expected) => {
    expect(sizes(missingLevels(levels))).toEqual(expected);
    const base = { width: levels[0]?.width ?? 0, height: levels[0]?.height ?? 0 };
    const side = missingLevels(levels).map((one) => slideLevel(one, tile, base));
    const joined = joinLevels(levels, side);
    expect(missingLevels(joined.map(({ level }) => level))).toEqual([]);
    expect(joined[0]?.place).toEqual({ stored: 'file', index: 0 });
    expect(joined.map(({ level }) => level.width)).toEqual(
      joined.map(({ level }) => level.width).sort((a, b) => b - a),
    );
    for (const { level, place } of joined) expect((place.stored === 'file' ? levels : side)[place.index]).toBe(level);
  });
});
