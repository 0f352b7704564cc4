/** Regions of a slide as pixels: for key images, thumbnails and tests. */

import { copyRaster, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import {
  clipToLevel,
  type PixelRectangle,
  type TileRange,
  tileRectangle,
  tilesTouching,
} from '#shared/imaging/pyramid.ts';
import type { Slide } from './slide.ts';

/** 96 MB of RGB, and some for the tile under way. */
export const MOST_REGION_PIXELS = 32 * 1024 * 1024;

/**
 * The pixels of a rectangle of `level`, in px of that level, in the colours as stored. What lies outside the image is
 * white. Errors: SLIDE_REGION_INVALID for a rectangle that is not of whole px, is empty or larger than
 * MOST_REGION_PIXELS; TILE_OUT_OF_RANGE for an unknown level; TILE_UNDECODABLE.
 */
export async function readRegion(
  slide: Slide,
  level: number,
  rectangle: PixelRectangle,
  signal?: AbortSignal,
): Promise<RasterImage> {
  const shape = slide.description.levels[level];
  if (shape === undefined) throw new AppError('TILE_OUT_OF_RANGE', { level, column: 0, row: 0 });
  const { x, y, width, height } = rectangle;
  if (![x, y, width, height].every(Number.isSafeInteger)) throw invalid('its sides must be whole pixels');
  if (width < 1 || height < 1) throw invalid('it is empty');
  if (width * height > MOST_REGION_PIXELS) {
    throw invalid(`it has ${width} × ${height} px, and ${MOST_REGION_PIXELS} px in all are read at once`);
  }
  const region = filledRaster(width, height);
  const range = tilesTouching(shape, rectangle);
  if (range === null) return region;
  for (const { column, row } of tilesOf(range)) {
    const place = tileRectangle(shape, column, row);
    const part = clipToLevel(shape, intersection(place, rectangle));
    if (part === null) continue;
    const tile = await slide.decodedTile(level, column, row, signal);
    const inTile = { x: part.x - place.x, y: part.y - place.y, width: part.width, height: part.height };
    copyRaster(tile, inTile, region, part.x - x, part.y - y);
  }
  return region;
}

/** Each tile of the range, row by row: the order in which most scanners wrote them. */
export function* tilesOf(range: TileRange): Generator<{ readonly column: number; readonly row: number }> {
  for (let row = range.firstRow; row <= range.lastRow; row++) {
    for (let column = range.firstColumn; column <= range.lastColumn; column++) yield { column, row };
  }
}

function intersection(one: PixelRectangle, other: PixelRectangle): PixelRectangle {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  return {
    x,
    y,
    width: Math.min(one.x + one.width, other.x + other.width) - x,
    height: Math.min(one.y + one.height, other.y + other.height) - y,
  };
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_REGION_INVALID', { reason });
}
