import { describe, expect, it } from 'vitest';
import { imagePlaneOf, type PatientVector } from './image-plane.ts';
import { volumeGeometry } from './volume-geometry.ts';
import {
  distanceMm,
  type PicturePlane,
  pictureOfPoint,
  pointOfPicture,
  pointOfVoxel,
  samplePicture,
  type Volume,
  valueOfVoxel,
  voxelAt,
} from './volume-sampling.ts';

const COLUMNS = 6;
const ROWS = 5;
const POSITIONS = [0, 1.5, 4, 5];
const SHEAR = 0.3;
/** A field that is linear in patient space: trilinear interpolation must give it back anywhere. */
const field = ([x, y, z]: PatientVector): number => 3 * x - 2 * y + 7 * z + 10;

function linearVolume(shear: number): Volume {
  const planes = POSITIONS.map((z) =>
    imagePlaneOf({
      imagePositionPatient: [10, -4 + z * shear, z],
      imageOrientationPatient: [1, 0, 0, 0, 1, 0],
      pixelSpacing: [0.8, 0.5],
    }),
  );
  const geometry = volumeGeometry(
    planes.map((plane) => ({ columns: COLUMNS, rows: ROWS, plane, frameOfReferenceUid: '1' })),
  );
  if ('refusal' in geometry) throw new Error(geometry.refusal);
  const slices = POSITIONS.map((_, slice) =>
    Float64Array.from({ length: COLUMNS * ROWS }, (_value, i) =>
      field(pointOfVoxel(geometry, { column: i % COLUMNS, row: Math.floor(i / COLUMNS), slice })),
    ),
  );
  return { geometry, slices };
}
const plane = (change: Partial<PicturePlane> = {}): PicturePlane => ({
  ...{ center: [11, -2, 2] as PatientVector, right: [1, 0, 0], down: [0, 0, -1], width: 9, height: 9 },
  ...{ mmPerPixel: 0.3, slabMm: 0, slabMode: 'mean' },
  ...change,
});

describe('samplePicture', () => {
  it.each([0, SHEAR])('gives a linear field back on oblique planes, slices sheared by %d', (shear) => {
    const volume = linearVolume(shear);
    const h = Math.SQRT1_2;
    for (const oblique of [plane(), plane({ right: [h, h, 0] }), plane({ right: [h, 0, h], down: [0, 1, 0] })]) {
      const picture = samplePicture(volume, oblique);
      let inside = 0;
      picture.forEach((value, at) => {
        if (Number.isNaN(value)) return;
        const [x, y] = [at % oblique.width, Math.floor(at / oblique.width)];
        const point = pointOfPicture(oblique, x, y);
        // Half a voxel beyond the last centres the nearest value holds.
        const [column, row] = [(point[0] - 10) / 0.5, (point[1] + 4 - point[2] * shear) / 0.8];
        if (column < 0 || column > COLUMNS - 1 || row < 0.9 || row > ROWS - 1.9 || point[2] < 0 || point[2] > 5) return;
        inside += 1;
        expect(value).toBeCloseTo(field(point), 4);
      });
      expect(inside).toBeGreaterThan(20);
    }
  });

  it('shows the stored values on the slices themselves', () => {
    const volume = linearVolume(0);
    const axial = plane({
      ...{ center: pointOfVoxel(volume.geometry, { column: 2, row: 2, slice: 2 }), down: [0, 1, 0] },
      ...{ width: 1, height: 1 },
    });
    const stored = valueOfVoxel(volume, { column: 2, row: 2, slice: 2 }) ?? Number.NaN;
    expect(samplePicture(volume, axial)[0]).toBe(Math.fround(stored));
  });

  it('takes the largest, smallest and mean value of a slab', () => {
    const volume = linearVolume(0);
    const center = pointOfVoxel(volume.geometry, { column: 2, row: 2, slice: 1 });
    const slab = (slabMode: PicturePlane['slabMode']) =>
      samplePicture(volume, plane({ center, down: [0, 1, 0], width: 1, height: 1, slabMm: 2, slabMode }))[0];
    const middle = field(center);
    expect(slab('maximum')).toBeCloseTo(middle + 7, 4);
    expect(slab('minimum')).toBeCloseTo(middle - 7, 4);
    expect(slab('mean')).toBeCloseTo(middle, 4);
  });

  it('is empty outside of the volume', () => {
    const far = samplePicture(linearVolume(0), plane({ center: [100, 100, 100] }));
    expect(far.every(Number.isNaN)).toBe(true);
  });
});

describe('points', () => {
  it('go to a picture and back, and keep their distances to 1e-3 mm across planes', () => {
    const axial = plane({ down: [0, 1, 0] });
    const h = Math.SQRT1_2;
    const oblique = plane({ right: [h, h, 0], down: [0, 0, -1] });
    const [a, b] = [pointOfPicture(axial, 1, 7), pointOfPicture(oblique, 6.5, 2)];
    const there = pictureOfPoint(oblique, b);
    expect([there.x, there.y, there.distanceMm].map((one) => Math.abs(Math.round(one * 1e9) / 1e9))).toEqual([
      6.5, 2, 0,
    ]);
    const again = pointOfPicture(oblique, there.x, there.y);
    expect(Math.abs(distanceMm(a, again) - distanceMm(a, b))).toBeLessThan(1e-3);
    expect(distanceMm(pointOfPicture(axial, 0, 0), pointOfPicture(axial, 8, 0))).toBeCloseTo(8 * 0.3, 9);
  });

  it('find the voxel they lie in, also in sheared slices, and none outside', () => {
    const { geometry } = linearVolume(SHEAR);
    const voxel = { column: 3, row: 1, slice: 2 };
    const [x, y, z] = pointOfVoxel(geometry, voxel);
    expect(voxelAt({ geometry }, [x + 0.2, y - 0.3, z + 0.4])).toEqual(voxel);
    expect(voxelAt({ geometry }, [x, y, 9])).toBeNull();
    expect(voxelAt({ geometry }, [x + 9, y, z])).toBeNull();
  });
});
