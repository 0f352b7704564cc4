/** Which part of an image goes where in a picture (PS3.18 section 8.3.5.1.3). */
import type { RenderingWish } from '#server/domain/rendering-ports.ts';
import { AppError } from '#shared/errors.ts';

export interface PicturePlan {
  /** In whole px of the image, inside of it. */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Size of the picture in px. */
  readonly width: number;
  readonly height: number;
}

/** Pixels of a scaled picture at most: beyond any screen, and far below what fills a worker. */
const MOST_PIXELS = 36_000_000;
/** Longest side of a WebP picture (RFC 9649 section 2.5: 14 bits). */
const WEBP_SIDE = 16_383;

/**
 * Crops, then scales to the box keeping the shape the image has in the world.
 * @throws AppError REQUEST_INVALID for a region outside the image and a picture too large to be made
 */
export function planPicture(
  image: { readonly columns: number; readonly rows: number; readonly pixelAspect: number },
  wish: Pick<RenderingWish, 'region' | 'box' | 'format'>,
): PicturePlan {
  const crop = cropOf(image, wish.region);
  const { width, height } = wish.box === null ? crop : fitted(crop, image.pixelAspect, wish.box);
  if (wish.box !== null && width * height > MOST_PIXELS) {
    throw refusal(`asks for a picture of ${width} × ${height} px; ${MOST_PIXELS} px in all are made`);
  }
  if (wish.format === 'webp' && Math.max(width, height) > WEBP_SIDE) {
    throw refusal(`must make the picture smaller than ${WEBP_SIDE} px a side for WebP`);
  }
  return { crop, width, height };
}

function cropOf(
  { columns, rows }: { readonly columns: number; readonly rows: number },
  region: RenderingWish['region'],
): PicturePlan['crop'] {
  if (region === null) return { x: 0, y: 0, width: columns, height: rows };
  const [perX, perY] = region.unit === 'px' ? [1, 1] : [columns, rows];
  const [left, top] = [region.x * perX, region.y * perY];
  const right = region.width === null ? columns : left + region.width * perX;
  const bottom = region.height === null ? rows : top + region.height * perY;
  // Sums of decimals may miss the edge by the last bit.
  const over = 1e-6;
  if (left < 0 || top < 0 || right > columns + over || bottom > rows + over || right <= left || bottom <= top) {
    throw refusal(`names a region outside the image of ${columns} × ${rows} px`);
  }
  const x = Math.min(columns - 1, Math.round(left));
  const y = Math.min(rows - 1, Math.round(top));
  return {
    ...{ x, y },
    width: Math.max(1, Math.min(columns, Math.round(right)) - x),
    height: Math.max(1, Math.min(rows, Math.round(bottom)) - y),
  };
}

/** Pixels that are no squares are stretched along the longer distance, as a viewer does. */
function fitted(
  crop: { readonly width: number; readonly height: number },
  pixelAspect: number,
  box: { readonly width: number; readonly height: number; readonly enlarge: boolean },
): { width: number; height: number } {
  const fullWidth = crop.width * Math.max(1, pixelAspect);
  const fullHeight = crop.height * Math.max(1, 1 / pixelAspect);
  const fit = Math.min(box.width / fullWidth, box.height / fullHeight);
  const scale = box.enlarge ? fit : Math.min(1, fit);
  return {
    width: Math.min(box.width, Math.max(1, Math.round(fullWidth * scale))),
    height: Math.min(box.height, Math.max(1, Math.round(fullHeight * scale))),
  };
}

function refusal(reason: string): AppError {
  return new AppError('REQUEST_INVALID', { where: 'querystring.viewport', reason });
}
