/** What slides have decoded, as tasks of plain data: the worker process runs them, and so do tools in their own process. */

import { decodeFrame } from './decode-frame.ts';
import type { FrameInput } from './frame-decoder.ts';
import { decodeRaster, type RasterImage } from './raster.ts';
import { renderFrame } from './render-frame.ts';
import type { Samples } from './samples.ts';
import { type DecodedFrame, frameRefusal } from './stored-pixels.ts';
import { decodeSegment, type SegmentForm } from './tiff-segment.ts';
import { writeTiledPicture } from './tiled-picture.ts';

export type PictureFormat = 'JPEG' | 'TIFF' | 'PNG' | 'WebP';

/** One picture of exactly `width` × `height` px. */
export interface RasterInput {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
}

/** One tile or strip of a TIFF. */
export interface SegmentInput {
  readonly bytes: Uint8Array;
  readonly form: SegmentForm;
}

/** A flat picture at `path` that is written in tiles to `target`. */
export interface TiledPictureInput {
  readonly path: string;
  readonly target: string;
  readonly format: 'JPEG' | 'PNG' | 'TIFF';
}

/**
 * Decodes what slides store. The bytes are hostile until shown otherwise. Errors: DOCUMENT_DAMAGED, and FRAME_UNDECODABLE
 * for frames, also when decoding takes too long, too much memory or its process; an aborted signal rejects with its reason.
 */
export interface SlideDecoder {
  /** Colours as stored, see `decodeRaster`. */
  raster(input: RasterInput, signal?: AbortSignal): Promise<RasterImage>;
  /** Samples as stored, colours as RGB, see `decodeSegment`. */
  segment(input: SegmentInput, signal?: AbortSignal): Promise<Samples>;
  /** Stored values of a DICOM frame. */
  frame(input: FrameInput, signal?: AbortSignal): Promise<DecodedFrame>;
  /** A DICOM frame in the colours and the window its header proposes. */
  frameRaster(input: FrameInput, signal?: AbortSignal): Promise<RasterImage>;
  /** Errors of `writeTiledPicture` too. */
  tiled(input: TiledPictureInput, signal?: AbortSignal): Promise<void>;
}

/**
 * Decodes in the process that asks: inside the worker, and in tools and tests that read files of their own choice. The
 * server reads slides through `createSlideDecoder`.
 */
export const decodeHere: SlideDecoder = {
  raster: ({ bytes, ...size }, signal) => decodeRaster(bytes, size, signal),
  segment: ({ bytes, form }, signal) => decodeSegment(bytes, form, signal),
  frame: ({ bytes, image, transferSyntaxUid, frameNumber }) =>
    decodeFrame(bytes, image, transferSyntaxUid, frameNumber),
  async frameRaster(input) {
    const decoded = await decodeHere.frame(input);
    try {
      const { width, height, channels, data } = renderFrame(decoded, input.image, input.frameNumber, null);
      if (channels === 3) return { width, height, data };
      const rgb = new Uint8Array(data.length * 3);
      for (let at = 0; at < rgb.length; at++) rgb[at] = data[Math.floor(at / 3)] ?? 0;
      return { width, height, data: rgb };
    } catch (error) {
      throw frameRefusal(error, input.frameNumber);
    }
  },
  async tiled({ path, target, format }) {
    await writeTiledPicture(path, target, format);
  },
};
