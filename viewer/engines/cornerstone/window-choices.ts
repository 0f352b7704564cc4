import type { Voi } from '#shared/imaging/grey-scale.ts';
import { autoWindow, type VoiWindow } from '#shared/imaging/window.ts';
import type { PetValues } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import { suvWindows } from './pet-values.ts';

/** One row of the presets menu. `voi` is null for the window that is computed from the pixels. */
export interface WindowChoice {
  readonly name: string;
  readonly key: string | null;
  readonly voi: Voi | null;
}

interface Preset extends VoiWindow {
  readonly name: string;
}

/** HU. */
const CT_PRESETS: readonly Preset[] = [
  { name: 'Soft tissue', center: 40, width: 400 },
  { name: 'Lung', center: -600, width: 1500 },
  { name: 'Bone', center: 400, width: 1800 },
  { name: 'Brain', center: 40, width: 80 },
  { name: 'Mediastinum', center: 50, width: 350 },
  { name: 'Liver', center: 80, width: 150 },
  { name: 'Stroke', center: 35, width: 35 },
  { name: 'Angio', center: 300, width: 600 },
];
/** Shares of the width the file or the pixels give: what values mean differs from scanner to scanner. */
const RELATIVE: Readonly<
  Record<string, readonly { readonly name: string; readonly width: number; readonly center: number }[]>
> = {
  MR: [
    { name: 'Soft', width: 1.5, center: 0 },
    { name: 'Hard', width: 0.6, center: 0 },
    { name: 'Bright', width: 1, center: -0.25 },
    { name: 'Dark', width: 1, center: 0.25 },
  ],
  PT: [
    { name: 'Lower half', width: 0.5, center: -0.25 },
    { name: 'Lower quarter', width: 0.25, center: -0.375 },
  ],
  NM: [
    { name: 'Lower half', width: 0.5, center: -0.25 },
    { name: 'Upper half', width: 0.5, center: 0.25 },
  ],
  ...Object.fromEntries(
    ['CR', 'DX', 'MG', 'XA', 'RF', 'IO', 'PX'].map((modality) => [
      modality,
      [
        { name: 'Soft', width: 1.5, center: 0 },
        { name: 'Hard', width: 0.6, center: 0 },
        { name: 'Bright', width: 1, center: -0.2 },
        { name: 'Dark', width: 1, center: 0.2 },
      ],
    ]),
  ),
};

/** Colour frames are shown as they are: 0 black, 255 white. */
export const COLOR_WINDOW: VoiWindow = { center: 128, width: 256 };

/**
 * The ways to choose contrast: presets of the modality (of PET in what its values are read as), the windows and tables of the file, and automatic. `own` is the
 * window the image has by itself.
 */
export function windowChoices(
  description: FrameDescription,
  own: VoiWindow,
  pet: PetValues | null = null,
): readonly WindowChoice[] {
  const { samplesPerPixel, palette, modality, meaning, windows, display } = description;
  if (samplesPerPixel > 1 || palette !== null) return [];
  const suv = suvWindows(description, pet);
  const absolute = modality === 'CT' && meaning?.unit === "[hnsf'U]" ? CT_PRESETS : suv;
  const presets = absolute.length > 0 ? absolute : relativePresets(modality, own);
  const choices: Omit<WindowChoice, 'key'>[] = [
    ...presets.map(({ name, ...window }) => ({ name, voi: { window } })),
    ...windows.map((window, i) => ({ name: storedName(window.explanation, i), voi: { window } })),
    ...display.voiLuts.map(({ name, table }) => ({ name: `VOI LUT: ${name}`, voi: { table } })),
    { name: 'Automatic', voi: null },
  ];
  return choices.map((choice, i) => ({ ...choice, key: i < 9 ? String(i + 1) : null }));
}

function storedName(explanation: string | null, at: number): string {
  const name = at === 0 ? 'As stored' : `As stored, ${at + 1}`;
  return explanation === null ? name : `${name}: ${explanation}`;
}

function relativePresets(modality: string, own: VoiWindow): readonly Preset[] {
  return (RELATIVE[modality] ?? []).map(({ name, width, center }) => ({
    name,
    width: Math.max(own.width < 2 ? own.width / 100 : 1, own.width * width),
    center: own.center + own.width * center,
  }));
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
