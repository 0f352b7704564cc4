import type { ImageDescription } from '#shared/dicom/image-description.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import type { FramePresentation } from '#shared/dicom/presentation-state.ts';
import type { VoiFunction, VoiWindow } from '#shared/imaging/window.ts';
import type { EncodedPicture, RangeRead } from './image-ports.ts';

/** What making pictures for DICOMweb needs of the codecs (PS3.18 section 8.3.5: rendering parameters). */

export type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp';

/** PS3.18 section 8.3.5.1.5: none, the image's own (sRGB where it has none), or the picture converted to a space. */
export type IccProfileWish = 'no' | 'yes' | 'srgb' | 'displayp3' | 'adobergb' | 'rommrgb';

/** Names the way pictures are made in entity tags; it grows whenever the same wish gives another picture. */
export const RENDERING_VERSION = 3;

/** A part of the source image, from its top left corner. `fraction` is of its width and height. */
export interface SourceRegion {
  readonly unit: 'px' | 'fraction';
  readonly x: number;
  readonly y: number;
  /** null goes to the right or bottom edge. */
  readonly width: number | null;
  readonly height: number | null;
}

/** Lines of text to burn into a picture. */
export interface PictureNotes {
  readonly top: readonly string[];
  readonly bottom: readonly string[];
}

export interface RenderingWish {
  readonly format: PictureFormat;
  /** null takes what the image proposes. For grey images alone: a VOI LUT has no meaning for colour (PS3.3 C.11.2). */
  readonly window: { readonly center: number; readonly width: number; readonly voiFunction: VoiFunction } | null;
  readonly region: SourceRegion | null;
  readonly flip: { readonly horizontal: boolean; readonly vertical: boolean };
  /**
   * The picture is made as large as fits, with square pixels; smaller images grow only if `enlarge`. null keeps one
   * picture pixel an image pixel.
   */
  readonly box: { readonly width: number; readonly height: number; readonly enlarge: boolean } | null;
  /** 1 to 100, for JPEG and WebP. */
  readonly quality: number;
  readonly iccProfile: IccProfileWish;
}

/** Where the bytes of a frame lie in a file of this machine, one piece after the other. */
export interface FilePieces {
  readonly path: string;
  readonly ranges: readonly (readonly [offsetBytes: number, lengthBytes: number])[];
}

/** One frame with all that making a picture of it takes. */
export interface PictureInput {
  /** Of the frame as it is stored, or the place where the worker process reads them itself. */
  readonly bytes: Uint8Array | FilePieces;
  readonly image: ImageDescription;
  readonly transferSyntaxUid: string;
  /** From 1. */
  readonly frameNumber: number;
  /** Planes of Overlay Data that lie on the frame. */
  readonly overlays: readonly OverlayBits[];
  /** Width of a pixel over its height. */
  readonly pixelAspect: number;
  /** Of the image (0028,2000), when the wish asks for one; null where it has none. */
  readonly iccProfile: Uint8Array | null;
  readonly notes: PictureNotes | null;
  /** What a presentation state says of the frame, in place of what the image says (PS3.4 section N.2). */
  readonly presentation: FramePresentation | null;
}

/** An instance with pixels, parsed once. */
export interface PictureSource {
  readonly frameCount: number;
  readonly columns: number;
  readonly rows: number;
  readonly samplesPerPixel: number;
  /** Where the coded stream of a video lies in the object: offset and length of each piece, in bytes. */
  readonly stream: readonly (readonly [offsetBytes: number, lengthBytes: number])[];
  /** `path` is the file that `read` reads, if there is one. FRAME_UNKNOWN, DICOM_PIXELS_SHORT. */
  frame(
    frameNumber: number,
    read: RangeRead,
    path: string | undefined,
  ): Promise<Pick<PictureInput, 'bytes' | 'image' | 'transferSyntaxUid' | 'frameNumber' | 'overlays' | 'pixelAspect'>>;
}

/** Makes pictures in worker processes, within bounds of time and memory. */
export interface PictureRenderer {
  /** null for an object without pixels. `metadata` is its DICOM JSON. */
  open(instance: {
    readonly frameIndex: string | null;
    readonly transferSyntaxUid: string;
    readonly description: string;
    readonly metadata: string;
  }): PictureSource | null;
  /**
   * One picture. REQUEST_INVALID for a region outside the image and for what is too large or too small,
   * FRAME_UNDECODABLE, DICOM_TRANSFER_SYNTAX_UNSUPPORTED, READING_TIMEOUT, READING_MEMORY.
   */
  render(frame: PictureInput, wish: RenderingWish, signal: AbortSignal): Promise<EncodedPicture>;
  /** The window a grey frame without one is shown with; null where there are no values. Errors as above. */
  automaticWindow(frame: PictureInput, signal: AbortSignal): Promise<VoiWindow | null>;
  /**
   * An animated GIF in the size of the first frame, each shown `delaysMs`. The frames are taken one at a time.
   * REQUEST_INVALID when they are too many for their size; errors as above.
   */
  animate(
    frames: AsyncIterable<PictureInput>,
    wish: RenderingWish,
    delaysMs: readonly number[],
    signal: AbortSignal,
  ): Promise<EncodedPicture>;
}
