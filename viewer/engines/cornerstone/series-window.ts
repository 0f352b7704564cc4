import { type Voi, windowOfTable } from '#shared/imaging/grey-scale.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import { modalityValuesOf } from './frame-image.ts';
import { type LoadableFrame, loadFrame } from './frame-loader.ts';
import { modalityTransform } from './grey-table.ts';
import { COLOR_WINDOW, windowOverSlices } from './window-choices.ts';

/** How bright each image of a series is shown: as the reader says, else its file, else as its pixels ask for. */
export interface SeriesWindow {
  of(description: FrameDescription): Voi;
  /** The window `of(description)`, or the one that spans its table. */
  windowOf(description: FrameDescription): VoiWindow;
  /** What it would be without the reader: the window of its file, else from its pixels. */
  ownWindowOf(description: FrameDescription): VoiWindow;
  /** Null gives every image its own window back. */
  choose(voi: Voi | null): void;
  setAutomatic(window: VoiWindow | null): void;
  /** The window after the hand moved by CSS pixels: right widens, down raises the centre. */
  drag(description: FrameDescription, dx: number, dy: number): void;
}

/** Where neither the file nor the pixels say anything. */
const FALLBACK: VoiWindow = { center: 128, width: 256 };
/** Dragging across this many pixels changes the window by its own width, so that narrow windows move finely. */
const DRAG_LENGTH = 300;

export function createSeriesWindow(): SeriesWindow {
  let chosen: Voi | null = null;
  let automatic: VoiWindow | null = null;
  const ownOf = (description: FrameDescription): Voi => {
    if (description.isColor) return { window: COLOR_WINDOW };
    const [stated] = description.windows;
    if (stated !== undefined) return { window: stated };
    return description.display.voiLuts[0] ?? { window: automatic ?? FALLBACK };
  };
  const of = (description: FrameDescription): Voi => chosen ?? ownOf(description);
  const asWindow = (voi: Voi): VoiWindow => ('window' in voi ? voi.window : windowOfTable(voi.table));
  const windowOf = (description: FrameDescription): VoiWindow => asWindow(of(description));
  return {
    of,
    windowOf,
    ownWindowOf: (description) => asWindow(ownOf(description)),
    choose(voi) {
      chosen = voi;
    },
    setAutomatic(window) {
      automatic = window;
    },
    drag(description, dx, dy) {
      const { center, width, voiFunction } = windowOf(description);
      const unit = width / DRAG_LENGTH;
      const isFine = voiFunction === 'LINEAR_EXACT' || voiFunction === 'SIGMOID' || width < 2;
      chosen = {
        window: {
          center: center + dy * unit,
          width: Math.max(isFine ? width / 50 : 1, width + dx * unit),
          ...(voiFunction === undefined ? {} : { voiFunction }),
        },
      };
    },
  };
}

/** True when neither a window nor a VOI LUT of the file says how bright it is to be. */
export function needsAutomaticWindow({ windows, display, isColor }: FrameDescription): boolean {
  return windows.length === 0 && display.voiLuts.length === 0 && !isColor;
}

/**
 * The window over the slice at `index`, the middle one and the one at three quarters; a slice that cannot be loaded does
 * not count.
 */
export async function automaticWindow(
  frames: readonly LoadableFrame[],
  index: number,
  signal: AbortSignal,
): Promise<VoiWindow> {
  const count = frames.length;
  const indexes = new Set([index, Math.floor(count / 2), Math.floor((count * 3) / 4)]);
  const chosen = [...indexes].map((one) => frames[one]).filter((frame) => frame !== undefined);
  const loaded = await Promise.allSettled(
    chosen.map(async (frame) => modalityValuesOf(await loadFrame(frame, 'interaction', signal), frame.description)),
  );
  const slices = loaded.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const first = chosen[0]?.description;
  const padding = first?.padding ?? null;
  return windowOverSlices(slices, first === undefined || padding === null ? null : modalityTransform(first)(padding));
}
