/** One level of a slide's pyramid, however it is stored. */

import type { RasterImage } from '#server/codecs/raster.ts';
import type { TileMediaType } from './slide.ts';

export interface TileIndex {
  readonly column: number;
  readonly row: number;
}

/**
 * All methods may run at the same time and are only asked for tiles that exist. Errors: DOCUMENT_DAMAGED and
 * FRAME_UNDECODABLE for a damaged tile, which the slide says as TILE_UNDECODABLE; an aborted signal rejects with its reason.
 */
export interface LevelReader {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly mediaType: TileMediaType;
  /** Tiles go out as stored, with a header of ours in front. */
  readonly passesThrough: boolean;
  /** The first tile that was written, or null when all are blank. */
  readonly firstStored: TileIndex | null;
  /** What the bytes of the tile depend on, as text of letters, digits and `-`. */
  version(tile: TileIndex): string;
  encoded(tile: TileIndex, signal?: AbortSignal): Promise<Uint8Array>;
  /** At full tile size. */
  decoded(tile: TileIndex, signal?: AbortSignal): Promise<RasterImage>;
}

/** Tiles in a row, and rows. */
export function tileCounts(level: Pick<LevelReader, 'width' | 'height' | 'tileWidth' | 'tileHeight'>): {
  readonly columns: number;
  readonly rows: number;
} {
  return { columns: Math.ceil(level.width / level.tileWidth), rows: Math.ceil(level.height / level.tileHeight) };
}

/** Runs `make` at the first call and again only when it failed. */
export function onDemand<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}
