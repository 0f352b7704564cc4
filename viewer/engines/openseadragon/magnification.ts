import { type Calibration, calibrationOfSlide } from '#shared/imaging/calibration.ts';
import type { MppSource } from '#shared/imaging/pyramid.ts';
import { isSideways } from './slide-placement.ts';

/**
 * Magnification is the objective the scanner declares times screen pixels per slide pixel. It is never computed from
 * the resolution: two scanners with a 20× objective sample differently.
 */
export interface MagnificationFacts {
  readonly objectivePower: number | null;
  readonly mppX: number | null;
  readonly mppY: number | null;
  readonly mppSource: MppSource;
}

export interface MagnificationPreset {
  /** "10×", or "1:4" where the objective is unknown. */
  readonly label: string;
  /** Screen pixels per level-0 pixel. */
  readonly scale: number;
  /** True above the objective: more pixels, not more detail. */
  readonly isInterpolated: boolean;
}

const MAGNIFICATIONS = [1.25, 2.5, 5, 10, 20, 40];
const REDUCTIONS = [32, 16, 8, 4, 2, 1];

/** Six presets, from the smallest: always in the same places, so that the keys 1 to 6 mean the same on every slide. */
export function magnificationPresets(facts: MagnificationFacts): MagnificationPreset[] {
  const { objectivePower } = facts;
  if (objectivePower === null) {
    return REDUCTIONS.map((factor) => ({ label: `1:${factor}`, scale: 1 / factor, isInterpolated: false }));
  }
  return MAGNIFICATIONS.map((magnification) => ({
    label: `${magnification}×`,
    scale: magnification / objectivePower,
    isInterpolated: magnification > objectivePower,
  }));
}

/** The magnification at a scale; null when the slide declares no objective. */
export function magnificationAt(facts: MagnificationFacts, scale: number): number | null {
  return facts.objectivePower === null ? null : facts.objectivePower * scale;
}

/** The scale of a magnification somebody typed ("20", "20x", "12,5×"); null when it is none. */
export function scaleOfText(facts: MagnificationFacts, text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*[x×]?\s*$/i.exec(text);
  const value = Number(match?.[1]?.replace(',', '.') ?? Number.NaN);
  if (facts.objectivePower === null || !Number.isFinite(value) || value <= 0) return null;
  return value / facts.objectivePower;
}

/** "12.5×", "20×", "0.63×". */
export function magnificationText(magnification: number): string {
  if (magnification >= 10) return `${Number(magnification.toFixed(1))}×`;
  return `${Number(magnification.toFixed(2))}×`;
}

export function calibrationOf(facts: MagnificationFacts): Calibration {
  return calibrationOfSlide({ mppX: facts.mppX, mppY: facts.mppY, source: facts.mppSource });
}

/** Micrometres a screen pixel covers from left to right; null when the slide is not calibrated. */
export function micrometresPerScreenPixel(facts: MagnificationFacts, scale: number, rotation: number): number | null {
  const calibration = calibrationOf(facts);
  if (calibration.kind !== 'um-per-pixel') return null;
  return (isSideways(rotation) ? calibration.mppY : calibration.mppX) / scale;
}
