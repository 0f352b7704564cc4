import { expect, test } from 'vitest';
import {
  edgeLetters,
  type ImagePlane,
  imagePlaneOf,
  orientationLetters,
  patientToPixel,
  pixelToPatient,
  planeNormal,
  slicePosition,
  sliceSpacing,
  sortSlices,
} from './image-plane.ts';

const AXIAL = [1, 0, 0, 0, 1, 0];
const SAGITTAL = [0, 1, 0, 0, 0, -1];
const CORONAL = [1, 0, 0, 0, 0, -1];

function plane(position: readonly number[], orientation: readonly number[] = AXIAL, spacing = [0.7, 0.5]): ImagePlane {
  const found = imagePlaneOf({
    imagePositionPatient: position,
    imageOrientationPatient: orientation,
    pixelSpacing: spacing,
  });
  if (!found) throw new Error('the test needs a plane');
  return found;
}

test('the first index is the centre of the first pixel; columns go along the row direction (PS3.3 C.7.6.2.1.1)', () => {
  const axial = plane([-100, -120, 30]);
  expect(pixelToPatient(axial, { column: 0, row: 0 })).toEqual([-100, -120, 30]);
  expect(pixelToPatient(axial, { column: 10, row: 0 })).toEqual([-95, -120, 30]);
  expect(pixelToPatient(axial, { column: 0, row: 10 })).toEqual([-100, -113, 30]);
});

test('pixel → patient → pixel comes back for an oblique plane', () => {
  const cosine = Math.cos(0.3);
  const sine = Math.sin(0.3);
  const oblique = plane([12, -7, 99], [cosine, sine, 0, -sine * cosine, cosine * cosine, sine], [0.9, 0.4]);
  for (const index of [
    { column: 0, row: 0 },
    { column: 17.25, row: 300.5 },
    { column: -3, row: 2 },
  ]) {
    const back = patientToPixel(oblique, pixelToPatient(oblique, index));
    expect(back.column).toBeCloseTo(index.column, 9);
    expect(back.row).toBeCloseTo(index.row, 9);
    expect(back.distanceMm).toBeCloseTo(0, 9);
  }
});

test('a point off the plane has its distance along the normal', () => {
  expect(patientToPixel(plane([0, 0, 0]), [1, 1.4, 5])).toEqual({ column: 2, row: 2, distanceMm: 5 });
});

test('normals: axial up, sagittal and coronal by the right hand', () => {
  expect(planeNormal(plane([0, 0, 0]))).toEqual([0, 0, 1]);
  expect(planeNormal(plane([0, 0, 0], SAGITTAL)).map((x) => x + 0)).toEqual([-1, 0, 0]);
  expect(planeNormal(plane([0, 0, 0], CORONAL)).map((x) => x + 0)).toEqual([0, 1, 0]);
  expect(slicePosition(plane([3, 4, 55]))).toBe(55);
});

test.each([
  [AXIAL, { left: 'R', right: 'L', top: 'A', bottom: 'P' }],
  [SAGITTAL, { left: 'A', right: 'P', top: 'H', bottom: 'F' }],
  [CORONAL, { left: 'R', right: 'L', top: 'H', bottom: 'F' }],
])('the edges of an image oriented %j', (orientation, letters) => {
  expect(edgeLetters(plane([0, 0, 0], orientation))).toEqual(letters);
});

test('oblique directions have several letters, strongest first', () => {
  expect(orientationLetters([0.8, -0.6, 0])).toBe('LA');
  expect(orientationLetters([-0.1, 0.2, -0.97])).toBe('FPR');
  expect(orientationLetters([0, 0, 0])).toBe('');
});

test.each([
  ['no position', { imagePositionPatient: null }],
  ['two coordinates', { imagePositionPatient: [1, 2] }],
  ['no orientation', { imageOrientationPatient: null }],
  ['zero vectors', { imageOrientationPatient: [0, 0, 0, 0, 0, 0] }],
  ['parallel vectors', { imageOrientationPatient: [1, 0, 0, 1, 0, 0] }],
  ['slanted vectors', { imageOrientationPatient: [1, 0, 0, 0.5, 0.866, 0] }],
  ['no numbers', { imageOrientationPatient: [Number.NaN, 0, 0, 0, 1, 0] }],
  ['no spacing', { pixelSpacing: null }],
  ['zero spacing', { pixelSpacing: [0, 0] }],
  ['NaN spacing', { pixelSpacing: [Number.NaN, 1] }],
])('there is no plane with %s', (_name, change) => {
  const whole = { imagePositionPatient: [0, 0, 0], imageOrientationPatient: AXIAL, pixelSpacing: [1, 1] };
  expect(imagePlaneOf({ ...whole, ...change })).toBeNull();
});

test('cosines rounded in the file are normalised', () => {
  const rounded = plane([0, 0, 0], [0.999, 0, 0, 0, 1.001, 0]);
  expect(pixelToPatient(rounded, { column: 100, row: 0 })[0]).toBeCloseTo(50, 9);
});

test('slices are ordered along the normal, whatever their numbers say', () => {
  const slices = [30, 10, 20].map((z, i) => ({ plane: plane([0, 0, z]), instanceNumber: i + 1 }));
  expect(sortSlices(slices, (slice) => slice).map((slice) => slice.instanceNumber)).toEqual([2, 3, 1]);
});

test('slices without a common orientation are ordered by instance number, those without one last', () => {
  const slices = [
    { plane: plane([0, 0, 1]), instanceNumber: null },
    { plane: plane([0, 0, 2], SAGITTAL), instanceNumber: 2 },
    { plane: null, instanceNumber: 1 },
  ];
  expect(sortSlices(slices, (slice) => slice).map((slice) => slice.instanceNumber)).toEqual([1, 2, null]);
});

test('spacing says whether slices are even and whether the gantry was tilted', () => {
  expect(sliceSpacing([0, 5, 10].map((z) => plane([0, 0, z])))).toMatchObject({
    meanMm: 5,
    even: true,
    tiltDegrees: 0,
  });
  expect(sliceSpacing([0, 5, 12].map((z) => plane([0, 0, z])))).toMatchObject({ minMm: 5, maxMm: 7, even: false });
  const tilted = sliceSpacing([0, 5, 10].map((z) => plane([0, z * Math.tan(0.3), z])));
  expect(tilted?.tiltDegrees).toBeCloseTo((0.3 * 180) / Math.PI, 6);
  expect(sliceSpacing([plane([0, 0, 0])])).toBeNull();
  expect(sliceSpacing([plane([0, 0, 0]), plane([0, 0, 1], SAGITTAL)])).toBeNull();
});
