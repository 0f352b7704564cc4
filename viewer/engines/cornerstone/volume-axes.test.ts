import { expect, it } from 'vitest';
import { dot } from '#shared/imaging/volume-sampling.ts';
import { isOblique, normalOf, STANDARD_AXES, turned, turnedAbout } from './volume-axes.ts';

it('turns right-handed about an axis', () => {
  const [x, y, z] = turned([1, 0, 0], [0, 0, 1], 90);
  expect(x).toBeCloseTo(0, 12);
  expect(y).toBeCloseTo(1, 12);
  expect(z).toBeCloseTo(0, 12);
});

it('turns the other two planes and leaves all at right angles', () => {
  const axes = turnedAbout(STANDARD_AXES, 'axial', 30);
  expect(axes.axial).toBe(STANDARD_AXES.axial);
  expect([isOblique(axes.axial), isOblique(axes.coronal), isOblique(axes.sagittal)]).toEqual([false, true, true]);
  expect(dot(axes.coronal.right, axes.coronal.down)).toBeCloseTo(0, 12);
  expect(dot(normalOf(axes.coronal), normalOf(axes.sagittal))).toBeCloseTo(0, 12);
  const back = turnedAbout(axes, 'axial', -30);
  for (const [i, part] of back.coronal.right.entries()) {
    expect(part).toBeCloseTo(STANDARD_AXES.coronal.right[i] ?? 0, 12);
  }
});
