import { describe, expect, it } from 'vitest';
import type { FrameDescription } from './frame-description.ts';
import { rangeOfWindow, windowChoices, windowOverSlices } from './window-choices.ts';

const ct = {
  modality: 'CT',
  samplesPerPixel: 1,
  palette: null,
  meaning: { unit: "[hnsf'U]", provenance: 'modality-rescale' },
  windows: [{ center: 35, width: 100 }],
} as unknown as FrameDescription;

describe('windowChoices', () => {
  it('offers CT presets on keys 1 to 6, then what the file says, then automatic', () => {
    const choices = windowChoices(ct);
    expect(choices.slice(0, 6).map(({ key, name }) => `${key} ${name}`)).toEqual([
      '1 Soft tissue',
      '2 Lung',
      '3 Bone',
      '4 Brain',
      '5 Mediastinum',
      '6 Liver',
    ]);
    expect(choices[1]?.window).toEqual({ center: -600, width: 1500 });
    expect(choices[6]).toMatchObject({ name: 'As stored', key: '7', window: { center: 35, width: 100 } });
    expect(choices[7]).toMatchObject({ name: 'Automatic', window: null });
  });

  it('offers no Hounsfield preset where values are not Hounsfield units', () => {
    const other = windowChoices({ ...ct, meaning: { unit: '1', provenance: 'stored-values' } });
    expect(other.map(({ name }) => name)).toEqual(['As stored', 'Automatic']);
  });

  it('offers nothing for colour', () => {
    expect(windowChoices({ ...ct, samplesPerPixel: 3 })).toEqual([]);
  });
});

describe('rangeOfWindow', () => {
  it('follows the linear function of PS3.3 C.11.2.1.2', () => {
    expect(rangeOfWindow({ center: 128, width: 256 })).toEqual({ lower: 0, upper: 255 });
    expect(rangeOfWindow({ center: 40, width: 400 })).toEqual({ lower: -160, upper: 239 });
  });

  it('leaves the half unit out where a window is narrow or says so', () => {
    expect(rangeOfWindow({ center: 1, width: 1 })).toEqual({ lower: 0.5, upper: 1.5 });
    expect(rangeOfWindow({ center: 5, width: 10, voiFunction: 'LINEAR_EXACT' })).toEqual({ lower: 0, upper: 10 });
  });
});

describe('windowOverSlices', () => {
  const ramp = Float32Array.from({ length: 1000 }, (_, i) => i);

  it('covers what the slices hold together, also when the first is blank', () => {
    const { center, width } = windowOverSlices([new Float32Array(1000), ramp], null);
    expect(width).toBeGreaterThan(900);
    expect(center).toBeGreaterThan(400);
  });

  it('does not look at padding', () => {
    const padded = Float32Array.from(ramp, (value, i) => (i % 2 === 0 ? -2000 : value));
    expect(windowOverSlices([padded], -2000).center).toBeGreaterThan(400);
  });

  it('is never 1/1 and never empty', () => {
    expect(windowOverSlices([], null).width).toBeGreaterThan(1);
    expect(windowOverSlices([new Float32Array(10)], null).width).toBeGreaterThan(0);
  });
});
