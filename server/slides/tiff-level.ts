/** One level of a TIFF pyramid: where its tiles lie, and how a stored tile becomes an image that can be shown. */

import {
  assembleJpegTile,
  type ColourTransform,
  colourTransform,
  jpegPrefix,
  jpegTileFrame,
} from '#server/codecs/jpeg-assembly.ts';
import { decodeRaster, encodeJpeg, encodePng, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import type { TileMediaType } from './slide.ts';
import type { ByteSource } from './source.ts';
import {
  COMPRESSION,
  compressionName,
  isTiled,
  PHOTOMETRIC,
  type SegmentTable,
  type TiffDirectory,
  type TiffTiles,
} from './tiff.ts';
import { tiffPage } from './tiff-page.ts';
import { readSegmentTable } from './tiff-reader.ts';

type TiledDirectory = TiffDirectory & { readonly data: TiffTiles };

export interface TiffLevel {
  readonly directory: TiledDirectory;
  readonly mediaType: TileMediaType;
  /** Tiles go out as stored, with a header of ours in front. */
  readonly passesThrough: boolean;
  /** Index of the first tile that was written, or null when all are blank. */
  readonly firstStored: number | null;
  readonly tileCount: number;
  /** Position and length of the tile's bytes as text. */
  version(index: number): string;
  encoded(index: number, signal?: AbortSignal): Promise<Uint8Array>;
  decoded(index: number, signal?: AbortSignal): Promise<RasterImage>;
}

/** Raised whenever the bytes made of a stored tile change, for clients keep them for a year. */
const TILE_FORM = '1';

const DECODED_HERE: ReadonlySet<number> = new Set([
  COMPRESSION.none,
  COMPRESSION.lzw,
  COMPRESSION.deflate,
  COMPRESSION.oldDeflate,
  COMPRESSION.packBits,
]);

/**
 * Reads the tile table of a level and the header of its first stored tile. `mostTiles` is what is left of the slide's
 * allowance; `iccProfile` is put into each JPEG tile.
 *
 * Errors: SLIDE_NOT_TILED, SLIDE_COMPRESSION_UNSUPPORTED, SLIDE_PIXELS_UNSUPPORTED, TIFF_MALFORMED, TIFF_LIMIT, and
 * DOCUMENT_DAMAGED for JPEG tables or a first tile that are no JPEG.
 */
export async function openTiffLevel(
  source: ByteSource,
  level: number,
  directory: TiffDirectory,
  options: { readonly mostTiles: number; readonly iccProfile: Uint8Array | null },
  signal?: AbortSignal,
): Promise<TiffLevel> {
  if (!isTiled(directory)) throw new AppError('SLIDE_NOT_TILED');
  checkPixels(level, directory);
  const table = await readSegmentTable(source, directory, options.mostTiles, signal);
  const firstStored = table.byteCounts.findIndex((length) => length > 0);
  const stored = { source, directory, table, firstStored: firstStored === -1 ? null : firstStored };
  return directory.compression === COMPRESSION.jpeg
    ? await jpegLevel(stored, options.iccProfile, signal)
    : losslessLevel(stored);
}

interface StoredLevel {
  readonly source: ByteSource;
  readonly directory: TiledDirectory;
  readonly table: SegmentTable;
  readonly firstStored: number | null;
}

async function jpegLevel(
  stored: StoredLevel,
  iccProfile: Uint8Array | null,
  signal: AbortSignal | undefined,
): Promise<TiffLevel> {
  const { directory, firstStored } = stored;
  const size = tileSize(directory);
  let transform: ColourTransform = directory.photometric === PHOTOMETRIC.ycbcr ? 1 : 0;
  if (firstStored !== null) {
    const frame = jpegTileFrame(await readTile(stored, firstStored, signal), size);
    transform = colourTransform(frame, directory.photometric === PHOTOMETRIC.ycbcr);
  }
  const tables = directory.jpegTables;
  const shown = jpegPrefix({ transform, tables, iccProfile });
  const plain = iccProfile === null ? shown : jpegPrefix({ transform, tables, iccProfile: null });
  const blank = onDemand(() => encodeJpeg(filledRaster(size.width, size.height), { iccProfile }));
  return {
    ...facts(stored),
    mediaType: 'image/jpeg',
    passesThrough: true,
    async encoded(index, tileSignal) {
      if (isBlank(stored, index)) return blank();
      return assembleJpegTile(shown, await readTile(stored, index, tileSignal), size);
    },
    async decoded(index, tileSignal) {
      if (isBlank(stored, index)) return filledRaster(size.width, size.height);
      const jpeg = assembleJpegTile(plain, await readTile(stored, index, tileSignal), size);
      return decodeRaster(jpeg, { format: 'JPEG', ...size }, tileSignal);
    },
  };
}

function losslessLevel(stored: StoredLevel): TiffLevel {
  const { directory } = stored;
  const size = tileSize(directory);
  const blank = onDemand(() => encodePng(filledRaster(size.width, size.height)));
  const decoded = async (index: number, signal?: AbortSignal): Promise<RasterImage> => {
    if (isBlank(stored, index)) return filledRaster(size.width, size.height);
    const { samplesPerPixel, compression, photometric, predictor } = directory;
    const strips = [await readTile(stored, index, signal)];
    const form = { samplesPerPixel, compression, photometric, predictor, jpegTables: null };
    return decodeRaster(
      tiffPage({ ...size, ...form, rowsPerStrip: size.height, strips }),
      { format: 'TIFF', ...size },
      signal,
    );
  };
  return {
    ...facts(stored),
    mediaType: 'image/png',
    passesThrough: false,
    decoded,
    async encoded(index, signal) {
      return isBlank(stored, index) ? blank() : encodePng(await decoded(index, signal));
    },
  };
}

function facts(stored: StoredLevel): Pick<TiffLevel, 'directory' | 'firstStored' | 'tileCount' | 'version'> {
  const { directory, firstStored, table } = stored;
  return {
    directory,
    firstStored,
    tileCount: table.byteCounts.length,
    version(index) {
      const length = table.byteCounts[index] ?? 0;
      if (length === 0) return `${TILE_FORM}-blank-${directory.data.tileWidth}x${directory.data.tileHeight}`;
      return `${TILE_FORM}-${(table.offsets[index] ?? 0).toString(36)}-${length.toString(36)}`;
    },
  };
}

function tileSize(directory: TiledDirectory): { width: number; height: number } {
  return { width: directory.data.tileWidth, height: directory.data.tileHeight };
}

/** A scanner skips tiles without tissue by giving them no bytes. */
function isBlank(stored: StoredLevel, index: number): boolean {
  return stored.table.byteCounts[index] === 0;
}

function readTile(stored: StoredLevel, index: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return stored.source.read(stored.table.offsets[index] ?? 0, stored.table.byteCounts[index] ?? 0, signal);
}

/** Runs `make` at the first call and again only when it failed. */
function onDemand<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}

