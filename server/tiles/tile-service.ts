/**
 * Tiles, associated images, regions and profiles of stored slides by reference (slide-ref.ts).
 *
 * JPEG tiles pass through: one ranged read and a short header, nothing else. There is no cache of them in memory,
 * because the operating system keeps the file's pages already and a second cache only costs when it misses. Tiles that
 * must be made are made once (made-tiles.ts). Permission is checked by the caller before anything here is asked.
 */

import { MOST_EMBEDDED_BYTES, withIccProfile } from '#server/codecs/embedded-profile.ts';
import type { RasterImage } from '#server/codecs/raster.ts';
import type { KeptObjects } from '#server/domain/derived-ports.ts';
import type { StoredTile } from '#server/domain/image-ports.ts';
import { readRegion } from '#server/slides/region.ts';
import type { EncodedImage, EncodedTile, Slide } from '#server/slides/slide.ts';
import { readThumbnail } from '#server/slides/thumbnail.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import {
  type AssociatedImageName,
  hasTile,
  type PixelRectangle,
  type SlideDescription,
} from '#shared/imaging/pyramid.ts';
import { MadeTiles } from './made-tiles.ts';
import { SingleFlight } from './single-flight.ts';
import type { SlidePool } from './slide-pool.ts';
import { parseSlideRef } from './slide-ref.ts';

export interface TilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
  /** Focal plane and channels; what the slide shows first when absent. Unknown ones are SLIDE_PLANE_UNKNOWN. */
  readonly selection?: PlaneSelection;
  /** With the slide's colour profile inside, where it has one. */
  readonly icc?: boolean;
  /** Who takes turns with others when tiles must be made; the slide itself when absent. */
  readonly caller?: string;
}

/** Answer to a client that may hold the tile already: no bytes when its version is the current one. */
export interface TileAnswer {
  /** Material of a strong ETag; unique together with the slide's hash. */
  readonly version: string;
  readonly tile: EncodedTile | null;
}

