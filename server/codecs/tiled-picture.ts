/** Turns a flat picture into a tiled one, row by row: the memory of a few rows, whatever the size. */

import sharp from 'sharp';
import { AppError } from '#shared/errors.ts';
// For what it does on loading: it blocks the loaders we never need.
import './raster.ts';

/** Of a picture that is decoded from top to bottom. */
export const MOST_FLAT_PIXELS = 1_000_000_000;
/** Of one that must be held as a whole: progressive JPEG, interlaced PNG, and whatever has to be turned. */
const MOST_HELD_PIXELS = 60_000_000;
const SECONDS = 110;
const TILE_SIDE = 512;

/**
 * Writes a BigTIFF at `target` with Deflate tiles of 512 px: each pixel as it is decoded, in sRGB, upright, transparent parts on white. Errors: DOCUMENT_DAMAGED, IMAGE_TOO_LARGE.
 */
export async function writeTiledPicture(
  path: string,
  target: string,
  format: 'JPEG' | 'PNG' | 'TIFF',
): Promise<{ readonly width: number; readonly height: number }> {
  const refuse = (reason: string, cause: unknown): AppError =>
    new AppError('DOCUMENT_DAMAGED', { format, reason }, { cause });
  const options = { limitInputPixels: MOST_FLAT_PIXELS, failOn: 'error', sequentialRead: true, pages: 1 } as const;
  const found = await sharp(path, { ...options, limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw refuse('its header cannot be read', cause);
    });
  if (found.format !== format.toLowerCase()) throw refuse(`it is ${found.format}`, null);
  const { width, height } = found;
  const held = found.isProgressive === true || (found.orientation ?? 1) !== 1;
  const limit = held ? MOST_HELD_PIXELS : MOST_FLAT_PIXELS;
  if (width * height > limit) throw new AppError('IMAGE_TOO_LARGE', { width, height, limit });
  const written = await sharp(path, options)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .tiff({
      ...{ tile: true, tileWidth: TILE_SIDE, tileHeight: TILE_SIDE, bigtiff: true },
      ...{ compression: 'deflate', predictor: 'horizontal' },
    })
    .timeout({ seconds: SECONDS })
    .toFile(target)
    .catch((cause: unknown) => {
      throw refuse('its pixels cannot be decoded', cause);
    });
  return { width: written.width, height: written.height };
}