/** Refuses pixels that would be shown wrongly. Errors: SLIDE_COMPRESSION_UNSUPPORTED, SLIDE_PIXELS_UNSUPPORTED. */
function checkPixels(level: number, directory: TiffDirectory): void {
  const { compression } = directory;
  if (compression !== COMPRESSION.jpeg && !DECODED_HERE.has(compression)) {
    throw new AppError('SLIDE_COMPRESSION_UNSUPPORTED', { level, compression: compressionName(compression) });
  }
  const reason = pixelRefusal(directory);
  if (reason !== null) throw new AppError('SLIDE_PIXELS_UNSUPPORTED', { level, reason });
}

/** Why the pixels of a directory cannot be shown, or null. Eight-bit interleaved grey, RGB and YCbCr can. */
export function pixelRefusal(directory: TiffDirectory): string | null {
  const { samplesPerPixel, photometric, compression, predictor } = directory;
  const bits = directory.bitsPerSample.find((value) => value !== 8);
  if (bits !== undefined) return `it has ${bits} bits a sample and only 8 are supported`;
  if (directory.sampleFormat !== 1) return 'its samples are not unsigned integers';
  if (directory.planarConfiguration !== 1 && samplesPerPixel > 1) return 'its colours are stored in separate planes';
  if (directory.orientation !== 1) return `it is stored turned or mirrored (orientation ${directory.orientation})`;
  if (predictor !== 1 && predictor !== 2) return `predictor ${predictor} is not supported`;
  const jpeg = compression === COMPRESSION.jpeg;
  const grey =
    samplesPerPixel === 1 &&
    (photometric === PHOTOMETRIC.blackIsZero || (!jpeg && photometric === PHOTOMETRIC.whiteIsZero));
  const rgb = photometric === PHOTOMETRIC.rgb && (samplesPerPixel === 3 || (!jpeg && samplesPerPixel === 4));
  const ycbcr = jpeg && photometric === PHOTOMETRIC.ycbcr && samplesPerPixel === 3;
  if (grey || rgb || ycbcr) return null;
  return `${samplesPerPixel} samples a pixel with photometric interpretation ${photometric} are not supported`;
}