export interface TileService {
  describe(slideRef: string, signal?: AbortSignal): Promise<SlideDescription>;
  /** Errors: TILE_OUT_OF_RANGE, TILE_UNDECODABLE, TILES_BUSY. */
  tile(slideRef: string, level: number, column: number, row: number, signal?: AbortSignal): Promise<EncodedTile>;
  /** As `tile`, but reads nothing when `knownVersion` is what the client would get. */
  tileUnlessKnown(
    slideRef: string,
    place: TilePlace,
    knownVersion: string | null,
    signal?: AbortSignal,
  ): Promise<TileAnswer>;
  /** The tile when its slide is open and it goes out as stored; null when that is not known without waiting. */
  stored(slideRef: string, place: TilePlace): StoredTile | null;
  /** Errors: ASSOCIATED_IMAGE_UNKNOWN, ASSOCIATED_IMAGE_UNDECODABLE. */
  associatedImage(slideRef: string, name: AssociatedImageName, signal?: AbortSignal): Promise<EncodedImage>;
  /** In the first planes when no selection is given. Errors: SLIDE_REGION_INVALID, SLIDE_PLANE_UNKNOWN, TILE_UNDECODABLE. */
  region(
    slideRef: string,
    level: number,
    rectangle: PixelRectangle,
    signal?: AbortSignal,
    selection?: PlaneSelection,
  ): Promise<RasterImage>;
  thumbnail(slideRef: string, side: number, signal?: AbortSignal): Promise<RasterImage>;
  iccProfile(slideRef: string, signal?: AbortSignal): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

/** The service on top of a pool, which it closes with itself. Tiles that were made are kept in `kept` as well. */
export function createTileService(pool: SlidePool, kept: KeptObjects | null = null): TileService {
  const made = new MadeTiles(kept);
  const images = new SingleFlight<EncodedImage>();
  const thumbnails = new SingleFlight<RasterImage>();

  const storedTile = (
    open: Slide,
    slideRef: string,
    place: TilePlace,
    signal: AbortSignal | undefined,
  ): Promise<EncodedTile> => {
    const { level, column, row, selection } = place;
    if (open.passesThrough(level)) return open.tile(level, column, row, signal);
    const tile = {
      ...{ sourceSha256: parseSlideRef(slideRef).sha256, level },
      number: row * (open.description.levels[level]?.columns ?? 0) + column + 1,
      ...{ version: open.tileVersion(level, column, row), mediaType: open.tileMediaType(level) },
    };
    return made.get(tile, place.caller ?? slideRef, signal, (shared) =>
      // The work may outlast the caller who started it, so it holds the slide open itself.
      pool.use(slideRef, shared, (slide) => selectedIn(slide, selection).tile(level, column, row, shared)),
    );
  };

  const answer = (slideRef: string, place: TilePlace, knownVersion: string | null, signal?: AbortSignal) =>
    pool.use(slideRef, signal, async (slide): Promise<TileAnswer> => {
      const open = selectedIn(slide, place.selection);
      const plain = open.tileVersion(place.level, place.column, place.row);
      const isManaged = place.icc === true && open.description.hasIccProfile;
      const version = isManaged ? managedVersion(plain) : plain;
      if (version === knownVersion) return { version, tile: null };
      const tile = await storedTile(open, slideRef, place, signal);
      if (!isManaged) return { version, tile };
      const profile = await open.iccProfile(signal);
      if (profile === null || profile.byteLength > MOST_EMBEDDED_BYTES) return { version, tile: { ...tile, version } };
      return { version, tile: { ...tile, version, bytes: withIccProfile(tile, profile) } };
    });

  const read = async (slideRef: string, place: TilePlace, signal?: AbortSignal): Promise<EncodedTile> => {
    const { tile } = await answer(slideRef, place, null, signal);
    if (tile === null) throw new TypeError('A tile nobody knows is always answered.');
    return tile;
  };

  return {
    describe: (slideRef, signal) => pool.use(slideRef, signal, async (slide) => slide.description),
    tile: (slideRef, level, column, row, signal) => read(slideRef, { level, column, row }, signal),
    tileUnlessKnown: answer,
    stored(slideRef, place) {
      const { level, column, row, selection, icc } = place;
      const slide = selection === undefined ? pool.peek(slideRef) : null;
      const shape = slide?.description.levels[level];
      if (slide === null || shape === undefined || !slide.passesThrough(level) || !hasTile(shape, column, row)) {
        return null;
      }
      if (icc === true && slide.description.hasIccProfile) {
        return { version: managedVersion(slide.tileVersion(level, column, row)), read: () => read(slideRef, place) };
      }
      return {
        version: slide.tileVersion(level, column, row),
        read: () => pool.use(slideRef, undefined, (open) => open.tile(level, column, row)),
      };
    },
    associatedImage: (slideRef, name, signal) =>
      images.run(`${slideRef} ${name}`, signal, (shared) =>
        pool.use(slideRef, shared, (slide) => slide.associatedImage(name, shared)),
      ),
    region: (slideRef, level, rectangle, signal, selection) =>
      pool.use(slideRef, signal, async (slide) => readRegion(selectedIn(slide, selection), level, rectangle, signal)),
    thumbnail: (slideRef, side, signal) =>
      thumbnails.run(`${slideRef} ${side}`, signal, (shared) =>
        pool.use(slideRef, shared, (slide) => readThumbnail(slide, side, shared)),
      ),
    iccProfile: (slideRef, signal) => pool.use(slideRef, signal, (slide) => slide.iccProfile(signal)),
    close: () => pool.close(),
  };
}

/** Of a tile that carries the colour profile. */
function managedVersion(plain: string): string {
  return `${plain}-icc`;
}

function selectedIn(slide: Slide, selection: PlaneSelection | undefined): Slide {
  return selection === undefined ? slide : slide.select(selection);
}
