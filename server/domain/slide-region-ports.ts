import type { ExportFormat } from '#shared/api/slide-images.ts';
import type { SlideId } from '#shared/ids.ts';
import type { IiifPlan } from '#shared/imaging/iiif-request.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import type { MppSource, PixelRectangle, SlideDescription } from '#shared/imaging/pyramid.ts';
import type { EncodedPicture } from './image-ports.ts';

/** A part of a slide that somebody takes along. */
export interface ExportWish {
  /** In whole level-0 px, inside the slide. */
  readonly rectangle: PixelRectangle;
  /** Level-0 px per px of the picture; 1 for the pixels as scanned. */
  readonly downsample: number;
  readonly format: ExportFormat;
  readonly selection: PlaneSelection;
}

export interface ExportedRegion extends EncodedPicture {
  readonly width: number;
  readonly height: number;
  /** µm per px of the picture and where they come from; null for a slide without a scale. */
  readonly mpp: { readonly x: number; readonly y: number; readonly source: NonNullable<MppSource> } | null;
}

/** Parts of slides in any size. Permission is asked before. Errors: NOT_FOUND, SLIDE_REGION_INVALID, TILE_UNDECODABLE, TILES_BUSY. */
export interface SlideRegions {
  /** The slide as its reader has it now; `version` changes when what is made of it may. */
  describe(
    slideId: SlideId,
    signal: AbortSignal,
  ): Promise<{ readonly description: SlideDescription; readonly version: string }>;
  /** A tile of the Deep Zoom pyramid (shared/imaging/deep-zoom.ts) as JPEG. TILE_OUT_OF_RANGE. */
  deepZoomTile(
    slideId: SlideId,
    place: { readonly level: number; readonly column: number; readonly row: number },
    signal: AbortSignal,
  ): Promise<EncodedPicture>;
  iiifPicture(slideId: SlideId, plan: IiifPlan, signal: AbortSignal): Promise<EncodedPicture>;
  /** With resolution and colour profile embedded. SLIDE_PLANE_UNKNOWN. */
  exportRegion(slideId: SlideId, wish: ExportWish, signal: AbortSignal): Promise<ExportedRegion>;
}
