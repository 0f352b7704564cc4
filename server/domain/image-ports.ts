import type { FrameTarget, PixelFormat } from '#shared/dicom/transcoding.ts';
import type { SlideId } from '#shared/ids.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import type { AssociatedImageName } from '#shared/imaging/pyramid.ts';

/** What serving stored images needs of the readers. */

/** An image ready to be sent. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

export interface TilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
  /** Focal plane and channels; what the slide shows first when absent. */
  readonly selection?: PlaneSelection;
  /** With the slide's colour profile inside, where it has one. */
  readonly icc: boolean;
}

/** Who asks for a tile and what he has. */
export interface TileCaller {
  /** Callers take turns when tiles must be made. */
  readonly caller: string;
  /** The version of the slide in the address (shared/imaging/tile-version.ts); null for an address without one. */
  readonly slideVersion: string | null;
  /** Of the tile he holds. */
  readonly knownVersion: string | null;
}

export interface TileFound {
  /** Material for a strong ETag. */
  readonly version: string;
  /** Null when the caller knows the version. */
  readonly tile: EncodedPicture | null;
  /** True when the address will mean these bytes for ever. */
  readonly isForEver: boolean;
}

export interface StoredTile {
  /** Material for a strong ETag. */
  readonly version: string;
  /** Errors: as `SlideImages.tile`. */
  read(): Promise<EncodedPicture>;
}

export interface SlideImages {
  /** Errors: TILE_OUT_OF_RANGE, SLIDE_PLANE_UNKNOWN, SLIDE_VERSION_UNKNOWN, TILES_BUSY. */
  tile(slideId: SlideId, place: TilePlace, caller: TileCaller, signal: AbortSignal): Promise<TileFound>;
  /** The profile as stored. ICC_PROFILE_ABSENT. */
  iccProfile(slideId: SlideId, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * A tile that goes out as stored, of a slide that is open, at an address that will mean it for ever: everything but
   * its bytes is known at once. Null for any other, which `tile` then answers or refuses.
   */
  stored(slideId: SlideId, place: TilePlace, slideVersion: string): StoredTile | null;
  thumbnail(slideId: SlideId, side: number, signal: AbortSignal): Promise<EncodedPicture>;
  /** ASSOCIATED_IMAGE_UNKNOWN when the slide has none of that name. */
  associatedImage(slideId: SlideId, name: AssociatedImageName, signal: AbortSignal): Promise<EncodedPicture>;
}

/** Bytes from an offset, exactly as many as asked for, or fewer at the end of the object. */
export type RangeRead = (offsetBytes: number, lengthBytes: number) => Promise<Uint8Array>;

/** The frames of one instance; its index is parsed once. */
export interface InstanceFrames {
  readonly count: number;
  /** Of the bytes `read` gives: as stored, but never big endian and never deflated. */
  readonly transferSyntaxUid: string;
  /** The media type of one such frame when it is sent by itself (PS3.18 table 8.7.3-5). */
  readonly mediaType: string;
  /** Of the frames as they are sent; null for objects whose header describes no image. */
  readonly format: PixelFormat | null;
  /** Other transfer syntaxes the frames can be brought into. */
  readonly targets: readonly FrameTarget[];
  /** Frame numbers count from 1. FRAME_UNKNOWN, DICOM_PIXELS_SHORT. */
  frame(frameNumber: number, read: RangeRead): Promise<Uint8Array>;
}

export interface FrameIndexReader {
  open(instance: {
    readonly frameIndex: string;
    readonly transferSyntaxUid: string;
    readonly description: string;
  }): InstanceFrames;
}

/** Brings frames into other transfer syntaxes in worker processes, within bounds of time and memory. */
export interface FrameTranscoder {
  /**
   * One frame, read by `frames.frame`, in one of `frames.targets`. What is lossless has been decoded again and compared.
   * FRAME_UNDECODABLE, FRAME_NOT_ENCODABLE, DICOM_TRANSFER_SYNTAX_UNSUPPORTED, READING_TIMEOUT, READING_MEMORY.
   */
  transcode(
    frame: {
      readonly bytes: Uint8Array;
      readonly format: PixelFormat;
      readonly transferSyntaxUid: string;
      readonly frameNumber: number;
      readonly targetUid: string;
    },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
}

/** A stored object that a reader may need as a local file. */
export interface StoredObject {
  readonly sha256: string;
  /** Copies it; the caller discards the copy. */
  bring(signal: AbortSignal): Promise<{ readonly path: string; discard(): Promise<void> }>;
}

/** Finds the value bytes behind a BulkDataURI of our metadata. */
export interface BulkDataReader {
  /**
   * `element` is `tag` or `tag/item/tag…`, items from 1. A part of the object, or the bytes themselves where it holds
   * them in another form; null when there is no such value. The object is brought to a local file only when its place
   * is not known yet.
   */
  locate(
    object: StoredObject,
    element: string,
    signal: AbortSignal,
  ): Promise<{ readonly offsetBytes: number; readonly lengthBytes: number } | { readonly bytes: Uint8Array } | null>;
}
