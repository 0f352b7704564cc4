import { describe, expect, it } from 'vitest';
import type { Geometry } from '#shared/annotation/geometry.ts';
import type { FrameDescription } from './frame-description.ts';
import { measureMark, probeText } from './measure-mark.ts';

const ct = {
  modality: 'CT',
  rows: 4,
  columns: 4,
  samplesPerPixel: 1,
  isColor: false,
  photometricInterpretation: 'MONOCHROME2',
  rescaleSlope: 1,
  rescaleIntercept: 0,
  display: { modalityLut: null, turned: false },
  calibration: { kind: 'mm-per-pixel', rowMm: 2, columnMm: 0.5, source: 'PixelSpacing' },
  meaning: { unit: "[hnsf'U]", provenance: 'modality-rescale' },
} as unknown as FrameDescription;
const values = Int16Array.from({ length: 16 }, (_, i) => i * 10 - 50);

describe('measureMark', () => {
  it('measures a line with the spacing of each direction', () => {
    expect(measureMark({ kind: 'line', from: [0, 0], to: [4, 0] }, ct, values)).toEqual([
      { name: 'length', value: 2, unit: 'mm', provenance: 'PixelSpacing' },
    ]);
    expect(measureMark({ kind: 'line', from: [0, 0], to: [0, 4] }, ct, values)[0]?.value).toBe(8);
  });

  it('takes statistics over the pixels whose centre lies inside, in Hounsfield units', () => {
    // The pixels (1,1), (2,1), (1,2), (2,2): 0, 10, 40, 50.
    const measured = measureMark({ kind: 'rectangle', min: [1, 1], max: [3, 3] }, ct, values);
    expect(measured.map(({ name, value, unit }) => [name, value, unit])).toEqual([
      ['area', 4, 'mm2'],
      ['mean', 25, "[hnsf'U]"],
      ['standard-deviation', Math.sqrt(425), "[hnsf'U]"],
      ['minimum', 0, "[hnsf'U]"],
      ['maximum', 50, "[hnsf'U]"],
      ['median', 25, "[hnsf'U]"],
    ]);
  });

  it('multiplies values of PET into SUV, in statistics and under the pointer', () => {
    const pet: FrameDescription = { ...ct, meaning: { unit: 'g/ml{SUVbw}', provenance: 'pet-suv', factor: 0.1 } };
    const measured = measureMark({ kind: 'rectangle', min: [1, 1], max: [3, 3] }, pet, values);
    expect(measured.find(({ name }) => name === 'maximum')).toEqual({
      name: 'maximum',
      value: 5,
      unit: 'g/ml{SUVbw}',
      provenance: 'pet-suv',
    });
    expect(probeText([3.5, 3.5], pet, values)).toBe('10 g/ml SUVbw');
  });

  it('gives pixels, never millimetres, without a calibration', () => {
    const bare: FrameDescription = { ...ct, calibration: { kind: 'none', reason: 'the file has no spacing' } };
    expect(measureMark({ kind: 'line', from: [0, 0], to: [3, 4] }, bare, values)).toEqual([
      { name: 'length', value: 5, unit: 'px', provenance: 'uncalibrated' },
    ]);
  });

  it('gives no statistics of colour, of an image that is not decoded, and of a region between pixel centres', () => {
    const region: Geometry = { kind: 'rectangle', min: [1, 1], max: [3, 3] };
    expect(measureMark(region, { ...ct, meaning: null }, values)).toHaveLength(1);
    expect(measureMark(region, ct, null)).toHaveLength(1);
    expect(measureMark({ kind: 'rectangle', min: [1.6, 1.6], max: [2.4, 2.4] }, ct, values)).toHaveLength(1);
  });
});

describe('probeText', () => {
  it('reads the pixel under a point', () => {
    expect(probeText([0.2, 0.9], ct, values)).toBe('−50 HU');
    expect(probeText([3.99, 3.99], ct, values)).toBe('100 HU');
    expect(probeText([0, 0], { ...ct, rescaleIntercept: -1024 }, [24])).toBe('−1000 HU');
  });

  it('says no unit of other modalities, and three samples of colour', () => {
    expect(probeText([0, 0], { ...ct, meaning: { unit: '1', provenance: 'stored-values' } }, [2.345])).toBe('2.345');
    const colors = Uint8Array.from({ length: 48 }, (_, i) => i);
    expect(probeText([1, 0], { ...ct, isColor: true, meaning: null }, colors)).toBe('R 3 G 4 B 5');
    expect(probeText([1, 0], { ...ct, meaning: null }, values)).toBeNull();
  });

  it('says nothing outside of the image', () => {
    expect(probeText([-0.1, 1], ct, values)).toBeNull();
    expect(probeText([4, 1], ct, values)).toBeNull();
    expect(probeText([1, 4], ct, values)).toBeNull();
  });
});
