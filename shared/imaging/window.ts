/** VOI windowing: from modality values to displayed grey (PS3.3 C.11.2.1.2), presets and automatic windows. */

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** Centre and width in modality units (HU for CT). LINEAR needs width ≥ 1, the other two width > 0. */
export interface VoiWindow {
  readonly center: number;
  readonly width: number;
  readonly voiFunction?: VoiFunction;
}

export interface WindowPreset extends VoiWindow {
  readonly name: string;
}

/** Customary CT windows in HU. */
export const CT_PRESETS: readonly WindowPreset[] = [
  { name: 'Brain', center: 40, width: 80 },
  { name: 'Stroke', center: 35, width: 35 },
  { name: 'Subdural', center: 75, width: 215 },
  { name: 'Mediastinum', center: 40, width: 400 },
  { name: 'Lung', center: -600, width: 1500 },
  { name: 'Abdomen', center: 60, width: 400 },
  { name: 'Liver', center: 90, width: 150 },
  { name: 'Bone', center: 480, width: 2500 },
  { name: 'Angio', center: 300, width: 600 },
];

/** Presets that make sense for a DICOM modality. Only CT has values with an absolute meaning. */
export function windowPresets(modality: string): readonly WindowPreset[] {
  return modality === 'CT' ? CT_PRESETS : [];
}

/** True when the window can be applied: finite centre, and a width its function allows. */
export function isUsableWindow(window: VoiWindow): boolean {
  if (!Number.isFinite(window.center) || !Number.isFinite(window.width)) return false;
  return (window.voiFunction ?? 'LINEAR') === 'LINEAR' ? window.width >= 1 : window.width > 0;
}

/**
 * Displayed intensity, 0 (dark) to 1 (bright), of one modality value.
 * LINEAR shifts the centre by half and narrows the width by one, as the standard's formula does; the
 * other two do not.
 */
export function applyWindow(value: number, window: VoiWindow): number {
  const { center, width } = window;
  switch (window.voiFunction ?? 'LINEAR') {
    case 'SIGMOID':
      return 1 / (1 + Math.exp((-4 * (value - center)) / width));
    case 'LINEAR_EXACT':
      if (value <= center - width / 2) return 0;
      if (value > center + width / 2) return 1;
      return (value - center) / width + 0.5;
    case 'LINEAR': {
      const middle = center - 0.5;
      const span = width - 1;
      if (value <= middle - span / 2) return 0;
      if (value > middle + span / 2) return 1;
      return (value - middle) / span + 0.5;
    }
  }
}

/** The window that shows exactly the values from `low` to `high`, for the LINEAR function. */
export function windowFromRange(low: number, high: number): VoiWindow {
  const width = Math.max(1, high - low + 1);
  return { center: low + width / 2, width };
}

const BINS = 4096;

/**
 * A window for images that bring none: from the first to the 99th percentile, so that a few extreme pixels
 * do not flatten the rest. NaN, infinite and padding values are left out. With `counts`, value i stands for that many
 * pixels.
 * @returns null when no usable value remains.
 */
export function autoWindow(
  values: ArrayLike<number>,
  options: {
    readonly lowFraction?: number;
    readonly highFraction?: number;
    readonly padding?: number;
    readonly counts?: ArrayLike<number>;
  } = {},
): VoiWindow | null {
  const { lowFraction = 0.01, highFraction = 0.99, padding, counts } = options;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value) || value === padding) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    count += counts?.[i] ?? 1;
  }
  if (count === 0) return null;
  if (max === min) return windowFromRange(min, max);

  const histogram = new Uint32Array(BINS);
  const scale = (BINS - 1) / (max - min);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value) || value === padding) continue;
    const bin = Math.round((value - min) * scale);
    histogram[bin] = (histogram[bin] ?? 0) + (counts?.[i] ?? 1);
  }
  const low = min + binAtFraction(histogram, count * lowFraction) / scale;
  const high = min + binAtFraction(histogram, count * highFraction) / scale;
  // Values below one unit apart (SUV, parametric maps) need the function without the half-unit shift.
  if (high - low < 4) {
    return { center: (low + high) / 2, width: Math.max(high - low, (max - min) / BINS), voiFunction: 'LINEAR_EXACT' };
  }
  return windowFromRange(Math.floor(low), Math.ceil(high));
}

function binAtFraction(histogram: Uint32Array, wanted: number): number {
  let seen = 0;
  for (let bin = 0; bin < histogram.length; bin++) {
    seen += histogram[bin] ?? 0;
    if (seen > wanted) return bin;
  }
  return histogram.length - 1;
}
