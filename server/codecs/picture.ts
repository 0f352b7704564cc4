import sharp from 'sharp';
import { AppError } from '#shared/errors.ts';
// For what it does on loading: it blocks the loaders we never need.
import './raster.ts';

/** Pixels of an uploaded photograph at most: beyond the largest cameras, far below what fills the memory. */
export const MAX_PICTURE_PIXELS = 150_000_000;
const DECODING_SECONDS = 20;
const SAMPLE_SIDE = 64;

/**
 * Decodes a whole JPEG or PNG file in passing, without ever holding all its pixels, and returns its size.
 * @throws AppError IMAGE_TOO_LARGE, DOCUMENT_DAMAGED
 */
export async function decodePicture(path: string, format: 'JPEG' | 'PNG'): Promise<{ width: number; height: number }> {
  const refuse = (reason: string, cause: unknown): AppError =>
    new AppError('DOCUMENT_DAMAGED', { format, reason }, { cause });
  const options = { limitInputPixels: MAX_PICTURE_PIXELS, failOn: 'error', sequentialRead: true } as const;
  const found = await sharp(path, { ...options, limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw refuse('its header cannot be read', cause);
    });
  if (found.format !== format.toLowerCase()) throw refuse(`it is ${found.format}`, null);
  const { width, height } = found;
  if (width * height > MAX_PICTURE_PIXELS) {
    throw new AppError('IMAGE_TOO_LARGE', { width, height, limit: MAX_PICTURE_PIXELS });
  }
  await sharp(path, options)
    .timeout({ seconds: DECODING_SECONDS })
    .resize(SAMPLE_SIDE, SAMPLE_SIDE, { fit: 'fill' })
    .raw()
    .toBuffer()
    .catch((cause: unknown) => {
      throw refuse('its pixels cannot be decoded', cause);
    });
  return { width, height };
}
