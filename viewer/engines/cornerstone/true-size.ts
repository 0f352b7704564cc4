import type { Calibration } from '#shared/imaging/calibration.ts';

/** CSS pixels to a millimetre by the definition of the CSS inch; screens differ, so the reader may measure his. */
const CSS_PIXELS_PER_MM = 96 / 25.4;
const STORED = 'consilium.screens';

/** Names the screen on which the window stands; several of one size are taken for the same. */
function screenName(): string {
  return `${window.screen.width}x${window.screen.height}`;
}

/** Millimetres of a device pixel, by the name of the screen. */
function measuredScreens(): Readonly<Record<string, number>> {
  try {
    const stored: unknown = JSON.parse(window.localStorage.getItem(STORED) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    const entries = Object.entries(stored).filter(([, mm]) => typeof mm === 'number' && mm > 0.02 && mm < 2);
    return Object.fromEntries(entries) as Record<string, number>;
  } catch {
    return {};
  }
}

/** Millimetres of a CSS pixel on this screen; null until the reader has measured it. */
export function measuredMmPerPixel(): number | null {
  const mm = measuredScreens()[screenName()];
  return mm === undefined ? null : mm * window.devicePixelRatio;
}

/** Remembers on this computer that `cssPixels` of this screen are so long on the glass; null forgets it. */
export function calibrateScreen(measured: { readonly mm: number; readonly cssPixels: number } | null): void {
  const { [screenName()]: _, ...others } = measuredScreens();
  const mm = measured === null ? null : measured.mm / measured.cssPixels / window.devicePixelRatio;
  window.localStorage.setItem(STORED, JSON.stringify(mm === null ? others : { ...others, [screenName()]: mm }));
}

/** The zoom at which a millimetre of the image is one on the screen; null without a scale in mm. */
export function trueSizeZoom(calibration: Calibration | undefined): number | null {
  if (calibration?.kind !== 'mm-per-pixel') return null;
  return Math.min(calibration.rowMm, calibration.columnMm) / (measuredMmPerPixel() ?? 1 / CSS_PIXELS_PER_MM);
}
