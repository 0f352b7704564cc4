/** A level whose stored tiles are its tiles. */

import {
  assembleJpegTile,
  type ColourTransform,
  colourTransform,
  jpegPrefix,
  jpegTileFrame,
} from '#server/codecs/jpeg-assembly.ts';
import { encodeJpeg, filledRaster } from '#server/codecs/raster.ts';
import { colourRaster } from '#server/codecs/sample-colours.ts';
import { COMPRESSION } from '#server/codecs/tiff-segment.ts';
import { TILE_FORM } from '#shared/imaging/tile-version.ts';
import { type LevelReader, onDemand, type TileIndex, tileCounts } from './level-reader.ts';
import { rasterLevel } from './raster-level.ts';
import { type GridLevel, isTiled, PHOTOMETRIC, type TiffTiles as TiffTileTables } from './tiff.ts';
import { colourModel } from './tiff-pixels.ts';
import type { TiffSegments } from './tiff-segments.ts';
import { openTiles } from './tiff-tiles.ts';
import { firstOf } from './tile-order.ts';

const WHITE = [255, 255, 255] as const;

/** Compressions that lose. */
const LOSSY: ReadonlySet<number> = new Set([
  COMPRESSION.jpeg,
  COMPRESSION.jpeg2000,
  COMPRESSION.jpeg2000Ycbcr,
  COMPRESSION.jpeg2000Rgb,
  COMPRESSION.jpeg2000Generic,
  COMPRESSION.webp,
]);

/** True when the pixels were stored with a compression that may lose. */
export function isLossy(compression: number): boolean {
  return LOSSY.has(compression);
}

/**
 * Opens a level of one directory. JPEG tiles pass through; everything else is decoded. Errors: DOCUMENT_DAMAGED for JPEG
 * tables or a first tile that are no JPEG, SLIDE_PIXELS_UNSUPPORTED for strips that are too large.
 */
export async function openGridLevel(
  level: number,
  layout: GridLevel,
  segments: TiffSegments,
  signal?: AbortSignal,
): Promise<LevelReader> {
  const { directory, width, height } = layout;
  if (directory.compression === COMPRESSION.jpeg && isTiled(directory)) {
    return jpegLevel({ width, height }, segments, directory.data, signal);
  }
  const tiles = openTiles(level, segments);
  const { tileWidth, tileHeight } = tiles;
  const { columns, rows } = tileCounts({ width, height, tileWidth, tileHeight });
  const model = colourModel(directory) ?? 'rgb';
  return rasterLevel({
    ...{ width, height, tileWidth, tileHeight, background: WHITE },
    firstStored: firstOf(columns, rows, (tile) => tiles.version(tile) !== null),
    lossy: isLossy(directory.compression),
    version: tiles.version,
    raster: async (tile, tileSignal) => colourRaster(await tiles.samples(tile, tileSignal), model),
  });
}

async function jpegLevel(
  shown: { readonly width: number; readonly height: number },
  segments: TiffSegments,
  { tileWidth, tileHeight }: TiffTileTables,
  signal: AbortSignal | undefined,
): Promise<LevelReader> {
  const level = { ...shown, tileWidth, tileHeight };
  const perRow = Math.ceil(segments.directory.width / tileWidth);
  const place = ({ column, row }: TileIndex): number => row * perRow + column;
  const { columns, rows } = tileCounts(level);
  const firstStored = firstOf(columns, rows, (tile) => !segments.isBlank(place(tile)));
  const { photometric, jpegTables: tables } = segments.directory;
  const size = { width: level.tileWidth, height: level.tileHeight };
  const ycbcr = photometric === PHOTOMETRIC.ycbcr;
  let transform: ColourTransform = ycbcr ? 1 : 0;
  if (firstStored !== null) {
    transform = colourTransform(jpegTileFrame(await segments.stored(place(firstStored), signal), size), ycbcr);
  }
  const prefix = jpegPrefix({ transform, tables });
  const blank = onDemand(() => encodeJpeg(filledRaster(size.width, size.height)));
  return {
    ...level,
    firstStored,
    mediaType: 'image/jpeg',
    passesThrough: true,
    version(tile) {
      const index = place(tile);
      return `${TILE_FORM}-${segments.isBlank(index) ? `blank-${size.width}x${size.height}` : segments.version(index)}`;
    },
    async encoded(tile, tileSignal) {
      const index = place(tile);
      if (segments.isBlank(index)) return blank();
      return assembleJpegTile(prefix, await segments.stored(index, tileSignal), size);
    },
    async decoded(tile, tileSignal) {
      const index = place(tile);
      if (segments.isBlank(index)) return filledRaster(size.width, size.height);
      const jpeg = assembleJpegTile(prefix, await segments.stored(index, tileSignal), size);
      return segments.decoder.raster({ bytes: jpeg, format: 'JPEG', ...size }, tileSignal);
    },
  };
}
