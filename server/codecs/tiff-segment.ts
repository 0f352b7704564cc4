/** Decodes one tile or strip of a TIFF, whatever its compression. Plain data in, plain data out: fit for a worker. */

import { parseJpegHeader } from './jpeg.ts';
import { assembleJpegTile, colourTransform, jpegPrefix } from './jpeg-assembly.ts';
import { decodeJpeg2000Tile } from './jpeg2000-tile.ts';
import { decodeRaster, type RasterImage } from './raster.ts';
import { readSamples, type SampleForm, type Samples, sampleBytes, sampleRefusal } from './samples.ts';
import { isPacking, unpackSegment } from './unpack-segment.ts';

export const COMPRESSION = {
  none: 1,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  packBits: 32773,
  oldDeflate: 32946,
  jpeg2000Ycbcr: 33003,
  jpeg2000: 33004,
  jpeg2000Rgb: 33005,
  jpeg2000Generic: 34712,
  zstd: 50000,
  webp: 50001,
} as const;

const JPEG_2000: ReadonlySet<number> = new Set([
  COMPRESSION.jpeg2000Ycbcr,
  COMPRESSION.jpeg2000,
  COMPRESSION.jpeg2000Rgb,
  COMPRESSION.jpeg2000Generic,
]);

export interface SegmentForm extends SampleForm {
  readonly compression: number;
  /** Colours are stored as YCbCr. */
  readonly ycbcr: boolean;
  readonly jpegTables: Uint8Array | null;
}

/** True for the compressions of `decodeSegment`. */
export function isDecodable(compression: number): boolean {
  return (Object.values(COMPRESSION) as number[]).includes(compression);
}

/** True when what is stored is JPEG 2000, for which a decoder may differ by one from another. */
export function isJpeg2000(compression: number): boolean {
  return JPEG_2000.has(compression);
}

/** Why segments of this form cannot be decoded, or null. */
export function segmentRefusal(form: Pick<SegmentForm, 'compression' | 'bits' | 'sampleFormat' | 'predictor'>) {
  const { compression, bits, sampleFormat } = form;
  if (isPacking(compression)) return sampleRefusal(form);
  const most = isJpeg2000(compression) ? 16 : 8;
  if (sampleFormat !== 1) return 'its samples are not unsigned integers';
  return bits > most || bits < 1 ? `it has ${bits} bits a sample and only ${most} are supported` : null;
}

/**
 * The samples of a segment of exactly `form.width` × `form.height` px, colours as RGB. Errors: DOCUMENT_DAMAGED; an
 * aborted signal rejects with its reason.
 */
export async function decodeSegment(bytes: Uint8Array, form: SegmentForm, signal?: AbortSignal): Promise<Samples> {
  signal?.throwIfAborted();
  const { compression, width, height, channels } = form;
  if (isPacking(compression)) {
    return readSamples(await unpackSegment(bytes, compression, sampleBytes(form)), form);
  }
  if (isJpeg2000(compression)) {
    const ycbcr = compression === COMPRESSION.jpeg2000Ycbcr || form.ycbcr;
    return decodeJpeg2000Tile(bytes, { width, height, ycbcr });
  }
  if (compression === COMPRESSION.webp) {
    const raster = await decodeRaster(bytes, { format: 'WebP', width, height }, signal);
    return rgbSamples(raster, 3);
  }
  return rgbSamples(await decodeJpeg(bytes, form, signal), channels);
}

async function decodeJpeg(bytes: Uint8Array, form: SegmentForm, signal?: AbortSignal): Promise<RasterImage> {
  const { frame } = parseJpegHeader(bytes);
  const transform = frame === null ? null : colourTransform(frame, form.ycbcr);
  const prefix = jpegPrefix({ transform, tables: form.jpegTables });
  // Writers end a page either with a short strip or with a whole one; only what belongs to the page is used.
  const height = frame !== null && frame.height > form.height ? frame.height : form.height;
  const jpeg = assembleJpegTile(prefix, bytes, { width: form.width, height });
  const raster = await decodeRaster(jpeg, { format: 'JPEG', width: form.width, height }, signal);
  if (height === form.height) return raster;
  return { width: form.width, height: form.height, data: raster.data.subarray(0, form.width * form.height * 3) };
}

function rgbSamples({ width, height, data }: RasterImage, channels: number): Samples {
  if (channels !== 1) return { width, height, channels: 3, values: data };
  return {
    width,
    height,
    channels: 1,
    values: Uint8Array.from({ length: width * height }, (_, at) => data[at * 3] ?? 0),
  };
}
