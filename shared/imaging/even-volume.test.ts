import { describe, expect, it } from 'vitest';
import { evenGrid, evenValues } from './even-volume.ts';
import { imagePlaneOf, type PatientVector } from './image-plane.ts';
import { volumeGeometry } from './volume-geometry.ts';
import { along, pointOfVoxel, type Volume } from './volume-sampling.ts';

const COLUMNS = 20;
const ROWS = 16;
const OUTSIDE = -1024;
const POSITIONS = [0, 1.5, 4, 5, 7];
/** Linear in the patient: interpolation must give it back anywhere, to the rounding. */
const field = ([x, y, z]: PatientVector): number => 30 * x - 20 * y + 70 * z;
const unlimited = { voxels: 1e9, perAxis: 2048 };
const noPause = (): Promise<void> => Promise.resolve();

function sheared(shear: number): Volume {
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

describe('even volume', () => {
  it.each([
    [0, 1e9],
    [0.3, 1e9],
    [0.3, 800],
  ])('has the values of the patient points its voxels lie at; shear %d, at most %d voxels', async (shear, voxels) => {
    const volume = sheared(shear);
    const grid = evenGrid(volume.geometry, { ...unlimited, voxels });
    const values = await evenValues(volume, grid, (value) => value, OUTSIDE, noPause);
    const [width, height, layers] = grid.dimensions;
    const [dx, dy, dz] = grid.spacingMm;
    expect(values.length).toBe(width * height * layers);
    expect(values.length).toBeLessThanOrEqual(voxels);
    expect(grid.decimated).toBe(voxels === 800);
    let inside = 0;
    for (let i = 0; i < values.length; i += 1) {
      if (values[i] === OUTSIDE) continue;
      const [x, y, z] = [i % width, Math.floor(i / width) % height, Math.floor(i / width / height)];
      const across = along(grid.origin, grid.rowCosines, x * dx);
      const point = along(along(across, grid.columnCosines, y * dy), grid.normal, z * dz);
      // Half a pixel around a slice repeats its border, and not every tilted slice reaches it.
      const fromEdge = (at: number, count: number, step: number): number => Math.min(at, count - 1 - at) * step;
      if (fromEdge(y, height, dy) < 3 || fromEdge(x, width, dx) < 1) continue;
      expect(Math.abs((values[i] ?? 0) - field(point))).toBeLessThanOrEqual(0.51);
      inside += 1;
    }
    expect(inside).toBeGreaterThan(values.length * 0.2);
  });

  it('keeps the extent when voxels grow, and every axis within its limit', () => {
    const { geometry } = sheared(0);
    const grid = evenGrid(geometry, { voxels: 1e9, perAxis: 8 });
    expect(Math.max(...grid.dimensions)).toBeLessThanOrEqual(8);
    expect(grid.dimensions[0] * grid.spacingMm[0]).toBeCloseTo(COLUMNS * 0.5, -1);
  });

  it('is ended by whoever pauses it', async () => {
    const volume = sheared(0);
    const grid = evenGrid(volume.geometry, unlimited);
    const stop = (): Promise<void> => Promise.reject(new Error('closed'));
    await expect(evenValues(volume, grid, (value) => value, OUTSIDE, stop)).rejects.toThrow('closed');
  });
});
