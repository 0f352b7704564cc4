import type { SlideId, SopInstanceUid } from '#shared/ids.ts';
import type { PixelRectangle } from '#shared/imaging/pyramid.ts';
import type { FrameOfValues } from '#shared/imaging/roi-statistics.ts';

/** The pixels of stored material, as measuring and picture making need them. Implemented in server/pictures. */

/** An 8-bit picture: 1 (grey) or 3 (RGB) samples a pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** How grey values become grey; null takes the window the image itself proposes. */
export interface PictureWindow {
  readonly center: number;
  readonly width: number;
  readonly inverted: boolean;
}

/**
 * Reads decoded pixels, in worker threads within bounds of time and memory. Frame numbers count from 1.
 * Throws FRAME_UNDECODABLE, FRAME_UNKNOWN, DICOM_TRANSFER_SYNTAX_UNSUPPORTED, DICOM_NO_PIXELS, TILE_UNDECODABLE,
 * READING_TIMEOUT, READING_MEMORY, BLOB_MISSING.
 */
export interface PixelReader {
  frameValues(sopInstanceUid: SopInstanceUid, frameNumber: number, signal: AbortSignal): Promise<FrameOfValues>;
  /** The whole frame, windowed, one picture pixel a frame pixel. */
  framePicture(
    sopInstanceUid: SopInstanceUid,
    frameNumber: number,
    window: PictureWindow | null,
    signal: AbortSignal,
  ): Promise<Picture>;
  /**
   * A region of a slide given in level-0 pixels and lying inside it, read from the coarsest level that still gives
   * `width` picture pixels (or from level 0 when none does).
   */
  slideRegion(slideId: SlideId, region: PixelRectangle, width: number, signal: AbortSignal): Promise<Picture>;
}
