/**
 * Decoded pictures, and the only home of sharp (libvips): decoding, resizing and encoding of bounded rasters.
 *
 * Callers have read the header themselves and know the size to expect; sharp is told it as its limit. Loaders we never
 * need are blocked for the whole process, since a loader that cannot run cannot be attacked.
 */

import sharp, { type Sharp } from 'sharp';
import { AppError } from '#shared/errors.ts';

/** Rows of interleaved RGB, 8 bits a sample, no padding: `data.length === width * height * 3`. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const DECODING_SECONDS = 20;

sharp.block({
  operation: [
    'VipsForeignLoadNsgif',
    'VipsForeignLoadVips',
    'VipsForeignLoadHeif',
    'VipsForeignLoadPdf',
    'VipsForeignLoadMagick',
    'VipsForeignLoadOpenslide',
    'VipsForeignLoadJxl',
    'VipsForeignLoadJp2k',
    'VipsForeignLoadMat',
    'VipsForeignLoadAnalyze',
    'VipsForeignLoadCsv',
    'VipsForeignLoadMatrix',
    'VipsForeignLoadRad',
  ],
});
// Tiles are small: threads inside one decode only fight with the decodes beside it, and an operation cache never hits.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes one picture of exactly `width` × `height` px to RGB as stored: no profile applied, no orientation obeyed,
 * transparent parts on white. Errors: DOCUMENT_DAMAGED; an aborted signal rejects with its reason.
 */
export async function decodeRaster(
  bytes: Uint8Array,
  size: { readonly format: 'JPEG' | 'TIFF' | 'PNG' | 'WebP'; readonly width: number; readonly height: number },
  signal?: AbortSignal,
): Promise<RasterImage> {
  signal?.throwIfAborted();
  const decoded = await sharp(bytes, {
    limitInputPixels: size.width * size.height,
    failOn: 'error',
    ignoreIcc: true,
    pages: 1,
  })
    .timeout({ seconds: DECODING_SECONDS })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new AppError(
        'DOCUMENT_DAMAGED',
        { format: size.format, reason: 'its pixels cannot be decoded' },
        { cause },
      );
    });
  signal?.throwIfAborted();
  const { width, height, channels } = decoded.info;
  if (width !== size.width || height !== size.height) {
    const reason = `it has ${width} × ${height} px instead of ${size.width} × ${size.height}`;
    throw new AppError('DOCUMENT_DAMAGED', { format: size.format, reason });
  }
  return { width, height, data: toRgb(decoded.data, width * height, channels) };
}

/** A raster of one colour, white unless told: `[red, green, blue]`. */
export function filledRaster(
  width: number,
  height: number,
  colour: readonly [number, number, number] = [255, 255, 255],
): RasterImage {
  const data = new Uint8Array(width * height * 3);
  if (colour.every((value) => value === colour[0])) return { width, height, data: data.fill(colour[0]) };
  for (let at = 0; at < data.length; at += 3) data.set(colour, at);
  return { width, height, data };
}

/** Copies a `width` × `height` part of `from` at (fromX, fromY) to (x, y) of `target`; both must hold the part. */
export function copyRaster(
  from: RasterImage,
  part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  target: RasterImage,
  x: number,
  y: number,
): void {
  for (let row = 0; row < part.height; row++) {
    const start = ((part.y + row) * from.width + part.x) * 3;
    target.data.set(from.data.subarray(start, start + part.width * 3), ((y + row) * target.width + x) * 3);
  }
}

/** Resizes by area-aware filtering to exactly `width` × `height` px. */
export async function resizeRaster(raster: RasterImage, width: number, height: number): Promise<RasterImage> {
  const { data } = await fromRaw(raster)
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, data };
}

/** Encodes as JPEG without chroma subsampling. */
export async function encodeJpeg(
  raster: RasterImage,
  options: { readonly quality?: number } = {},
): Promise<Uint8Array> {
  return fromRaw(raster)
    .jpeg({ quality: options.quality ?? 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Encodes as PNG, lossless, at a level that favours speed. */
export async function encodePng(raster: RasterImage): Promise<Uint8Array> {
  return fromRaw(raster).png({ compressionLevel: 3, adaptiveFiltering: false }).toBuffer();
}

function fromRaw(raster: RasterImage): Sharp {
  return sharp(raster.data, { raw: { width: raster.width, height: raster.height, channels: 3 } }).timeout({
    seconds: DECODING_SECONDS,
  });
}

/** sharp gives one channel for grey pictures whatever colour space is asked for. */
function toRgb(data: Buffer, pixels: number, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let sample = 0; sample < 3; sample++) {
      rgb[pixel * 3 + sample] = data[pixel * channels + (channels >= 3 ? sample : 0)] ?? 0;
    }
  }
  return rgb;
}
