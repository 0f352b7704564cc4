import { describe, expect, test } from 'vitest';
import { type PixelValueAttributes, pixelMeaning } from './measure-pixels.ts';

const ct: PixelValueAttributes = {
  modality: 'CT',
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  rescaleSlope: 1,
  rescaleIntercept: -1024,
  rescaleType: null,
  rescaleStated: true,
  lookedUp: false,
  modalityLutType: null,
};

describe('rule 2: never a wrong unit', () => {
  test('rescaled CT values are Hounsfield units (PS3.3 C.8.2.1.1.2)', () => {
    expect(pixelMeaning(ct)).toEqual({ unit: "[hnsf'U]", provenance: 'modality-rescale' });
    expect(pixelMeaning({ ...ct, rescaleIntercept: 0 })?.unit).toBe("[hnsf'U]");
  });

  test('a CT object that states no rescale, such as a capture of the screen, has none', () => {
    const capture = { ...ct, rescaleIntercept: 0, rescaleStated: false };
    expect(pixelMeaning(capture)).toEqual({ unit: '1', provenance: 'stored-values' });
  });

  test('another rescale type, another modality: a number without a unit', () => {
    expect(pixelMeaning({ ...ct, rescaleType: 'US' })?.unit).toBe('1');
    expect(pixelMeaning({ ...ct, modality: 'PT', rescaleSlope: 0.5 })).toEqual({
      unit: '1',
      provenance: 'modality-rescale',
    });
  });

  test('values behind a Modality LUT are what the table says they are (PS3.3 C.11.1.1.2)', () => {
    const lookedUp = { ...ct, lookedUp: true };
    expect(pixelMeaning(lookedUp)).toEqual({ unit: '1', provenance: 'modality-lut' });
    expect(pixelMeaning({ ...lookedUp, modalityLutType: 'HU' })?.unit).toBe("[hnsf'U]");
    expect(pixelMeaning({ ...lookedUp, modalityLutType: 'OD' })?.unit).toBe('1');
  });

  test('nothing is claimed of colour', () => {
    expect(pixelMeaning({ ...ct, samplesPerPixel: 3, photometricInterpretation: 'RGB' })).toBeNull();
  });
});
