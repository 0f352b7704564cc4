/** Levels whose tiles are made anew: decoded, put together, and encoded once more. */

import { encodeJpeg, encodePng, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { TILE_FORM } from '#shared/imaging/tile-version.ts';
import { type LevelReader, onDemand, type TileIndex } from './level-reader.ts';

/** Of tiles that were lossy before: what is lost again stays below what anybody sees. */
const LOSSY_QUALITY = 92;

export interface RasterLevel {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** What was stored with loss goes out as JPEG, what was stored without stays without. */
  readonly lossy: boolean;
  readonly background: readonly [number, number, number];
  readonly firstStored: TileIndex | null;
  /** Null for a tile of which nothing was stored. */
  version(tile: TileIndex): string | null;
  /** Only asked for tiles that have a version; at full tile size. */
  raster(tile: TileIndex, signal?: AbortSignal): Promise<RasterImage>;
}

/** The level over a function that makes rasters. */
export function rasterLevel(level: RasterLevel): LevelReader {
  const { width, height, tileWidth, tileHeight, lossy, background } = level;
  const encode = (raster: RasterImage): Promise<Uint8Array> =>
    lossy ? encodeJpeg(raster, { quality: LOSSY_QUALITY }) : encodePng(raster);
  const blank = (): RasterImage => filledRaster(tileWidth, tileHeight, background);
  const encodedBlank = onDemand(() => encode(blank()));
  return {
    ...{ width, height, tileWidth, tileHeight, firstStored: level.firstStored },
    mediaType: lossy ? 'image/jpeg' : 'image/png',
    passesThrough: false,
    version(tile) {
      const version = level.version(tile);
      return `${TILE_FORM}-${version ?? `blank-${tileWidth}x${tileHeight}-${background.join('-')}`}`;
    },
    async encoded(tile, signal) {
      return level.version(tile) === null ? encodedBlank() : encode(await level.raster(tile, signal));
    },
    async decoded(tile, signal) {
      return level.version(tile) === null ? blank() : level.raster(tile, signal);
    },
  };
}
