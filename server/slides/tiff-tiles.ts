/** Tiles of samples out of a directory, whether it is stored in tiles or in strips. */

import { type Samples, valuesLike } from '#server/codecs/samples.ts';
import { AppError } from '#shared/errors.ts';
import { type TileIndex, tileCounts } from './level-reader.ts';
import { createRasterCache } from './raster-cache.ts';
import { isTiled, type TiffDirectory } from './tiff.ts';
import type { TiffSegments } from './tiff-segments.ts';

export interface TiffTiles {
  readonly directory: TiffDirectory;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Null for a tile of which nothing was stored. */
  version(tile: TileIndex): string | null;
  /** Only asked for tiles that have a version; at full tile size. Errors: DOCUMENT_DAMAGED. */
  samples(tile: TileIndex, signal?: AbortSignal): Promise<Samples>;
}

/** Of tiles that are cut out of strips. */
const TILE_SIDE = 512;

/** Larger strips cost too much for a tile of them; such files are read as a whole. */
const MOST_STRIP_PIXELS = 16 * 1024 * 1024;

/** Why strips of this directory cannot be cut into tiles, or null. */
export function stripRefusal(directory: TiffDirectory): string | null {
  if (directory.data?.kind !== 'strips') return 'it has neither tiles nor strips';
  const pixels = directory.width * directory.data.rowsPerStrip;
  return pixels > MOST_STRIP_PIXELS
    ? `its strips have ${pixels} px and only ${MOST_STRIP_PIXELS} px can be read at once`
    : null;
}

/** Tiles over the segments. Errors: SLIDE_PIXELS_UNSUPPORTED for strips that are too large. */
export function openTiles(level: number, segments: TiffSegments): TiffTiles {
  const { directory } = segments;
  if (!isTiled(directory)) return stripTiles(level, segments);
  const { tileWidth, tileHeight } = directory.data;
  const columns = Math.ceil(directory.width / tileWidth);
  const place = ({ column, row }: TileIndex): number => row * columns + column;
  return {
    ...{ directory, tileWidth, tileHeight },
    version: (tile) => (segments.isBlank(place(tile)) ? null : segments.version(place(tile))),
    samples: (tile, signal) => segments.samples(place(tile), signal),
  };
}

function stripTiles(level: number, segments: TiffSegments): TiffTiles {
  const { directory } = segments;
  const refusal = stripRefusal(directory);
  if (directory.data?.kind !== 'strips' || refusal !== null) {
    throw new AppError('SLIDE_PIXELS_UNSUPPORTED', { level, reason: refusal ?? 'it is tiled' });
  }
  const { width, height } = directory;
  const { rowsPerStrip } = directory.data;
  const size = { tileWidth: TILE_SIDE, tileHeight: TILE_SIDE };
  const { rows } = tileCounts({ width, height, ...size });
  const strips = createRasterCache<Samples>(({ values }) => values.byteLength);
  const stripsOf = (row: number): { first: number; last: number } => ({
    first: Math.floor((row * TILE_SIDE) / rowsPerStrip),
    last: Math.floor((Math.min(height, (row + 1) * TILE_SIDE) - 1) / rowsPerStrip),
  });
  const versions = Array.from({ length: rows }, (_, row) => {
    const { first, last } = stripsOf(row);
    for (let strip = first; strip <= last; strip++) if (!segments.isBlank(strip)) return segments.version(strip);
    return null;
  });
  return {
    ...{ directory, ...size },
    version({ column, row }) {
      const version = versions[row] ?? null;
      return version === null ? null : `s${column}-${row}-${version}`;
    },
    async samples({ column, row }, signal) {
      const { first, last } = stripsOf(row);
      const x = column * TILE_SIDE;
      let tile: Samples | null = null;
      for (let number = first; number <= last; number++) {
        if (segments.isBlank(number)) continue;
        signal?.throwIfAborted();
        const strip = await strips.get(number, () => segments.samples(number));
        tile ??= whiteTile(strip);
        const top = number * rowsPerStrip;
        const from = Math.max(top, row * TILE_SIDE);
        const to = Math.min(top + strip.height, (row + 1) * TILE_SIDE);
        const length = Math.min(TILE_SIDE, width - x) * strip.channels;
        for (let y = from; y < to; y++) {
          const start = ((y - top) * width + x) * strip.channels;
          const at = (y - row * TILE_SIDE) * TILE_SIDE * strip.channels;
          tile.values.set(strip.values.subarray(start, start + length), at);
        }
      }
      if (tile === null) throw new TypeError('A tile without strips has no version.');
      return tile;
    },
  };
}

/** Of the kind of the strip; unsigned samples white, others 0. */
function whiteTile({ channels, values }: Samples): Samples {
  const white = valuesLike(values, TILE_SIDE * TILE_SIDE * channels);
  const unsigned = white instanceof Uint8Array || white instanceof Uint16Array || white instanceof Uint32Array;
  return { width: TILE_SIDE, height: TILE_SIDE, channels, values: unsigned ? white.fill(0xffff_ffff) : white };
}
