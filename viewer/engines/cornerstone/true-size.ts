import type { Calibration } from '#shared/imaging/calibration.ts';

/** CSS pixels to a millimetre by the definition of the CSS inch; screens differ, so the reader may correct it. */
const CSS_PIXELS_PER_MM = 96 / 25.4;
const STORED = 'consilium.screen-scale';

/** How many times larger than the CSS millimetre this screen shows one; 1 until the reader has measured it. */
export function screenScale(): number {
  const stored = Number(window.localStorage.getItem(STORED));
  return stored > 0.2 && stored < 5 ? stored : 1;
}

/** Remembers on this computer what a bar of 100 CSS millimetres measures on the glass. */
export function calibrateScreen(measuredMm: number): void {
  if (measuredMm > 20 && measuredMm < 500) window.localStorage.setItem(STORED, String(measuredMm / 100));
}

/** The zoom at which a millimetre of the image is one on the screen; null without a scale in mm. */
export function trueSizeZoom(calibration: Calibration | undefined): number | null {
  if (calibration?.kind !== 'mm-per-pixel') return null;
  return (Math.min(calibration.rowMm, calibration.columnMm) * CSS_PIXELS_PER_MM) / screenScale();
}
