import type { Target } from '#shared/annotation/annotation.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import type { Measurement, Unit } from '#shared/annotation/measurement.ts';
import type { UserCalibration } from '#shared/annotation/user-calibration.ts';
import type { ColorMapName } from '#shared/imaging/color-maps.ts';
import type { RegionHistogram } from '#shared/imaging/roi-statistics.ts';
import type { SuvKind } from '#shared/imaging/suv.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { DrawingTool, PaintingTool } from '#viewer/engines/tools/drawing-tool.ts';

/**
 * The one seam between the product and an image engine. Features hold an `ImageEngine` and plain values of
 * `shared`; which library paints, and how, stays behind it. The store is the truth: an engine shows the marks it
 * is given and reports what the hand did; it keeps no annotation of its own.
 */

export const NAVIGATION_TOOLS = ['select', 'window', 'pan', 'zoom', 'scroll'] as const;
export type NavigationTool = (typeof NAVIGATION_TOOLS)[number];
/** Tools that paint segments; only where there are slices. */
export const SEGMENT_TOOLS = ['brush', 'eraser', 'threshold-brush', 'grow'] as const;
export type SegmentTool = (typeof SEGMENT_TOOLS)[number];
export type Tool = NavigationTool | DrawingTool | PaintingTool | SegmentTool;

/** An annotation as an engine shows it. */
export interface Mark {
  readonly id: string;
  readonly target: Target;
  readonly geometry: Geometry;
  /** The known length it is measured by, where it is not the scale of the file. */
  readonly calibration?: UserCalibration | undefined;
  /** From the author's palette colour. */
  readonly color: string;
  /** Written beside the shape: label first, then measurements with units. */
  readonly lines: readonly string[];
  readonly selected: boolean;
  /** False for other authors' marks and in read-only views. */
  readonly editable: boolean;
}

/** A new shape on the image that was shown at that moment, as it measures there. */
export interface Drawn {
  readonly target: Target;
  readonly geometry: Geometry;
  readonly view: ViewState;
  readonly measurements: Measurement[];
  readonly calibration?: UserCalibration | undefined;
}

/** How the pixel values of a region are spread, with their unit. */
export interface MeasuredHistogram extends RegionHistogram {
  readonly unit: Unit;
}

/** What the hand did; the workspace turns it into records. */
export interface EngineListener {
  onDrawn(drawn: Drawn): void;
  /** An existing mark was moved or reshaped (once, at the end of the gesture). */
  onChanged(changed: { id: string; geometry: Geometry; view: ViewState; measurements: Measurement[] }): void;
  /** `more`: beside what is selected already, or no longer. */
  onSelected(id: string | null, more?: boolean): void;
  /** The delete key on the selected marks. */
  onDeleteRequested(...ids: readonly string[]): void;
  /** What is shown has changed: another image, window, zoom or place. At most once a frame. */
  onStatus(status: EngineStatus): void;
}

/** The truth about what is on the screen now, for overlays; never what was asked for. */
export interface EngineStatus {
  /** `blank`: nothing asked; `covered`: shown ≠ wanted, the cover is up and the tools are locked. */
  readonly phase: 'blank' | 'loading' | 'shown' | 'covered';
  /** Why it is covered, one sentence. */
  readonly reason: string | null;
  readonly target: Target | null;
  readonly view: ViewState | null;
  readonly frame: FrameStatus | null;
  readonly slide: SlideStatus | null;
}

/** One thing to know of a picture, with the attributes it is known from. */
export interface FidelityFact {
  readonly text: string;
  readonly from: string;
  readonly level: 'plain' | 'attention';
}

/** As what the values of PET are read: as the file has them, or as SUV of a kind. */
export type PetValueKind = 'modality' | SuvKind;

export interface PetValues {
  readonly kind: PetValueKind;
  /** What a modality value is multiplied with to be read. */
  readonly factor: number;
  /** Each kind of SUV with its formula and the attributes used, or why there is none. */
  readonly choices: readonly {
    readonly kind: SuvKind;
    readonly refusal: string | null;
    readonly formula: string | null;
  }[];
}

