import { describe, expect, it } from 'vitest';
import type { FrameDescription } from './frame-description.ts';
import { windowChoices, windowOverSlices } from './window-choices.ts';

const ct = {
  modality: 'CT',
  samplesPerPixel: 1,
  palette: null,
  meaning: { unit: "[hnsf'U]", provenance: 'modality-rescale' },
  windows: [{ center: 35, width: 100, explanation: null }],
  display: { voiLuts: [] },
} as unknown as FrameDescription;

const OWN = { center: 35, width: 100 };

describe('windowChoices', () => {
  it('offers CT presets, then what the file says, then automatic; the first nine have keys', () => {
    const choices = windowChoices(ct, OWN);
    expect(choices.slice(0, 6).map(({ key, name }) => `${key} ${name}`)).toEqual([
      '1 Soft tissue',
      '2 Lung',
      '3 Bone',
      '4 Brain',
      '5 Mediastinum',
      '6 Liver',
    ]);
    expect(choices[1]?.voi).toEqual({ window: { center: -600, width: 1500 } });
    expect(choices[8]).toMatchObject({ name: 'As stored', key: '9', voi: { window: { center: 35, width: 100 } } });
    expect(choices[9]).toMatchObject({ name: 'Automatic', key: null, voi: null });
  });

  it('offers no Hounsfield preset where values are not Hounsfield units', () => {
    const other = windowChoices({ ...ct, meaning: { unit: '1', provenance: 'stored-values' } }, OWN);
    expect(other.map(({ name }) => name)).toEqual(['As stored', 'Automatic']);
  });

  it('offers windows of PET in SUV, from nothing to a customary value, in modality units', () => {
    const pet = { ...ct, modality: 'PT', meaning: { unit: 'Bq/mL', provenance: 'modality-rescale' } } as const;
    const read = { kind: 'bw', factor: 0.0005, choices: [] } as const;
    const [, five] = windowChoices(pet, OWN, read);
    expect(five).toMatchObject({ name: 'SUVbw 0–5', key: '2' });
    expect(five?.voi).toEqual({ window: { center: 5000, width: 10_000, voiFunction: 'LINEAR_EXACT' } });
    expect(windowChoices(pet, OWN, { ...read, kind: 'modality' })[0]?.name).toBe('Lower half');
  });

  it('offers every table of the file by its explanation, and shares of the own window where values mean nothing', () => {
    const table = { firstValue: 0, entryCount: 1, entries: [0], entryBits: 8 };
    const mr = {
      ...ct,
      modality: 'MR',
      display: { voiLuts: [{ name: 'NORMAL', table }] },
    } as unknown as FrameDescription;
    const choices = windowChoices(mr, OWN);
    expect(choices.map(({ name }) => name)).toEqual([
      ...['Soft', 'Hard', 'Bright', 'Dark', 'As stored', 'VOI LUT: NORMAL', 'Automatic'],
    ]);
    expect(choices[0]?.voi).toEqual({ window: { center: 35, width: 150 } });
    expect(choices[5]?.voi).toEqual({ table });
  });

  it('offers nothing for colour', () => {
    expect(windowChoices({ ...ct, samplesPerPixel: 3 }, OWN)).toEqual([]);
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
