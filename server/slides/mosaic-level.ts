/**
 * A level put together from images that overlap, leave gaps or lie off the grid: areas of a glass scanned one by one, a
 * camera's fields, sparse frames. Positions are whole pixels of the level; later pieces lie on top of earlier ones.
 */

import { copyRaster, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import { type LevelReader, type TileIndex, tileCounts } from './level-reader.ts';
import { createRasterCache } from './raster-cache.ts';
import { rasterLevel } from './raster-level.ts';
import { firstOf } from './tile-order.ts';

/** Beyond this many a level is refused: each costs memory while the slide is open. */
export const MOST_PIECES = 1_000_000;

/** A part of an image and where its upper left corner belongs in the level. */
export interface Piece {
  /** Number by which `load` knows the image. */
  readonly image: number;
  readonly sourceX: number;
  readonly sourceY: number;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

export interface Mosaic {
  readonly width: number;
  readonly height: number;
  readonly tileSide: number;
  readonly pieces: readonly Piece[];
  readonly lossy: boolean;
  readonly iccProfile: Uint8Array | null;
  readonly background: readonly [number, number, number];
  /** Where the image's bytes lie, as text of letters, digits and `-`. */
  imageVersion(image: number): string;
  /** The whole image; it must hold the parts its pieces name. */
  load(image: number): Promise<RasterImage>;
}

/** The level. Errors: TIFF_LIMIT for too many pieces. */
export function mosaicLevel(mosaic: Mosaic): LevelReader {
  const { width, height, tileSide, pieces } = mosaic;
  if (pieces.length > MOST_PIECES) {
    throw new AppError('TIFF_LIMIT', { what: 'overlapping tiles', value: pieces.length, limit: MOST_PIECES });
  }
  const size = { width, height, tileWidth: tileSide, tileHeight: tileSide };
  const { columns, rows } = tileCounts(size);
  const index = indexPieces(pieces, columns, rows, tileSide);
  const images = createRasterCache<RasterImage>((image) => image.data.byteLength);
  const inTile = ({ column, row }: TileIndex): readonly number[] => index.get(row * columns + column) ?? [];
  return rasterLevel({
    ...size,
    ...{ lossy: mosaic.lossy, iccProfile: mosaic.iccProfile, background: mosaic.background },
    firstStored: firstOf(columns, rows, (tile) => inTile(tile).length > 0),
    version(tile) {
      const first = pieces[inTile(tile)[0] ?? -1];
      // Within one immutable file the place of a tile says what lies there; the first image tells blank from stored.
      return first === undefined ? null : `m${tile.column}-${tile.row}-${mosaic.imageVersion(first.image)}`;
    },
    async raster(tile, signal) {
      const target = filledRaster(tileSide, tileSide, mosaic.background);
      for (const number of inTile(tile)) {
        const piece = pieces[number];
        if (piece === undefined) continue;
        signal?.throwIfAborted();
        const image = await images.get(piece.image, () => mosaic.load(piece.image));
        paste(piece, image, target, tile.column * tileSide, tile.row * tileSide);
      }
      return target;
    },
  });
}

/** Which pieces touch each tile, in their order. */
function indexPieces(
  pieces: readonly Piece[],
  columns: number,
  rows: number,
  side: number,
): ReadonlyMap<number, readonly number[]> {
  const index = new Map<number, number[]>();
  for (const [number, { x, y, width, height }] of pieces.entries()) {
    const lastColumn = Math.min(columns - 1, Math.floor((x + width - 1) / side));
    const lastRow = Math.min(rows - 1, Math.floor((y + height - 1) / side));
    for (let row = Math.max(0, Math.floor(y / side)); row <= lastRow; row++) {
      for (let column = Math.max(0, Math.floor(x / side)); column <= lastColumn; column++) {
        const key = row * columns + column;
        const list = index.get(key);
        if (list === undefined) index.set(key, [number]);
        else list.push(number);
      }
    }
  }
  return index;
}

function paste(piece: Piece, image: RasterImage, target: RasterImage, tileX: number, tileY: number): void {
  const left = Math.max(piece.x, tileX);
  const top = Math.max(piece.y, tileY);
  const sourceX = piece.sourceX + left - piece.x;
  const sourceY = piece.sourceY + top - piece.y;
  const width = Math.min(piece.x + piece.width, tileX + target.width) - left;
  const height = Math.min(piece.y + piece.height, tileY + target.height) - top;
  const part = {
    x: sourceX,
    y: sourceY,
    width: Math.min(width, image.width - sourceX),
    height: Math.min(height, image.height - sourceY),
  };
  if (part.width > 0 && part.height > 0) copyRaster(image, part, target, left - tileX, top - tileY);
}
