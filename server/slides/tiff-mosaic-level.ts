/** A level of overlapping or scattered TIFF tiles. */

import { colourRaster } from '#server/codecs/sample-colours.ts';
import { AppError } from '#shared/errors.ts';
import type { LevelReader } from './level-reader.ts';
import { mosaicLevel, type Piece, type Pieces, touches } from './mosaic-level.ts';
import { isTiled, type MosaicLevel, type TiffLattice } from './tiff.ts';
import { isLossy } from './tiff-grid-level.ts';
import { colourModel } from './tiff-pixels.ts';
import type { TiffSegments } from './tiff-segments.ts';

const TILE_SIDE = 512;
const WHITE = [255, 255, 255] as const;

/** More cells on one tile than this lie so close that something is wrong. */
const MOST_CELLS_PER_TILE = 65_536;

/**
 * The level; `opened` are the segments of its directories, in their order. Errors: SLIDE_METADATA_INVALID for cells that
 * lie too close.
 */
export function openMosaicLevel(layout: MosaicLevel, opened: readonly TiffSegments[]): LevelReader {
  // One number for each stored tile of each directory.
  const firsts: number[] = [];
  let total = 0;
  for (const { count } of opened) {
    firsts.push(total);
    total += count;
  }
  const of = (image: number): { segments: TiffSegments; place: number } => {
    const directory = firsts.findLastIndex((first) => first <= image);
    const segments = opened[directory];
    if (segments === undefined) throw new TypeError('A piece names a directory of its level.');
    return { segments, place: image - (firsts[directory] ?? 0) };
  };
  const parts = layout.lattices.map((lattice) => {
    const segments = opened[lattice.directory];
    if (segments === undefined) throw new TypeError('A lattice names a directory of its level.');
    return latticePieces(lattice, segments, firsts[lattice.directory] ?? 0);
  });
  const pieces: Pieces = {
    within: (x, y, width, height) => parts.flatMap((part) => part.within(x, y, width, height)),
  };
  return mosaicLevel({
    ...{ width: layout.width, height: layout.height, tileSide: TILE_SIDE, pieces, background: WHITE },
    lossy: opened.every(({ directory }) => isLossy(directory.compression)),
    imageVersion(image) {
      const { segments, place } = of(image);
      return segments.version(place);
    },
    async load(image) {
      const { segments, place } = of(image);
      return colourRaster(await segments.samples(place), colourModel(segments.directory) ?? 'rgb');
    },
  });
}

/** The stored cells of a lattice, found by arithmetic: there may be a million. */
function latticePieces(lattice: TiffLattice, segments: TiffSegments, firstImage: number): Pieces {
  const { directory } = segments;
  if (!isTiled(directory)) throw new TypeError('A lattice is of tiles.');
  const { tileWidth, tileHeight } = directory.data;
  const tileColumns = Math.ceil(directory.width / tileWidth);
  const { advanceX, advanceY, cellsPerTile, originX, originY } = lattice;
  const cellWidth = tileWidth / cellsPerTile;
  const cellHeight = tileHeight / cellsPerTile;
  if (!(TILE_SIDE / advanceX) || (TILE_SIDE / advanceX) * (TILE_SIDE / advanceY) > MOST_CELLS_PER_TILE) {
    throw new AppError('SLIDE_METADATA_INVALID', { what: 'tile overlap', reason: 'tiles lie too close to each other' });
  }
  const columnsWithin = (x: number, width: number) =>
    range(x - originX - cellWidth, x - originX + width, advanceX, lattice.firstColumn, lattice.columns);
  const rowsWithin = (y: number, height: number) =>
    range(y - originY - cellHeight, y - originY + height, advanceY, lattice.firstRow, lattice.rows);
  return {
    within(x, y, width, height) {
      const found: Piece[] = [];
      const columns = columnsWithin(x, width);
      const rows = rowsWithin(y, height);
      for (let row = rows.first; row <= rows.last; row++) {
        for (let column = columns.first; column <= columns.last; column++) {
          const tileColumn = Math.floor(column / cellsPerTile);
          const tileRow = Math.floor(row / cellsPerTile);
          const segment = tileRow * tileColumns + tileColumn;
          if (tileColumn >= tileColumns || segment >= segments.count || segments.isBlank(segment)) continue;
          const sourceX = Math.floor((column % cellsPerTile) * cellWidth);
          const sourceY = Math.floor((row % cellsPerTile) * cellHeight);
          const piece = {
            ...{ image: firstImage + segment, sourceX, sourceY },
            x: originX + Math.round(column * advanceX),
            y: originY + Math.round(row * advanceY),
            // Padding behind the right and lower edge of the directory is no picture.
            width: Math.min(Math.ceil(cellWidth), directory.width - tileColumn * tileWidth - sourceX),
            height: Math.min(Math.ceil(cellHeight), directory.height - tileRow * tileHeight - sourceY),
          };
          if (touches(piece, x, y, width, height)) found.push(piece);
        }
      }
      return found;
    },
  };
}

/** Cells of which some part may lie between `from` and `to`. */
function range(from: number, to: number, advance: number, first: number, count: number) {
  return {
    first: Math.max(first, Math.floor(from / advance) - 1),
    last: Math.min(first + count - 1, Math.ceil(to / advance) + 1),
  };
}
