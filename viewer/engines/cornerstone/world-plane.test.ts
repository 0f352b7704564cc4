import { expect, it } from 'vitest';
import { imagePlaneOf, pixelToPatient } from '#shared/imaging/image-plane.ts';
import type { FrameDescription } from './frame-description.ts';
import { cornerPointOf, crossProduct, worldDirectionOf, worldPlaneOf, worldPointOf } from './world-plane.ts';

const plane = imagePlaneOf({
  imagePositionPatient: [-17.3, 42.5, 11],
  imageOrientationPatient: [0.8, 0.6, 0, 0, 0, -1],
  pixelSpacing: [0.8, 0.5],
});
const description = { plane, pixelShape: { width: 0.5, height: 0.8 } } as FrameDescription;

it('puts the image point (0, 0) half a pixel before Image Position (PS3.3 C.7.6.2.1.1)', () => {
  if (plane === null) throw new Error('no plane');
  const world = worldPlaneOf(description);
  const corner = worldPointOf(world, [0, 0]);
  const wanted = pixelToPatient(plane, { column: -0.5, row: -0.5 });
  for (const axis of [0, 1, 2] as const) expect(corner[axis]).toBeCloseTo(wanted[axis], 12);
  expect(worldPointOf(world, [0.5, 0.5])).toEqual([-17.3, 42.5, 11]);
  expect(cornerPointOf(world, [0, 0])).toEqual([-17.3, 42.5, 11]);
});

it('has its normal along rows × columns', () => {
  const world = worldPlaneOf(description);
  const normal = crossProduct(worldDirectionOf(world, [1, 0]), worldDirectionOf(world, [0, 1]));
  expect(normal.map((value) => Number(value.toFixed(12)))).toEqual([-0.6, 0.8, 0]);
});

it('lies in pixels when the frame has no plane', () => {
  const world = worldPlaneOf({ plane: null, pixelShape: { width: 1, height: 1 } } as FrameDescription);
  expect(worldPointOf(world, [3, 4])).toEqual([2.5, 3.5, 0]);
});
