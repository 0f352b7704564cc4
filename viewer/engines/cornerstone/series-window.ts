import type { VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';
import { modalityValuesOf } from './frame-image.ts';
import { type LoadableFrame, loadFrame } from './frame-loader.ts';
import { COLOR_WINDOW, windowOverSlices } from './window-choices.ts';

/** Which window each image of a series is shown in: the reader's, else that of its file, else one from its pixels. */
export interface SeriesWindow {
  of(description: FrameDescription): VoiWindow;
  /** Null gives every image its own window back. */
  choose(window: VoiWindow | null): void;
  setAutomatic(window: VoiWindow | null): void;
  /** The window `of(description)` after the hand moved by CSS pixels: right widens, down raises the centre. */
  drag(description: FrameDescription, dx: number, dy: number): void;
}

/** Where neither the file nor the pixels say anything. */
const FALLBACK: VoiWindow = { center: 128, width: 256 };
/** Dragging across this many pixels changes the window by its own width, so that narrow windows move finely. */
const DRAG_LENGTH = 300;

export function createSeriesWindow(): SeriesWindow {
  let chosen: VoiWindow | null = null;
  let automatic: VoiWindow | null = null;
  const of = (description: FrameDescription): VoiWindow => {
    if (chosen !== null) return chosen;
    if (description.isColor) return COLOR_WINDOW;
    return description.windows[0] ?? automatic ?? FALLBACK;
  };
  return {
    of,
    choose(window) {
      chosen = window;
    },
    setAutomatic(window) {
      automatic = window;
    },
    drag(description, dx, dy) {
      const now = of(description);
      const unit = now.width / DRAG_LENGTH;
      const least = now.voiFunction === 'LINEAR_EXACT' || now.width < 2 ? now.width / 50 : 1;
      chosen = { ...now, center: now.center + dy * unit, width: Math.max(least, now.width + dx * unit) };
    },
  };
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
  const { padding = null, rescaleSlope = 1, rescaleIntercept = 0 } = chosen[0]?.description ?? {};
  return windowOverSlices(slices, padding === null ? null : padding * rescaleSlope + rescaleIntercept);
}
