/**
 * The Deep Zoom pyramid of a slide: geometry alone. Level `maxLevel` is full resolution, each level below has half the
 * size rounded up, level 0 is one pixel. Tiles do not overlap; those at the border are as small as what they show.
 */

import type { PixelRectangle, SlideDescription, SlideLevel } from './pyramid.ts';

export const DEEP_ZOOM_OVERLAP = 0;
export const DEEP_ZOOM_FORMAT = 'jpeg';
const LEAST_TILE = 128;
const MOST_TILE = 1024;
const USUAL_TILE = 256;

type Pyramid = Pick<SlideDescription, 'width' | 'height' | 'levels'>;

/** The side of a tile: that of the scanner's own tiles where they are square, so that they can go out as stored. */
export function deepZoomTileSize({ levels: [base] }: Pyramid): number {
  const side = base?.tileWidth ?? 0;
  return side === base?.tileHeight && side >= LEAST_TILE && side <= MOST_TILE ? side : USUAL_TILE;
}

export function deepZoomMaxLevel({ width, height }: Pyramid): number {
  return Math.ceil(Math.log2(Math.max(width, height)));
}

/** One tile: what it shows and from where. */
export interface DeepZoomTile {
  /** In px of its Deep Zoom level. */
  readonly rectangle: PixelRectangle;
  /** In level-0 px; at the right and lower border it may reach beyond the slide by less than a pixel of the tile. */
  readonly onSlide: PixelRectangle;
  /** Index of the slide's own level of exactly the same size, or null. */
  readonly nativeLevel: number | null;
}

/** The tile at this place; null when there is none. */
export function deepZoomTile(pyramid: Pyramid, level: number, column: number, row: number): DeepZoomTile | null {
  const maxLevel = deepZoomMaxLevel(pyramid);
  if (![level, column, row].every((one) => Number.isSafeInteger(one) && one >= 0) || level > maxLevel) return null;
  const scale = 2 ** (maxLevel - level);
  const size = { width: Math.ceil(pyramid.width / scale), height: Math.ceil(pyramid.height / scale) };
  const side = deepZoomTileSize(pyramid);
  const [x, y] = [column * side, row * side];
  if (x >= size.width || y >= size.height) return null;
  const [width, height] = [Math.min(side, size.width - x), Math.min(side, size.height - y)];
  const same = (one: SlideLevel): boolean => one.width === size.width && one.height === size.height;
  const native = pyramid.levels.findIndex(same);
  return {
    rectangle: { x, y, width, height },
    onSlide: { x: x * scale, y: y * scale, width: width * scale, height: height * scale },
    nativeLevel: native < 0 ? null : native,
  };
}

/** The .dzi document. */
export function deepZoomDocument(pyramid: Pyramid): string {
  const size = `<Size Width="${pyramid.width}" Height="${pyramid.height}"/>`;
  const attributes = `TileSize="${deepZoomTileSize(pyramid)}" Overlap="${DEEP_ZOOM_OVERLAP}" Format="${DEEP_ZOOM_FORMAT}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" ${attributes}>${size}</Image>
`;
}
