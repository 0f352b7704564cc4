/**
 * Tiles, associated images, regions and profiles of stored slides by reference.
 *
 * JPEG tiles pass through: one ranged read and a short header, nothing else. There is no cache of tiles in memory,
 * because the operating system keeps the file's pages already and a second cache only costs when it misses.
 * Permission is checked by the caller before anything here is asked.
 */

import type { RasterImage } from '#server/codecs/raster.ts';
import { readRegion } from '#server/slides/region.ts';
import type { EncodedImage, EncodedTile, Slide } from '#server/slides/slide.ts';
import { readThumbnail } from '#server/slides/thumbnail.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import type { AssociatedImageName, PixelRectangle, SlideDescription } from '#shared/imaging/pyramid.ts';
import { SingleFlight } from './single-flight.ts';
import type { SlidePool } from './slide-pool.ts';

export interface TilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
  /** Focal plane and channels; what the slide shows first when absent. Unknown ones are SLIDE_PLANE_UNKNOWN. */
  readonly selection?: PlaneSelection;
}

/** Answer to a client that may hold the tile already: no bytes when its version is the current one. */
export interface TileAnswer {
  /** Material of a strong ETag; unique together with the slide's hash. */
  readonly version: string;
  readonly tile: EncodedTile | null;
}

export interface TileService {
  describe(slideRef: string, signal?: AbortSignal): Promise<SlideDescription>;
  /** Errors: TILE_OUT_OF_RANGE, TILE_UNDECODABLE. */
  tile(slideRef: string, level: number, column: number, row: number, signal?: AbortSignal): Promise<EncodedTile>;
  /** As `tile`, but reads nothing when `knownVersion` is what the client would get. */
  tileUnlessKnown(
    slideRef: string,
    place: TilePlace,
    knownVersion: string | null,
    signal?: AbortSignal,
  ): Promise<TileAnswer>;
  /** Errors: ASSOCIATED_IMAGE_UNKNOWN, ASSOCIATED_IMAGE_UNDECODABLE. */
  associatedImage(slideRef: string, name: AssociatedImageName, signal?: AbortSignal): Promise<EncodedImage>;
  /** Errors: SLIDE_REGION_INVALID, TILE_UNDECODABLE. */
  region(slideRef: string, level: number, rectangle: PixelRectangle, signal?: AbortSignal): Promise<RasterImage>;
  thumbnail(slideRef: string, side: number, signal?: AbortSignal): Promise<RasterImage>;
  iccProfile(slideRef: string, signal?: AbortSignal): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

/** The service on top of a pool, which it closes with itself. */
export function createTileService(pool: SlidePool): TileService {
  const encodings = new SingleFlight<EncodedTile>();
  const images = new SingleFlight<EncodedImage>();
  const thumbnails = new SingleFlight<RasterImage>();

  const readTile = (open: Slide, slideRef: string, place: TilePlace, signal?: AbortSignal): Promise<EncodedTile> => {
    const { level, column, row, selection } = place;
    if (open.passesThrough(level)) return open.tile(level, column, row, signal);
    return encodings.run(`${slideRef} ${level} ${column} ${row} ${selectionKey(selection)}`, signal, (shared) =>
      // The flight may outlast the caller who started it, so it holds the slide open itself.
      pool.use(slideRef, shared, (slide) => selectedIn(slide, selection).tile(level, column, row, shared)),
    );
  };

  return {
    describe: (slideRef, signal) => pool.use(slideRef, signal, async (slide) => slide.description),
    tile: (slideRef, level, column, row, signal) =>
      pool.use(slideRef, signal, (slide) => readTile(slide, slideRef, { level, column, row }, signal)),
    tileUnlessKnown: (slideRef, place, knownVersion, signal) =>
      pool.use(slideRef, signal, async (slide) => {
        const open = selectedIn(slide, place.selection);
        const version = open.tileVersion(place.level, place.column, place.row);
        const tile = version === knownVersion ? null : await readTile(open, slideRef, place, signal);
        return { version, tile };
      }),
    associatedImage: (slideRef, name, signal) =>
      images.run(`${slideRef} ${name}`, signal, (shared) =>
        pool.use(slideRef, shared, (slide) => slide.associatedImage(name, shared)),
      ),
    region: (slideRef, level, rectangle, signal) =>
      pool.use(slideRef, signal, (slide) => readRegion(slide, level, rectangle, signal)),
    thumbnail: (slideRef, side, signal) =>
      thumbnails.run(`${slideRef} ${side}`, signal, (shared) =>
        pool.use(slideRef, shared, (slide) => readThumbnail(slide, side, shared)),
      ),
    iccProfile: (slideRef, signal) => pool.use(slideRef, signal, (slide) => slide.iccProfile(signal)),
    close: () => pool.close(),
  };
}

function selectedIn(slide: Slide, selection: PlaneSelection | undefined): Slide {
  return selection === undefined ? slide : slide.select(selection);
}

/** Equal for equal selections: those who wait for other planes or channels wait for another tile. */
function selectionKey(selection: PlaneSelection | undefined): string {
  if (selection === undefined) return '';
  const channels = selection.channels.map(({ index, colour, window }) => [index, colour, window?.low, window?.high]);
  return JSON.stringify([selection.focalPlane, channels]);
}
