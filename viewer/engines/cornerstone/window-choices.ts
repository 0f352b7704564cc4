import { autoWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { FrameDescription } from './frame-description.ts';

/** One row of the presets menu. `window` is null for the one that is computed from the pixels. */
export interface WindowChoice {
  readonly name: string;
  readonly key: string | null;
  readonly window: VoiWindow | null;
}

const CT_CHOICES: readonly WindowChoice[] = [
  { name: 'Soft tissue', key: '1', window: { center: 40, width: 400 } },
  { name: 'Lung', key: '2', window: { center: -600, width: 1500 } },
  { name: 'Bone', key: '3', window: { center: 400, width: 1800 } },
  { name: 'Brain', key: '4', window: { center: 40, width: 80 } },
  { name: 'Mediastinum', key: '5', window: { center: 50, width: 350 } },
  { name: 'Liver', key: '6', window: { center: 80, width: 150 } },
];

/** Colour frames are shown as they are: 0 black, 255 white. */
export const COLOR_WINDOW: VoiWindow = { center: 128, width: 256 };

/** The windows a reader may choose: presets where values have an absolute meaning, those of the file, and automatic. */
export function windowChoices(description: FrameDescription): readonly WindowChoice[] {
  if (description.samplesPerPixel > 1 || description.palette !== null) return [];
  const presets = description.modality === 'CT' && description.meaning?.unit === "[hnsf'U]" ? CT_CHOICES : [];
  const stored = description.windows.map(
    (window, i): Omit<WindowChoice, 'key'> => ({
      name: i === 0 ? 'As stored' : `As stored, ${i + 1}`,
      window,
    }),
  );
  const others = [...stored, { name: 'Automatic', window: null }].map((choice, i) => ({
    ...choice,
    key: presets.length + i < 9 ? String(presets.length + i + 1) : null,
  }));
  return [...presets, ...others];
}

const SAMPLES_PER_SLICE = 65_536;

/**
 * A window over several slices, since a first slice may be blank: percentiles of a sample of each; never 1/1.
 * `slices` are modality values; `paddingValue` (modality units) is left out.
 */
export function windowOverSlices(slices: readonly ArrayLike<number>[], paddingValue: number | null): VoiWindow {
  const sample: number[] = [];
  for (const values of slices) {
    const stride = Math.max(1, Math.floor(values.length / SAMPLES_PER_SLICE));
    for (let i = 0; i < values.length; i += stride) sample.push(values[i] ?? 0);
  }
  // Much of a picture is air: a lower share would cut off what is bright in the rest.
  const share = { lowFraction: 0.005, highFraction: 0.998 };
  const found = autoWindow(sample, paddingValue === null ? share : { ...share, padding: paddingValue });
  return found === null || found.width <= 0 ? { center: 128, width: 256 } : found;
}

/** The window as the range of values from black to white (PS3.3 C.11.2.1.2; narrow windows without the half-unit shift). */
export function rangeOfWindow({ center, width, voiFunction }: VoiWindow): { lower: number; upper: number } {
  if (voiFunction === 'LINEAR_EXACT' || width < 2) return { lower: center - width / 2, upper: center + width / 2 };
  return { lower: center - 0.5 - (width - 1) / 2, upper: center - 0.5 + (width - 1) / 2 };
}
