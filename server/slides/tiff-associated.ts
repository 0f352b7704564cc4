/** Label, macro and thumbnail of a TIFF slide: small pictures in strips or tiles beside the pyramid. */

import { decodeRaster, encodeJpeg, encodePng, type RasterImage } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import type { AssociatedImageName } from '#shared/imaging/pyramid.ts';
import type { EncodedImage } from './slide.ts';
import type { ByteSource } from './source.ts';
import { COMPRESSION, TIFF_LIMITS, type TiffDirectory, type TiffStrips } from './tiff.ts';
import { pixelRefusal } from './tiff-level.ts';
import { tiffPage } from './tiff-page.ts';
import { readSegmentTable } from './tiff-reader.ts';

const MOST_PIXELS = 64 * 1024 * 1024;
const MOST_STORED_BYTES = 128 * 1024 * 1024;

const DECODABLE: ReadonlySet<number> = new Set(Object.values(COMPRESSION));

type StripDirectory = TiffDirectory & { readonly data: TiffStrips };

/** True when the picture can be decoded here: in strips, of a size and kind we accept. Others are not offered. */
export function isShowable(directory: TiffDirectory): directory is StripDirectory {
  return (
    directory.data?.kind === 'strips' &&
    DECODABLE.has(directory.compression) &&
    pixelRefusal(directory) === null &&
    directory.width * directory.height <= MOST_PIXELS
  );
}

/** Decodes the picture. Errors: ASSOCIATED_IMAGE_UNDECODABLE, TIFF_MALFORMED, TIFF_LIMIT. */
export async function decodeAssociated(
  source: ByteSource,
  name: AssociatedImageName,
  directory: StripDirectory,
  signal?: AbortSignal,
): Promise<RasterImage> {
  const { width, height, samplesPerPixel, compression, photometric, predictor, jpegTables } = directory;
  const table = await readSegmentTable(source, directory, TIFF_LIMITS.stripsPerPage, signal);
  const stored = table.byteCounts.reduce((sum, length) => sum + length, 0);
  if (stored > MOST_STORED_BYTES || table.byteCounts.includes(0)) {
    throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name });
  }
  const strips: Uint8Array[] = [];
  for (const [index, length] of table.byteCounts.entries()) {
    strips.push(await source.read(table.offsets[index] ?? 0, length, signal));
  }
  const { rowsPerStrip } = directory.data;
  const form = { samplesPerPixel, compression, photometric, predictor, jpegTables };
  try {
    return await decodeRaster(
      tiffPage({ width, height, rowsPerStrip, ...form, strips }),
      { format: 'TIFF', width, height },
      signal,
    );
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name }, { cause });
  }
}

/** The picture ready to be sent: what was stored without loss, such as the print of a label, stays without loss. */
export async function encodeAssociated(
  source: ByteSource,
  name: AssociatedImageName,
  directory: StripDirectory,
  signal?: AbortSignal,
): Promise<EncodedImage> {
  const raster = await decodeAssociated(source, name, directory, signal);
  return directory.compression === COMPRESSION.jpeg
    ? { bytes: await encodeJpeg(raster), mediaType: 'image/jpeg' }
    : { bytes: await encodePng(raster), mediaType: 'image/png' };
}
