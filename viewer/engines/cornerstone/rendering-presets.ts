/**
 * Presets of Cornerstone (from 3D Slicer) that are offered; those for MR expect values of about 0 to 255. Its
 * CT-Soft-Tissue is left out: unshaded, and black where its opacity begins, it makes a dark speckled shell of a body.
 */
const CT_PRESETS = [
  'CT-Bone',
  'CT-Muscle',
  'CT-Lung',
  'CT-MIP',
  'CT-Chest-Contrast-Enhanced',
  'CT-Chest-Vessels',
  'CT-Coronary-Arteries',
  'CT-Pulmonary-Arteries',
  'CT-AAA',
  'CT-Cardiac',
  'CT-Liver-Vasculature',
  'CT-Fat',
  'CT-Air',
] as const;
const OTHER_PRESETS = ['MR-Default', 'MR-MIP', 'MR-Angio', 'MR-T2-Brain'] as const;

export type RenderingPreset = (typeof CT_PRESETS)[number] | (typeof OTHER_PRESETS)[number];

/** The presets of a modality, the usual one first. CT is in Hounsfield units; what is not is brought to 0 to 255. */
export function presetsOf(modality: string): readonly [RenderingPreset, ...RenderingPreset[]] {
  return modality === 'CT' ? CT_PRESETS : OTHER_PRESETS;
}

/** True for presets that show the brightest voxel of each ray, false for those that add up along it. */
export function isProjection(preset: RenderingPreset): boolean {
  return preset.endsWith('-MIP');
}

/** Of so many values the brightest hundredth is beyond 255, the darkest below 0. */
const SAMPLES = 50_000;
const FULL = 255;

/** How modality values are brought to what the presets expect. */
export function presetScale(modality: string, slices: readonly ArrayLike<number>[]): (value: number) => number {
  if (modality === 'CT') return (value) => value;
  const count = slices.reduce((sum, { length }) => sum + length, 0);
  const step = Math.max(1, Math.floor(count / SAMPLES));
  const seen: number[] = [];
  for (const slice of slices) for (let i = 0; i < slice.length; i += step) seen.push(slice[i] ?? 0);
  seen.sort((a, b) => a - b);
  const low = seen[Math.floor(seen.length * 0.01)] ?? 0;
  const high = seen[Math.floor(seen.length * 0.99)] ?? 1;
  const range = high > low ? high - low : 1;
  return (value) => ((value - low) / range) * FULL;
}
