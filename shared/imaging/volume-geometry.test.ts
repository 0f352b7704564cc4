import { describe, expect, it } from 'vitest';
import { imagePlaneOf, type PatientVector } from './image-plane.ts';
import { type VolumeSlice, volumeGeometry } from './volume-geometry.ts';

function slice(position: PatientVector, change: Partial<VolumeSlice> = {}): VolumeSlice {
  const plane = imagePlaneOf({
    imagePositionPatient: position,
    imageOrientationPatient: [1, 0, 0, 0, 1, 0],
    pixelSpacing: [0.5, 0.5],
  });
  return { columns: 4, rows: 4, plane, frameOfReferenceUid: '1.2', ...change };
}
const stack = (positions: readonly number[], shear = 0): VolumeSlice[] =>
  positions.map((z) => slice([0, z * shear, z]));
const refusalOf = (slices: readonly VolumeSlice[]): string => {
  const geometry = volumeGeometry(slices);
  return 'refusal' in geometry ? geometry.refusal : '';
};

describe('volumeGeometry', () => {
  it('orders slices along their normal and says nothing of an even, straight stack', () => {
    const geometry = volumeGeometry(stack([6, 0, 3]));
    if ('refusal' in geometry) throw new Error(geometry.refusal);
    expect(geometry.positionsMm).toEqual([0, 3, 6]);
    expect(geometry.order).toEqual([1, 2, 0]);
    expect(geometry.corrections).toEqual([]);
    expect(geometry.tiltDegrees).toBe(0);
  });

  it('tells a tilted gantry by its angle', () => {
    const geometry = volumeGeometry(stack([0, 2, 4, 6], Math.tan((18.5 * Math.PI) / 180)));
    if ('refusal' in geometry) throw new Error(geometry.refusal);
    expect(geometry.tiltDegrees).toBeCloseTo(18.5, 6);
    expect(geometry.corrections).toEqual(['Gantry tilt of 18.5° corrected']);
  });

  it('tells uneven slices from missing ones', () => {
    const uneven = volumeGeometry(stack([0, 1, 4, 6, 12]));
    const missing = volumeGeometry(stack([0, 2, 4, 8, 10]));
    if ('refusal' in uneven || 'refusal' in missing) throw new Error('refused');
    expect(uneven.corrections).toEqual(['Uneven slices (1.00 to 6.00 mm apart) resampled']);
    expect(missing.corrections).toEqual(['Slices seem to be missing at 1 places; up to 4.0 mm interpolated']);
  });

  it('refuses with the reason', () => {
    expect(refusalOf(stack([0, 1]))).toMatch(/at least 3/);
    expect(refusalOf([...stack([0, 1]), slice([0, 0, 2], { plane: null })])).toMatch(/missing in the files/);
    expect(refusalOf([...stack([0, 1]), slice([0, 0, 2], { frameOfReferenceUid: '9' })])).toMatch(
      /frames of reference/,
    );
    expect(refusalOf([...stack([0, 1]), slice([0, 0, 2], { rows: 8 })])).toMatch(/different sizes/);
    expect(refusalOf(stack([0, 1, 1]))).toMatch(/same place/);
    expect(refusalOf(stack([0, 1, 40]))).toMatch(/39.0 mm apart/);
    const turned = imagePlaneOf({
      imagePositionPatient: [0, 0, 2],
      imageOrientationPatient: [0, 1, 0, 0, 0, 1],
      pixelSpacing: [0.5, 0.5],
    });
    expect(refusalOf([...stack([0, 1]), slice([0, 0, 2], { plane: turned })])).toMatch(/not parallel/);
    const finer = imagePlaneOf({
      imagePositionPatient: [0, 0, 2],
      imageOrientationPatient: [1, 0, 0, 0, 1, 0],
      pixelSpacing: [0.25, 0.5],
    });
    expect(refusalOf([...stack([0, 1]), slice([0, 0, 2], { plane: finer })])).toMatch(/pixel spacing/);
  });
});
