import { levelDownsample, type PixelRectangle, type SlideLevel, tilesTouching } from '#shared/imaging/pyramid.ts';
import type { VisibleRectangle } from '#shared/imaging/view-state.ts';

/**
 * Device pixels that one pixel of the shown level must fill at least. Where levels are a factor of two apart a half
 * always finds a level that is not enlarged; between scanner levels a factor of four apart the finer one is taken
 * until its pixels shrink to a third, so that nothing is enlarged by more than 1.4 and no view needs thousands of tiles.
 * Both are a little less than the round number, where our arithmetic and OpenSeadragon's could decide differently.
 */
const DENSE_LEVELS = 0.49;
const SPARSE_LEVELS = 0.345;
const SPARSE_STEP = 2.5;

/** The least size of a level's pixel, in device pixels, at which the level is still shown. */
export function leastPixelSize(levels: readonly SlideLevel[]): number {
  const isSparse = levels.some((level, index) => {
    const finer = levels[index - 1];
    return finer !== undefined && levelDownsample(level) / levelDownsample(finer) > SPARSE_STEP;
  });
  return isSparse ? SPARSE_LEVELS : DENSE_LEVELS;
}

/** Index of the level a view needs at `scale` device pixels per level-0 pixel; it is sharp once its tiles are there. */
export function neededLevel(levels: readonly SlideLevel[], scale: number): number {
  const least = leastPixelSize(levels);
  const found = levels.findIndex((level) => level.downsampleX * scale >= least);
  return found < 0 ? levels.length - 1 : found;
}

/** Every tile of a level that a level-0 rectangle touches, as [column, row]; none outside the slide. */
export function tilesInView(level: SlideLevel, visible: VisibleRectangle): [number, number][] {
  const rectangle: PixelRectangle = {
    x: visible.x / level.downsampleX,
    y: visible.y / level.downsampleY,
    width: visible.width / level.downsampleX,
    height: visible.height / level.downsampleY,
  };
  const range = tilesTouching(level, rectangle);
  const tiles: [number, number][] = [];
  if (range === null) return tiles;
  for (let row = range.firstRow; row <= range.lastRow; row++) {
    for (let column = range.firstColumn; column <= range.lastColumn; column++) tiles.push([column, row]);
  }
  return tiles;
}
