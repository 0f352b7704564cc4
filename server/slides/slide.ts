/** What every slide reader offers, whatever the scanner wrote. */

import type { RasterImage } from '#server/codecs/raster.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import type { AssociatedImageName, SlideDescription } from '#shared/imaging/pyramid.ts';

export type TileMediaType = 'image/jpeg' | 'image/png';

/** An image ready to be sent. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly mediaType: TileMediaType;
}

/** A tile at the full tile size of its level; at the right and lower border the client clips it. */
export interface EncodedTile extends EncodedImage {
  /** Same as `tileVersion` of this tile: equal versions of one slide mean equal bytes. */
  readonly version: string;
}

/**
 * An open slide. All methods may run at the same time. Levels, columns and rows count from 0.
 *
 * Errors: TILE_OUT_OF_RANGE for a tile that does not exist, TILE_UNDECODABLE for a damaged one,
 * ASSOCIATED_IMAGE_UNKNOWN for an image the slide lacks; an aborted signal rejects with its reason.
 */
export interface Slide {
  readonly description: SlideDescription;

  /** False when tiles of the level are decoded and encoded anew, which is worth sharing between requests. */
  passesThrough(level: number): boolean;

  /** Of every tile of the level. Throws TILE_OUT_OF_RANGE for an unknown level. */
  tileMediaType(level: number): TileMediaType;

  /** Changes whenever the bytes of the tile would: position and length in the immutable file. Needs no reading. */
  tileVersion(level: number, column: number, row: number): string;

  tile(level: number, column: number, row: number, signal?: AbortSignal): Promise<EncodedTile>;

  /** The tile as pixels at full tile size, in the colours as stored. */
  decodedTile(level: number, column: number, row: number, signal?: AbortSignal): Promise<RasterImage>;

  /** The first tile of the level that was written, or null when the level is blank; a level is judged by it. */
  firstStoredTile(level: number): { readonly column: number; readonly row: number } | null;

  /**
   * The same slide in another focal plane or other channels, over the same source: only this one is closed. Tiles of
   * different selections have different versions. Throws SLIDE_PLANE_UNKNOWN.
   */
  select(selection: PlaneSelection): Slide;

  /** The label may show the patient's name: whoever calls this has checked the permission for it. */
  associatedImage(name: AssociatedImageName, signal?: AbortSignal): Promise<EncodedImage>;

  /** The ICC profile of the scanned image as stored, or null. Tiles carry none: who sends them may put it in. */
  iccProfile(signal?: AbortSignal): Promise<Uint8Array | null>;

  /** Closes the source as well. Must not be called while a read is under way. */
  close(): Promise<void>;
}
