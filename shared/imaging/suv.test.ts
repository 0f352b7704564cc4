import { describe, expect, it } from 'vitest';
import { type PetAttributes, suvOf } from './suv.ts';

/** As a real image of a breast study with FLT states it. */
const pet: PetAttributes = {
  units: 'BQML',
  suvType: null,
  correctedImage: ['NORM', 'DTIM', 'ATTN', 'SCAT', 'RADL', 'DECY'],
  decayCorrection: 'START',
  seriesDate: '19600614',
  seriesTime: '152316.921000',
  acquisitionDate: '19600614',
  acquisitionTime: '152316.921000',
  radiopharmaceuticalStartTime: '141700.000000',
  radiopharmaceuticalStartDateTime: null,
  totalDoseBq: 178_340_011.59668,
  halfLifeSeconds: 6586.2,
  weightKg: 69.7344,
  heightM: null,
  sex: 'F',
};

describe('suvOf', () => {
  it('divides by the dose that is left at the beginning of the scan, over the body weight', () => {
    const suv = suvOf('bw', pet);
    if ('refusal' in suv) throw new Error(suv.refusal);
    // 69.7344 kg · 1000 / (178340011.6 Bq · 2^(−3976.921 / 6586.2)), computed apart.
    expect(suv.factor).toBeCloseTo(0.0005942485308006249, 15);
    expect(suv.unit).toBe('g/ml');
    expect(suv.formula).toContain('2^(−3977 s / 6586.2 s)');
    expect(suv.fields).toContain('RadiopharmaceuticalStartTime');
  });

  it('takes lean mass and body surface from height and sex', () => {
    const tall = { ...pet, weightKg: 80, heightM: 1.75, sex: 'M', decayCorrection: 'ADMIN', totalDoseBq: 1e6 };
    const lbm = suvOf('lbm', tall);
    const bsa = suvOf('bsa', tall);
    if ('refusal' in lbm || 'refusal' in bsa) throw new Error('refused');
    expect(lbm.factor * 1e6).toBeCloseTo(60_182.842, 2);
    expect(bsa.factor * 1e6).toBeCloseTo(19_560.6, 1);
    expect(bsa.unit).toBe('cm2/ml');
  });

  it('knows an injection before midnight, and one whose date is stated', () => {
    const night = { ...pet, seriesTime: '003000', acquisitionTime: '003000', radiopharmaceuticalStartTime: '233000' };
    const stated = { ...night, seriesDate: '19600615', acquisitionDate: '19600615' };
    const byTime = suvOf('bw', night);
    const byDate = suvOf('bw', { ...stated, radiopharmaceuticalStartDateTime: '19600614233000.00' });
    if ('refusal' in byTime || 'refusal' in byDate) throw new Error('refused');
    expect(byTime.factor).toBeCloseTo(byDate.factor, 15);
    expect(byDate.fields).toContain('RadiopharmaceuticalStartDateTime');
  });

  it('takes values that are SUV already as they are, of their own kind alone', () => {
    const made = { ...pet, units: 'GML', suvType: 'BW' };
    expect(suvOf('bw', made)).toMatchObject({ factor: 1, unit: 'g/ml' });
    expect(suvOf('lbm', made)).toMatchObject({ refusal: expect.stringMatching(/GML/) });
    expect(suvOf('bsa', { ...pet, units: 'CM2ML' })).toMatchObject({ factor: 1, unit: 'cm2/ml' });
  });

  it.each<[Partial<PetAttributes>, RegExp]>([
    [{ units: 'CNTS' }, /CNTS/],
    [{ units: null }, /not stated/],
    [{ correctedImage: ['DECY'] }, /attenuation/],
    [{ correctedImage: ['ATTN'] }, /decay/],
    [{ decayCorrection: 'NONE' }, /NONE/],
    [{ totalDoseBq: null }, /Total Dose/],
    [{ halfLifeSeconds: 0 }, /Half Life/],
    [{ weightKg: null }, /Weight/],
    [{ radiopharmaceuticalStartTime: null }, /injection/],
    [{ seriesTime: null }, /Series Date and Time/],
    [{ seriesTime: '160000' }, /later than Acquisition/],
    [{ radiopharmaceuticalStartDateTime: '19600612141700' }, /more than a day/],
  ])('refuses with the reason: %j', (change, reason) => {
    const suv = suvOf('bw', { ...pet, ...change });
    expect('refusal' in suv ? suv.refusal : 'no refusal').toMatch(reason);
  });

  it('refuses lean mass and body surface without height or sex', () => {
    expect(suvOf('bsa', pet)).toMatchObject({ refusal: expect.stringMatching(/height/) });
    expect(suvOf('lbm', { ...pet, heightM: 1.6, sex: 'O' })).toMatchObject({ refusal: expect.stringMatching(/Sex/) });
  });
});