/** Another series laid over the shown one, and how. */
export interface FusionStatus {
  readonly name: string;
  readonly colors: ColorMapName;
  /** 0 to 1. */
  readonly opacity: number;
  /** In modality units. */
  readonly window: VoiWindow;
  /** What a modality value is multiplied with to be read, and the unit it is read in. */
  readonly factor: number;
  readonly unit: string;
  readonly windows: readonly (VoiWindow & { readonly name: string })[];
}

/** What is to be other from now on. */
export interface FusionChoice {
  readonly colors?: ColorMapName;
  readonly opacity?: number;
  readonly window?: VoiWindow;
}

export interface FrameStatus {
  /** Place in the stack, from 0. */
  readonly index: number;
  readonly count: number;
  /** Position of the slice along its normal, mm; null without geometry. */
  readonly positionMm: number | null;
  /** In modality units, whatever values are read as. */
  readonly windowCenter: number;
  readonly windowWidth: number;
  /** What stands in place of a plain window, in a word or two; the numbers then span it. */
  readonly windowName: string | null;
  /** Screen pixels per image pixel. */
  readonly zoom: number;
  /** Letters at the edges (L, R, A, P, H, F and pairs); null without orientation. */
  readonly orientation: {
    readonly top: string;
    readonly right: string;
    readonly bottom: string;
    readonly left: string;
  } | null;
  /** Millimetres per screen pixel for the scale bar; null when uncalibrated. */
  readonly mmPerScreenPixel: number | null;
  /** What must be said of the scale of this image, in a few words: calibrated by the reader, several regions. */
  readonly scaleNote: string | null;
  /** How true the picture is to what was stored; the coding first, the scale last. */
  readonly fidelity: readonly FidelityFact[];
  /** Colours in place of greys; null for greys and for colour images. */
  readonly colorMap: ColorMapName | null;
  /** Whether the overlay planes and the shutter of the file are shown; null when it has none. */
  readonly overlays: boolean | null;
  readonly shutter: boolean | null;
  readonly loadedCount: number;
  /** How values of PET are read; null for everything else. */
  readonly pet: PetValues | null;
  /** What is laid over the image; null for nothing. */
  readonly fusion: FusionStatus | null;
  /** Value under the pointer with its unit, "−812 HU", and that of what is laid over it; null outside the image. */
  readonly probe: string | null;
  /** A first look, coarser than what is stored; the rest is on its way, and nothing can be measured yet. */
  readonly preview: boolean;
  /** What is under the pointer is shown enlarged, without its marks. */
  readonly lens: boolean;
}

export interface SlideStatus {
  /** Declared objective × screen scale; null when the objective is unknown. */
  readonly magnification: number | null;
  /** Micrometres per screen pixel; null when uncalibrated: the page then says so. */
  readonly micrometresPerScreenPixel: number | null;
  /** Level-0 pixels per screen pixel. */
  readonly downsample: number;
  /** The pyramid level this view is shown from; 0 is full resolution. */
  readonly level: number;
  /** False while tiles of the needed level are still on their way: pixels are interpolated. */
  readonly sharp: boolean;
  /** Tiles of this view that could not be had, after asking again; coarser pixels stand in their place. */
  readonly missingTiles: number;
  /** Level-0 pixel under the pointer. */
  readonly pointer: readonly [number, number] | null;
}

export interface ImageEngine<Source> {
  /** Shows a series or a slide; resolves when the first image is painted. Rejects with an Error that is a sentence. */
  open(source: Source, signal: AbortSignal): Promise<void>;
  setTool(tool: Tool): void;
  /** Replaces every mark. Marks on images that are not shown are kept and appear with their image. */
  setMarks(marks: readonly Mark[]): void;
  /** Goes to the image of `target` and shows exactly `view`; resolves when it is painted. */
  show(target: Target, view: ViewState): Promise<void>;
  /** The view now; null while nothing is shown. */
  view(): ViewState | null;
  /** Undoes the last point of a drawing or gives the drawing up. True when there was one. */
  cancelDrawing(): boolean;
  dispose(): void;
}
