import type { Point } from '#shared/annotation/geometry.ts';
import type { SlideSummary } from '#shared/api/material.ts';
import type { DisplayAdjustment } from '#shared/imaging/display-adjustment.ts';
import type { PlaneSelection } from '#shared/imaging/plane-selection.ts';
import type { ImageEngine } from '#viewer/engines/image-engine.ts';
import type { MarkOverlay } from '#viewer/engines/overlay/mark-overlay.ts';
import type { HeatMap } from './heat-map-layer.ts';
import type { SlidePlacement } from './slide-placement.ts';

export interface SlideSource {
  readonly slide: SlideSummary;
  /** Tiles carry the slide's colour profile, for the browser to apply. */
  readonly icc: boolean;
  tileUrl(level: number, column: number, row: number, planes: PlaneSelection): string;
}

export interface SlideEngine extends ImageEngine<SlideSource>, Pick<MarkOverlay, 'setBrush'> {
  /** The whole slide, centred. */
  fit(): void;
  /** Zooms about the middle of the viewport. */
  zoomBy(factor: number): void;
  /** Screen pixels per level-0 pixel, about the middle of the viewport; held within what makes sense. */
  zoomTo(scale: number): void;
  /** Moves the field of view by parts of itself: 0.25 across is a quarter of its width to the right. */
  moveField(across: number, down: number): void;
  /** Puts a level-0 place in the middle. */
  centerOn(place: Point): void;
  /** Turns clockwise about the middle of the viewport. */
  rotate(degrees: number): void;
  /** Exchanges left and right on the screen. */
  flip(): void;
  display(): DisplayAdjustment;
  /** Shows the colours brighter, steeper or bent; the tiles stay what they are. */
  setDisplay(display: DisplayAdjustment): void;
  /** How the slide lies on the screen; null while none is shown. */
  lying(): LyingSlide | null;
  /** Lays it so, without waiting for its tiles. */
  lieAs(placement: SlidePlacement): void;
  /** The focal plane and channels shown now. */
  planes(): PlaneSelection;
  /** Shows another focal plane or other channels at the same place; does nothing while no slide is open. */
  setPlanes(planes: PlaneSelection): void;
  /** The same slide with more levels or other colours, at the same place; does nothing when another slide is open. */
  update(source: SlideSource): void;
  /** Asks again for every tile that could not be had. */
  retry(): void;
  /** Lays values of cells over the slide that is open, until another is opened; null takes them away. */
  setHeatMap(map: HeatMap | null): void;
  /** The name of the map that is shown; null without one. */
  heatMap(): string | null;
  /** The colour of what is being drawn. */
  setColor(color: string): void;
}

/** A slide, and how it lies on the screen. */
export interface LyingSlide {
  readonly slideId: string;
  /** Micrometres per level-0 pixel; null without a scale. */
  readonly mpp: number | null;
  readonly placement: SlidePlacement;
}
