import { expect, test } from 'vitest';
import type { ImagePlane } from './image-plane.ts';
import { areParallelPlanes, cuttingLine, imagePoint, nearestPlane, patientPoint } from './plane-intersection.ts';

const axial = (z: number): ImagePlane => ({
  ...{ origin: [-50, -50, z], rowCosines: [1, 0, 0], columnCosines: [0, 1, 0], rowSpacingMm: 1, columnSpacingMm: 1 },
});
/** 100 × 200 mm, through x = 0, rows downwards from z = 100. */
const sagittal: ImagePlane = {
  ...{
    origin: [0, -49.5, 99.5],
    rowCosines: [0, 1, 0],
    columnCosines: [0, 0, -1],
    rowSpacingMm: 1,
    columnSpacingMm: 1,
  },
};

test('an axial slice cuts a sagittal one in a level line at its height', () => {
  const line = cuttingLine({ plane: axial(40), columns: 100, rows: 100 }, sagittal);
  expect(line?.map(([, y]) => y)).toEqual([60, 60]);
  expect(line?.map(([x]) => x).toSorted((a, b) => a - b)).toEqual([-0.5, 99.5]);
});

test('parallel slices have no line, nor has an image that does not reach the plane', () => {
  expect(cuttingLine({ plane: axial(0), columns: 100, rows: 100 }, axial(5))).toBeNull();
  expect(cuttingLine({ plane: axial(0), columns: 10, rows: 100 }, sagittal)).toBeNull();
  expect(areParallelPlanes(axial(0), axial(9))).toBe(true);
  expect(areParallelPlanes(axial(0), sagittal)).toBe(false);
});

test('a point goes to the patient and back', () => {
  expect(imagePoint(sagittal, patientPoint(sagittal, [12.25, 7]))).toEqual([12.25, 7]);
});

test('the nearest slice is found by millimetres, not by its number', () => {
  const planes = [null, axial(0), axial(7), axial(8)];
  expect(nearestPlane(planes, [3, 3, 7.4])).toMatchObject({ index: 2, distanceMm: expect.closeTo(0.4) });
  expect(nearestPlane([null], [0, 0, 0])).toBeNull();
});
