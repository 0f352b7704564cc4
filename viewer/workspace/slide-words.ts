import type { SlideSummary } from '#shared/api/material.ts';
import { calibrationProvenance } from '#shared/imaging/calibration.ts';
import { calibrationOf } from '#viewer/engines/openseadragon/magnification.ts';

const FORMATS: Readonly<Record<string, string>> = {
  'aperio-svs': 'Aperio SVS',
  'tiled-tiff': 'Tiled TIFF',
};

/** "Aperio SVS"; an unknown format by its own name, with the maker when that says more. */
export function slideFormat(slide: Pick<SlideSummary, 'format' | 'vendor'>): string {
  const format = FORMATS[slide.format] ?? slide.format;
  const says = slide.vendor === '' || format.toLowerCase().includes(slide.vendor.toLowerCase());
  return says ? format : `${format} · ${slide.vendor}`;
}

/** "0.499 µm/px", with three significant digits. */
export function resolutionText(micrometres: number): string {
  return `${micrometres >= 100 ? micrometres.toFixed(0) : micrometres.toPrecision(3)} µm/px`;
}

/** A length as a ruler says it: "50 µm", "2 mm", "1 cm". */
export function lengthText(micrometres: number): string {
  if (micrometres >= 9_999) return `${Number((micrometres / 10_000).toPrecision(3))} cm`;
  if (micrometres >= 999.9) return `${Number((micrometres / 1000).toPrecision(3))} mm`;
  return `${Number(micrometres.toPrecision(3))} µm`;
}

/** What the slide says of its scale and from where, for a tooltip. */
export function scaleSource(slide: SlideSummary): string {
  const calibration = calibrationOf(slide);
  if (calibration.kind !== 'um-per-pixel')
    return `Lengths are in px: ${calibration.kind === 'none' ? calibration.reason : 'no scale'}.`;
  const { mppX, mppY } = calibration;
  const value =
    Math.abs(mppX - mppY) < 1e-4
      ? `${Number(mppX.toPrecision(4))}`
      : `${Number(mppX.toPrecision(4))} × ${Number(mppY.toPrecision(4))}`;
  return `${value} µm per pixel at full resolution, from the ${calibrationProvenance(calibration)}.`;
}
