/** Any rectangle of a slide in any size, read from the level that suits: for Deep Zoom, IIIF and exports. */

import { AreaAverage } from '#server/codecs/area-average.ts';
import { type RasterImage, resizeRaster } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import type { PixelRectangle, SlideLevel } from '#shared/imaging/pyramid.ts';
import { MOST_REGION_PIXELS, readRegion } from './region.ts';
import type { Slide } from './slide.ts';

/** Beyond this many pixels to be decoded for one answer it takes minutes: the slide lacks a level of its own there. */
export const MOST_SOURCE_PIXELS = 512 * 1024 * 1024;
/** Strips between which others get their turn. */
const STRIP_PIXELS = 8 * 1024 * 1024;
const STRIP_ROWS = 256;

export interface ScaledRegion {
  /** In level-0 px, with fractions if need be; it may reach beyond the image by less than a pixel of the result. */
  readonly rectangle: PixelRectangle;
  readonly width: number;
  readonly height: number;
}

/**
 * The rectangle in `width` × `height` px, in the colours as stored. Read from the coarsest level that has at least the
 * detail wanted: pixels of a level come out unchanged where they fit, all others are the mean of the area they cover,
 * so that neighbouring results join without a seam. Enlarged ones are interpolated.
 * Errors: SLIDE_REGION_INVALID for an empty or too large region; TILE_UNDECODABLE; the signal's reason.
 */
export async function readScaledRegion(
  slide: Slide,
  { rectangle, width, height }: ScaledRegion,
  signal?: AbortSignal,
): Promise<RasterImage> {
  if (width * height > MOST_REGION_PIXELS) {
    throw invalid(`${width} × ${height} px are wanted, and ${MOST_REGION_PIXELS} px in all are given at once`);
  }
  if (!(width >= 1 && height >= 1 && rectangle.width > 0 && rectangle.height > 0)) throw invalid('it is empty');
  const { level, shape } = levelFor(slide.description.levels, rectangle.width / width, rectangle.height / height);
  const area = {
    x: rectangle.x / shape.downsampleX,
    y: rectangle.y / shape.downsampleY,
    width: rectangle.width / shape.downsampleX,
    height: rectangle.height / shape.downsampleY,
  };
  const average = new AreaAverage(area, shape, { width, height });
  const { needed } = average;
  if (needed.width * needed.height > MOST_SOURCE_PIXELS) {
    throw invalid(
      `${needed.width} × ${needed.height} px would have to be read for it, more than ${MOST_SOURCE_PIXELS}; the slide has no smaller level`,
    );
  }
  if (needed.width <= width && needed.height <= height) {
    const pixels = await readRegion(slide, level, needed, signal);
    return needed.width === width && needed.height === height ? pixels : resizeRaster(pixels, width, height);
  }
  for (const strip of stripsOf(shape, needed)) {
    average.add(await readRegion(slide, level, strip, signal), strip.x, strip.y);
  }
  return average.finish();
}

/** The coarsest level with at least the detail of the downsamples wanted; level 0 when none has. */
function levelFor(
  levels: readonly SlideLevel[],
  downsampleX: number,
  downsampleY: number,
): { readonly level: number; readonly shape: SlideLevel } {
  const enough = (one: SlideLevel): boolean =>
    one.downsampleX <= downsampleX * (1 + 1e-9) && one.downsampleY <= downsampleY * (1 + 1e-9);
  const level = Math.max(0, levels.findLastIndex(enough));
  const shape = levels[level];
  if (shape === undefined) throw new AppError('TILE_OUT_OF_RANGE', { level, column: 0, row: 0 });
  return { level, shape };
}

/** The rectangle from the top down, cut where rows of tiles end, so that each tile is decoded once. */
function* stripsOf(shape: SlideLevel, whole: PixelRectangle): Generator<PixelRectangle> {
  const most = Math.max(1, Math.floor(STRIP_PIXELS / whole.width));
  const rows = Math.min(most, Math.max(shape.tileHeight, STRIP_ROWS));
  const step = rows < shape.tileHeight ? rows : Math.floor(rows / shape.tileHeight) * shape.tileHeight;
  const bottom = whole.y + whole.height;
  for (let y = whole.y; y < bottom; ) {
    const end = Math.min(bottom, (Math.floor(y / step) + 1) * step);
    yield { x: whole.x, y, width: whole.width, height: end - y };
    y = end;
  }
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_REGION_INVALID', { reason });
}
