import type { ColorMapName } from '#shared/imaging/color-maps.ts';
import { COLOR_MAPS } from '#shared/imaging/color-maps.ts';
import type { Voi } from '#shared/imaging/grey-scale.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { PetValueKind } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameImage } from './frame-image.ts';
import type { FusionLayer } from './fusion-layer.ts';
import type { OverlaySource } from './overlay-source.ts';
import { petValuesOf } from './pet-values.ts';
import type { PixelLook } from './pixel-picture.ts';
import { type Placement, type Size, visibleRectangle } from './placement.ts';
import { createSeriesWindow, type SeriesWindow } from './series-window.ts';
import { type WindowChoice, windowChoices } from './window-choices.ts';

/** The part of a view that is not the place. */
export type ViewedLook = Pick<
  FrameView,
  'windowCenter' | 'windowWidth' | 'inverted' | 'voiFunction' | 'voiLut' | 'colorMap' | 'petValues'
>;

/** How the images of a viewport are turned into a picture: brightness, colours, overlays and shutter. */
export interface FrameLook {
  readonly voi: SeriesWindow;
  colors: ColorMapName | null;
  inverted: boolean;
  overlaysShown: boolean;
  shutterShown: boolean;
  /** As what values of PET are read; null for SUV by body weight where the file allows it. */
  petValues: PetValueKind | null;
  /** What is laid over the images; null for nothing. */
  fusion: FusionLayer | null;
  pixels(description: FrameDescription, image: FrameImage): PixelLook & { readonly fused: CanvasImageSource | null };
  windowChoices(description: FrameDescription): readonly WindowChoice[];
  view(description: FrameDescription): ViewedLook;
  restore(view: ViewedLook, description: FrameDescription | undefined): void;
  /** As the file has it. */
  reset(): void;
}

export function createFrameLook(overlays: OverlaySource): FrameLook {
  const voi = createSeriesWindow();
  return {
    voi,
    colors: null,
    inverted: false,
    overlaysShown: true,
    shutterShown: true,
    petValues: null,
    fusion: null,
    pixels(description, image) {
      return {
        voi: voi.of(description),
        inverted: this.inverted,
        colors: description.isColor ? null : this.colors,
        overlays: this.overlaysShown ? overlays.on(description, image) : NONE,
        shutter: this.shutterShown ? description.display.shutter : null,
        fused: this.fusion?.over(description) ?? null,
      };
    },
    windowChoices(description) {
      return windowChoices(description, voi.ownWindowOf(description), petValuesOf(description, this.petValues));
    },
    view(description) {
      const now = voi.of(description);
      const { center, width, voiFunction } = voi.windowOf(description);
      const pet = petValuesOf(description, this.petValues);
      const voiLut = 'table' in now ? tableIndex(description, now) : -1;
      return {
        ...{ windowCenter: center, windowWidth: width, inverted: this.inverted },
        ...(voiFunction === undefined || voiFunction === 'LINEAR' ? {} : { voiFunction }),
        ...(voiLut < 0 ? {} : { voiLut }),
        ...(this.colors === null ? {} : { colorMap: this.colors }),
        ...(pet === null ? {} : { petValues: pet.kind }),
      };
    },
    restore(view, description) {
      const { windowCenter: center, windowWidth: width, voiFunction, voiLut } = view;
      const window: VoiWindow = { center, width, ...(voiFunction === undefined ? {} : { voiFunction }) };
      const table = voiLut === undefined ? undefined : description?.display.voiLuts[voiLut];
      voi.choose(table ?? { window });
      this.inverted = view.inverted;
      this.petValues = view.petValues ?? null;
      this.colors = COLOR_MAPS.find((name) => name === view.colorMap) ?? null;
    },
    reset() {
      voi.choose(null);
      this.inverted = false;
      this.colors = null;
      this.overlaysShown = true;
      this.shutterShown = true;
      this.petValues = null;
    },
  };
}

/** Look and place as one value. */
export function frameViewOf(now: Placement, shown: FrameDescription, screen: Size, look: FrameLook): FrameView {
  return {
    kind: 'frame',
    visible: visibleRectangle(now, shown, screen),
    ...look.view(shown),
    rotation: now.rotation,
    flippedHorizontally: now.flippedHorizontally,
    flippedVertically: now.flippedVertically,
  };
}

const NONE: PixelLook['overlays'] = [];

function tableIndex({ display }: FrameDescription, voi: Voi): number {
  return display.voiLuts.findIndex(({ table }) => 'table' in voi && table === voi.table);
}

/** What a page may ask of a look; each wish is painted at once. */
export interface LookControls {
  invert(): void;
  /** Colours in place of greys; null for greys. */
  setColorMap(name: ColorMapName | null): void;
  toggleOverlays(): void;
  toggleShutter(): void;
  /** As what the values of PET are read, on the screen and in new measurements. */
  setPetValues(kind: PetValueKind): void;
}

export function lookControls(look: FrameLook, repaint: () => void): LookControls {
  const change = (make: () => void) => () => {
    make();
    repaint();
  };
  return {
    invert: change(() => {
      look.inverted = !look.inverted;
    }),
    setColorMap(name) {
      look.colors = name;
      repaint();
    },
    setPetValues(kind) {
      look.petValues = kind;
      repaint();
    },
    toggleOverlays: change(() => {
      look.overlaysShown = !look.overlaysShown;
    }),
    toggleShutter: change(() => {
      look.shutterShown = !look.shutterShown;
    }),
  };
}
