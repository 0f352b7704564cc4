import { describe, expect, test } from 'vitest';
import { slideLevel } from '#shared/imaging/pyramid.ts';
import { leastPixelSize, neededLevel, tilesInView } from './level-choice.ts';
import type { SlidePlacement } from './slide-placement.ts';
import { TileFailure } from './tile-failure.ts';
import { createTileLedger, type TileRef } from './tile-ledger.ts';

const BASE = { width: 2220, height: 2967 };
const TILE = { tileWidth: 240, tileHeight: 240 };
const halving = [1, 2, 4, 8, 16].map((by) =>
  slideLevel({ width: Math.floor(2220 / by), height: Math.floor(2967 / by) }, TILE, BASE),
);
const quartering = [1, 4, 16].map((by) =>
  slideLevel({ width: Math.floor(2220 / by), height: Math.floor(2967 / by) }, TILE, BASE),
);
const SCREEN = { width: 480, height: 240 };
/** One to one, the screen exactly over the tiles (0, 0) and (1, 0). */
const PLACED: SlidePlacement = { center: [240, 120], scale: 1, rotation: 0, flipped: false };
const LEFT: TileRef = { level: 0, column: 0, row: 0 };
const RIGHT: TileRef = { level: 0, column: 1, row: 0 };

describe('which level a view needs', () => {
  test('with levels a factor of two apart nothing is ever enlarged', () => {
    for (let scale = 1; scale > 1 / 16; scale *= 0.93) {
      const level = halving[neededLevel(halving, scale)];
      expect((level?.downsampleX ?? 99) * scale).toBeLessThanOrEqual(1.0001);
    }
  });
  test('with levels a factor of four apart nothing is enlarged by more than 1.4', () => {
    expect(leastPixelSize(quartering)).toBeLessThan(leastPixelSize(halving));
    for (let scale = 1; scale > 1 / 16; scale *= 0.93) {
      const level = quartering[neededLevel(quartering, scale)];
      expect((level?.downsampleX ?? 99) * scale).toBeLessThanOrEqual(1.4);
    }
  });
  test('presets fall on the finer side: 10× of a 20× slide is read from full resolution', () => {
    expect(neededLevel(halving, 0.5)).toBe(0);
    expect(neededLevel(halving, 0.25)).toBe(1);
  });
  test('smaller than the smallest level is the smallest level', () => {
    expect(neededLevel(halving, 0.001)).toBe(4);
  });
});

describe('tilesInView', () => {
  test('takes the tiles the rectangle touches, the last column and row included', () => {
    const [full] = halving;
    if (full === undefined) throw new Error('no level');
    expect(tilesInView(full, { x: 2150, y: 2870, width: 500, height: 500 })).toEqual([
      [8, 11],
      [9, 11],
      [8, 12],
      [9, 12],
    ]);
  });
  test('beside the slide there are none', () => {
    const [full] = halving;
    if (full === undefined) throw new Error('no level');
    expect(tilesInView(full, { x: 5000, y: 0, width: 100, height: 100 })).toEqual([]);
  });
});

describe('what is truly shown (never the wrong image)', () => {
  const judge = (ledger: ReturnType<typeof createTileLedger>) => ledger.judge(halving, PLACED, SCREEN, 1);

  test('nothing painted is loading, not shown', () => {
    expect(judge(createTileLedger())).toMatchObject({ phase: 'loading', isSharp: false, isLoading: true });
  });
  test('a part of the needed tiles is shown and not sharp', () => {
    const ledger = createTileLedger();
    ledger.setPainted([LEFT]);
    expect(judge(ledger)).toMatchObject({ phase: 'shown', isSharp: false, isLoading: true, missingCount: 0 });
  });
  test('all needed tiles are sharp', () => {
    const ledger = createTileLedger();
    ledger.setPainted([LEFT, RIGHT]);
    expect(judge(ledger)).toMatchObject({ phase: 'shown', isSharp: true, isLoading: false });
  });
  test('a coarser level alone is never called sharp', () => {
    const ledger = createTileLedger();
    ledger.setPainted([{ level: 2, column: 0, row: 0 }]);
    expect(judge(ledger)).toMatchObject({ phase: 'shown', isSharp: false });
  });
  test('a failed tile is counted as missing while the rest is shown', () => {
    const ledger = createTileLedger();
    ledger.setPainted([LEFT]);
    ledger.addFailure(RIGHT, new TileFailure('The server cannot be reached.'));
    expect(judge(ledger)).toMatchObject({ phase: 'shown', isSharp: false, isLoading: false, missingCount: 1 });
  });
  test('only when nothing at all can be shown the slide is covered, with the reason', () => {
    const ledger = createTileLedger();
    ledger.addFailure(LEFT, new TileFailure('The server cannot be reached.'));
    expect(judge(ledger).phase).toBe('loading');
    ledger.addFailure(RIGHT, new TileFailure('The server cannot be reached.'));
    expect(judge(ledger)).toMatchObject({ phase: 'covered', reason: 'The server cannot be reached.' });
    ledger.forgetFailures();
    expect(judge(ledger).phase).toBe('loading');
  });
  test('a failure elsewhere on the slide is not missed here', () => {
    const ledger = createTileLedger();
    ledger.setPainted([LEFT, RIGHT]);
    ledger.addFailure({ level: 0, column: 7, row: 7 }, new TileFailure('The server cannot be reached.'));
    expect(judge(ledger)).toMatchObject({ isSharp: true, missingCount: 0 });
  });
});
