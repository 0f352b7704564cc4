import type { VoiWindow } from '#shared/imaging/window.ts';
import type { ImageEngine } from '#viewer/engines/image-engine.ts';
import type { DrawingChoice } from './canvas-drawing.ts';
import type { FusionControls } from './frame-fusion.ts';
import type { LookControls } from './frame-look.ts';
import type { ShapeControls } from './frame-measuring.ts';
import type { FrameStack } from './frame-stack.ts';
import type { HungPlace } from './hung-place.ts';
import type { PatientPlace } from './patient-place.ts';
import type { SegmentControls } from './segment-port.ts';
import type { WindowChoice } from './window-choices.ts';

/** What a page may ask of a radiology viewport. */
export interface FrameEngine
  extends ImageEngine<FrameStack>,
    ShapeControls,
    LookControls,
    FusionControls,
    PatientPlace,
    SegmentControls {
  /** Shows frame `index` (from 0, held within the stack) or one `steps` away; the last wish wins. */
  goTo(index: number): void;
  step(steps: number): void;
  /** True when this frame is decoded and in the cache. */
  isLoaded(index: number): boolean;
  /** The whole image upright at a place that it keeps until the hand moves it, also when the viewport changes its size. */
  hang(place: HungPlace): void;
  isHung(): boolean;
  /** Millimetres of a CSS pixel when the whole image is as large as the viewport allows; null without a scale. */
  wholeAt(): number | null;
  /** The whole image, centred, as large as the viewport allows. */
  fit(): void;
  /** One image pixel is one device pixel. */
  actualSize(): void;
  zoomBy(factor: number): void;
  /** Clockwise, by quarter turns. */
  rotate(degrees: number): void;
  /** Left becomes right on the screen. */
  mirror(): void;
  setWindow(window: VoiWindow): void;
  windowChoices(): readonly WindowChoice[];
  /** The window that shows what lies in the selected region; false when no region is selected on this image. */
  windowOnSelection(): boolean;
  /** A millimetre of the patient is one on the screen, as far as the screen is known; false without a scale. */
  trueSize(): boolean;
  chooseWindow(choice: WindowChoice): void;
  /** Fit, no rotation, no mirror, the window of the file. */
  reset(): void;
  /** Asks for the wanted image anew after a failure. */
  retry(): void;
  /** A lens under the pointer, on or off. Marks are hidden under it, and nothing can be drawn. */
  toggleMagnifier(): void;
  /** The colour of what is being drawn. */
  setColor(color: string): void;
  /** Who draws, by the reader's choice on this computer. */
  drawing(): DrawingChoice;
  chooseDrawing(choice: DrawingChoice): void;
}
