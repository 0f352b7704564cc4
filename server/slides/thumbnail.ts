/** A small picture of the whole slide, made from its pyramid: what the worklist shows. */

import { copyRaster, filledRaster, type RasterImage, resizeRaster } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import { type SlideLevel, tileRectangle } from '#shared/imaging/pyramid.ts';
import { MOST_REGION_PIXELS, readRegion } from './region.ts';
import type { Slide } from './slide.ts';

/** A slide without small levels must be read whole; beyond this many tiles that would take minutes. */
const MOST_TILES = 16_384;

/**
 * The whole slide within `side` × `side` px, in the colours as stored; never enlarged. Read from the coarsest level
 * that is large enough, never from the stored thumbnail, which scanners may crop or draw on.
 * Errors: SLIDE_REGION_INVALID for a side below 1 or when the slide lacks small levels and is too large to be read whole; TILE_UNDECODABLE.
 */
export async function readThumbnail(slide: Slide, side: number, signal?: AbortSignal): Promise<RasterImage> {
  if (!(side >= 1)) throw new AppError('SLIDE_REGION_INVALID', { reason: 'a thumbnail has at least 1 px' });
  const { levels, width, height } = slide.description;
  const scale = Math.min(1, side / Math.max(width, height));
  const target = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const level = Math.max(
    0,
    levels.findLastIndex((one) => one.width >= target.width && one.height >= target.height),
  );
  const shape = levels[level];
  if (shape === undefined) throw new AppError('TILE_OUT_OF_RANGE', { level, column: 0, row: 0 });
  if (shape.width * shape.height <= MOST_REGION_PIXELS) {
    const whole = await readRegion(slide, level, { x: 0, y: 0, width: shape.width, height: shape.height }, signal);
    return resizeRaster(whole, target.width, target.height);
  }
  return readTileByTile(slide, level, shape, target, signal);
}

/** Shrinks each tile by itself: less exact at tile borders, but with the memory of one tile. */
async function readTileByTile(
  slide: Slide,
  level: number,
  shape: SlideLevel,
  target: { readonly width: number; readonly height: number },
  signal: AbortSignal | undefined,
): Promise<RasterImage> {
  const tiles = shape.columns * shape.rows;
  if (tiles > MOST_TILES) {
    const reason = `level ${level} has ${tiles} tiles and no smaller level; ${MOST_TILES} tiles are read at once`;
    throw new AppError('SLIDE_REGION_INVALID', { reason });
  }
  const whole = filledRaster(target.width, target.height);
  for (let row = 0; row < shape.rows; row++) {
    for (let column = 0; column < shape.columns; column++) {
      const place = tileRectangle(shape, column, row);
      const left = Math.round((place.x * target.width) / shape.width);
      const top = Math.round((place.y * target.height) / shape.height);
      const width = Math.round(((place.x + place.width) * target.width) / shape.width) - left;
      const height = Math.round(((place.y + place.height) * target.height) / shape.height) - top;
      if (width < 1 || height < 1) continue;
      const tile = await slide.decodedTile(level, column, row, signal);
      const shown = filledRaster(place.width, place.height);
      copyRaster(tile, { x: 0, y: 0, width: place.width, height: place.height }, shown, 0, 0);
      const small = await resizeRaster(shown, width, height);
      copyRaster(small, { x: 0, y: 0, width, height }, whole, left, top);
    }
  }
  return whole;
}
