import type { Annotation } from '#shared/annotation/annotation.ts';
import type { PixelMeaning } from '#shared/annotation/measure-pixels.ts';
import type { AnnotationId, SlideId, SopInstanceUid } from '#shared/ids.ts';
import type { Calibration } from '#shared/imaging/calibration.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import type { PixelRectangle } from '#shared/imaging/pyramid.ts';
import type { FrameOfValues } from '#shared/imaging/roi-statistics.ts';
import type { PetAttributes } from '#shared/imaging/suv.ts';
import type { VoiFunction } from '#shared/imaging/window.ts';
import type { SignedReport } from '#shared/report/report.ts';
import type { RenditionKind } from './report-ports.ts';

/** The pixels of stored material, as measuring and picture making need them. See server/pixel-reader.ts. */

/** What measuring and picture making need to know of the image an annotation lies on. */
export interface AnnotatedImage {
  readonly width: number;
  readonly height: number;
  readonly calibration: Calibration;
  /** What a pixel value means; null where statistics have no meaning (colour, slides). */
  readonly meaning: PixelMeaning | null;
  /** What a PET image says of dose, decay and patient; null for everything else. */
  readonly pet: PetAttributes | null;
  /** As the file states it; null for slides and where it states none. */
  readonly frameOfReferenceUid: string | null;
  /** Anatomical letters at the edges of the stored image; null where the plane is unknown, and for slides. */
  readonly edges: EdgeLetters | null;
  /** As the scanner states it; null for frames and where it does not. */
  readonly objectivePower: number | null;
}

export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

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
  /** LINEAR when it is missing. */
  readonly voiFunction?: VoiFunction;
  /** The first VOI LUT of the image in place of the window, where it has one. */
  readonly useVoiLut?: boolean;
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
   * `width` picture pixels (or from level 0 when none does), in the focal plane and channels of `planes`.
   */
  slideRegion(
    slideId: SlideId,
    region: PixelRectangle,
    width: number,
    planes: PlaneSelection,
    signal: AbortSignal,
  ): Promise<Picture>;
}

/** One figure of a report: the annotation, its number, and the image it lies on. */
export interface FigureInput {
  readonly annotation: Annotation;
  readonly number: number;
  readonly image: AnnotatedImage;
  /** Colour of the mark, `#rrggbb`. */
  readonly colour: string;
}

export interface RenditionFile {
  readonly kind: RenditionKind;
  /** The annotation id of a key image, else ''. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface RenditionInput {
  readonly report: SignedReport;
  /** Hash of the canonical form. */
  readonly sha256: string;
  /** Images by annotation id; an annotation whose image cannot be found has none. */
  readonly images: ReadonlyMap<AnnotationId, AnnotatedImage>;
  /** True when a picture that cannot be made is left out, instead of stopping the whole. */
  readonly leaveOutFailures: boolean;
  /** Hears of every picture that was left out. */
  readonly onLeftOut: (error: unknown, annotationId: AnnotationId) => void;
}

/** Makes every file of a signed version, one after the other; a repeated run makes the same files. */
export interface RenditionMaker {
  produce(input: RenditionInput, signal: AbortSignal): AsyncIterable<RenditionFile>;
}
