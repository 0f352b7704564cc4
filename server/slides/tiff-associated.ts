/** Label, macro and thumbnail of a TIFF slide: small pictures in strips or tiles beside the pyramid. */

import { parseJpegHeader } from '#server/codecs/jpeg.ts';
import { assembleJpegTile, colourTransform, jpegPrefix } from '#server/codecs/jpeg-assembly.ts';
import { copyRaster, encodeJpeg, encodePng, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { colourRaster } from '#server/codecs/sample-colours.ts';
import { COMPRESSION, isDecodable } from '#server/codecs/tiff-segment.ts';
import { AppError } from '#shared/errors.ts';
import type { AssociatedImageName } from '#shared/imaging/pyramid.ts';
import type { AssociatedReader } from './level-slide.ts';
import type { EncodedImage } from './slide.ts';
import type { SlideInput } from './slide-format.ts';
import { isTiled, TIFF_LIMITS, type TiffAssociated, type TiffDirectory } from './tiff.ts';
import { colourModel, pixelRefusal } from './tiff-pixels.ts';
import { openSegments } from './tiff-segments.ts';

const MOST_PIXELS = 64 * 1024 * 1024;
const MOST_STORED_BYTES = 128 * 1024 * 1024;

/** Those that can be decoded here: of a size and kind we accept. Others are not offered. */
export function associatedReaders(
  input: SlideInput,
  littleEndian: boolean,
  associated: readonly TiffAssociated[],
): AssociatedReader[] {
  const readers: AssociatedReader[] = [];
  for (const one of associated) {
    const { name } = one;
    if (readers.some((reader) => reader.name === name)) continue;
    if ('jpeg' in one) {
      const size = jpegSizeOf(one.jpeg);
      if (size !== null) readers.push({ name, ...size, read: async () => wholeJpeg(name, one.jpeg) });
    } else if (isShowable(one.directory)) {
      const { width, height } = one.directory;
      const read = (signal?: AbortSignal) => encodeAssociated(input, littleEndian, name, one.directory, signal);
      readers.push({ name, width, height, read });
    }
  }
  return readers;
}

function isShowable(directory: TiffDirectory): boolean {
  return (
    directory.data !== null &&
    isDecodable(directory.compression) &&
    pixelRefusal(directory) === null &&
    directory.width * directory.height <= MOST_PIXELS
  );
}

function jpegSizeOf(jpeg: Uint8Array): { width: number; height: number } | null {
  try {
    const { frame } = parseJpegHeader(jpeg);
    return frame === null || frame.width * frame.height > MOST_PIXELS ? null : frame;
  } catch {
    return null;
  }
}

/** A complete JPEG without what else it carries: names and places stand in its metadata at times. */
function wholeJpeg(name: AssociatedImageName, jpeg: Uint8Array): EncodedImage {
  try {
    const { frame, adobeTransform } = parseJpegHeader(jpeg);
    if (frame === null) throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name });
    const transform = colourTransform(frame, adobeTransform !== 0);
    const bytes = assembleJpegTile(jpegPrefix({ transform, tables: null }), jpeg, frame);
    return { bytes, mediaType: 'image/jpeg' };
  } catch (cause) {
    throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name }, { cause });
  }
}

/** The picture ready to be sent: what was stored without loss, such as the print of a label, stays without loss. */
async function encodeAssociated(
  input: SlideInput,
  littleEndian: boolean,
  name: AssociatedImageName,
  directory: TiffDirectory,
  signal?: AbortSignal,
): Promise<EncodedImage> {
  const raster = await decodeAssociated(input, littleEndian, name, directory, signal);
  return directory.compression === COMPRESSION.jpeg
    ? { bytes: await encodeJpeg(raster), mediaType: 'image/jpeg' }
    : { bytes: await encodePng(raster), mediaType: 'image/png' };
}

async function decodeAssociated(
  input: SlideInput,
  littleEndian: boolean,
  name: AssociatedImageName,
  directory: TiffDirectory,
  signal: AbortSignal | undefined,
): Promise<RasterImage> {
  const { width, height } = directory;
  const segments = await openSegments(input, directory, TIFF_LIMITS.stripsPerPage, littleEndian, signal);
  const model = colourModel(directory) ?? 'rgb';
  const whole = filledRaster(width, height);
  const tile = isTiled(directory) ? directory.data : null;
  const rowsPerStrip = directory.data?.kind === 'strips' ? directory.data.rowsPerStrip : height;
  const columns = tile === null ? 1 : Math.ceil(width / tile.tileWidth);
  let stored = 0;
  try {
    for (let place = 0; place < segments.count; place++) {
      if (segments.isBlank(place) && tile === null) throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name });
      if (segments.isBlank(place)) continue;
      stored += segments.lengthBytes(place);
      if (stored > MOST_STORED_BYTES) throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name });
      const part = colourRaster(await segments.samples(place, signal), model);
      const x = (place % columns) * (tile?.tileWidth ?? 0);
      const y = Math.floor(place / columns) * (tile?.tileHeight ?? rowsPerStrip);
      const size = { width: Math.min(part.width, width - x), height: Math.min(part.height, height - y) };
      copyRaster(part, { x: 0, y: 0, ...size }, whole, x, y);
    }
    return whole;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError('ASSOCIATED_IMAGE_UNDECODABLE', { name }, { cause });
  }
}
