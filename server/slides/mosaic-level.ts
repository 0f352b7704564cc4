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

/** Finds the pieces of a level. */
export interface Pieces {
  /** Those that touch the rectangle, in the order they are laid down. */
  within(x: number, y: number, width: number, height: number): readonly Piece[];
}

export interface Mosaic {
  readonly width: number;
  readonly height: number;
  readonly tileSide: number;
  readonly pieces: Pieces;
  readonly lossy: boolean;
  readonly background: readonly [number, number, number];
  /** Where the image's bytes lie, as text of letters, digits and `-`. */
  imageVersion(image: number): string;
  /** The whole image; it must hold the parts its pieces name. */
  load(image: number): Promise<RasterImage>;
}

/** The level. */
export function mosaicLevel(mosaic: Mosaic): LevelReader {
  const { width, height, tileSide } = mosaic;
  const size = { width, height, tileWidth: tileSide, tileHeight: tileSide };
  const { columns, rows } = tileCounts(size);
  const images = createRasterCache<RasterImage>((image) => image.data.byteLength);
  const inTile = ({ column, row }: TileIndex): readonly Piece[] => {
    const x = column * tileSide;
    const y = row * tileSide;
    return mosaic.pieces.within(x, y, Math.min(tileSide, width - x), Math.min(tileSide, height - y));
  };
  return rasterLevel({
    ...size,
    ...{ lossy: mosaic.lossy, background: mosaic.background },
    firstStored: firstOf(columns, rows, (tile) => inTile(tile).length > 0),
    version(tile) {
      const [first] = inTile(tile);
      // Within one immutable file the place of a tile says what lies there; the first image tells blank from stored.
      return first === undefined ? null : `m${tile.column}-${tile.row}-${mosaic.imageVersion(first.image)}`;
    },
    async raster(tile, signal) {
      const target = filledRaster(tileSide, tileSide, mosaic.background);
      for (const piece of inTile(tile)) {
        signal?.throwIfAborted();
        const image = await images.get(piece.image, () => mosaic.load(piece.image));
        paste(piece, image, target, tile.column * tileSide, tile.row * tileSide);
      }
      return target;
    },
  });
}

/** Beyond this many a level is refused: each costs memory while the slide is open. */
const MOST_PIECES = 1_000_000;
/** Side of the squares by which pieces are found, in px. */
const BUCKET = 1024;

/** An index of pieces in any order; they are laid down in that order. Errors: SLIDE_METADATA_INVALID for too many. */
export function indexPieces(pieces: readonly Piece[]): Pieces {
  if (pieces.length > MOST_PIECES) {
    const reason = `it has ${pieces.length} images and ${MOST_PIECES} are accepted`;
    throw new AppError('SLIDE_METADATA_INVALID', { what: 'map', reason });
  }
  const buckets = new Map<string, number[]>();
  for (const [number, piece] of pieces.entries()) {
    for (const key of bucketsOf(piece.x, piece.y, piece.width, piece.height)) {
      const list = buckets.get(key);
      if (list === undefined) buckets.set(key, [number]);
      else list.push(number);
    }
  }
  return {
    within(x, y, width, height) {
      const found = new Set<number>();
      for (const key of bucketsOf(x, y, width, height)) for (const number of buckets.get(key) ?? []) found.add(number);
      const inside: Piece[] = [];
      for (const number of [...found].sort((one, other) => one - other)) {
        const piece = pieces[number];
        if (piece !== undefined && touches(piece, x, y, width, height)) inside.push(piece);
      }
      return inside;
    },
  };
}

/** True when the piece and the rectangle share a pixel. */
export function touches(
  piece: Pick<Piece, 'x' | 'y' | 'width' | 'height'>,
  x: number,
  y: number,
  width: number,
  height: number,
): boolean {
  return piece.x < x + width && piece.x + piece.width > x && piece.y < y + height && piece.y + piece.height > y;
}

function* bucketsOf(x: number, y: number, width: number, height: number): Generator<string> {
  for (let row = Math.floor(y / BUCKET); row * BUCKET < y + height; row++) {
    for (let column = Math.floor(x / BUCKET); column * BUCKET < x + width; column++) yield `${column} ${row}`;
  }
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
