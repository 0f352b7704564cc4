import { type Calibration, millimetresPerPixel } from '#shared/imaging/calibration.ts';

export interface ScaleBar {
  /** Length in px of the picture. */
  readonly lengthPx: number;
  readonly text: string;
}

/**
 * The longest round length (1, 2 or 5 times a power of ten) that takes up no more than `mostPx` px of a picture in
 * which `picturePxPerImagePx` px show one image px across. Null without calibration: no scale is better than a guess.
 */
export function scaleBar(calibration: Calibration, picturePxPerImagePx: number, mostPx: number): ScaleBar | null {
  const perPixel = millimetresPerPixel(calibration);
  if (perPixel === null) return null;
  const mostMm = (mostPx / picturePxPerImagePx) * perPixel.x;
  const power = 10 ** Math.floor(Math.log10(mostMm));
  const lengthMm = [5, 2, 1].map((factor) => factor * power).find((length) => length <= mostMm) ?? power;
  return { lengthPx: (lengthMm / perPixel.x) * picturePxPerImagePx, text: lengthText(lengthMm) };
}

function lengthText(mm: number): string {
  if (mm >= 10) return `${round(mm / 10)} cm`;
  return mm >= 1 ? `${round(mm)} mm` : `${round(mm * 1000)} µm`;
}

/** Round lengths have few digits; this takes away what binary fractions add. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
