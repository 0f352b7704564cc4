/** A volume as graphics cards take it: even spacing along three straight axes, whatever the slices it comes from are like. */
import type { PatientVector } from './image-plane.ts';
import type { VolumeGeometry } from './volume-geometry.ts';
import { along, dot, type PicturePlane, pointOfPicture, samplePicture, type Volume } from './volume-sampling.ts';

/** Where the voxels of an even volume lie, before any is computed. */
export interface EvenGrid {
  /** Voxels along the rows, along the columns and along the normal of the slices. */
  readonly dimensions: readonly [number, number, number];
  /** Distance of their centres, mm, in the same order. */
  readonly spacingMm: readonly [number, number, number];
  /** The centre of the first voxel. */
  readonly origin: PatientVector;
  readonly rowCosines: PatientVector;
  readonly columnCosines: PatientVector;
  readonly normal: PatientVector;
  /** True when the voxels are fewer than the slices have. */
  readonly decimated: boolean;
}

export interface GridLimits {
  readonly voxels: number;
  /** Along one axis. */
  readonly perAxis: number;
}

/** Voxels grow by this until they fit. */
const COARSER = 1.05;

/** The finest even grid within the limits that holds all of the slices; a tilted gantry makes it wider than they are. */
export function evenGrid(geometry: VolumeGeometry, limits: GridLimits): EvenGrid {
  const { rowCosines, columnCosines, normal, positionsMm, origins } = geometry;
  const across = origins.map((origin) => dot(origin, rowCosines));
  const down = origins.map((origin) => dot(origin, columnCosines));
  const [left, top, first] = [Math.min(...across), Math.min(...down), positionsMm[0] ?? 0];
  const width = Math.max(...across) - left + (geometry.columns - 1) * geometry.columnSpacingMm;
  const height = Math.max(...down) - top + (geometry.rows - 1) * geometry.rowSpacingMm;
  const depth = (positionsMm.at(-1) ?? 0) - first;
  const fine = Math.min(geometry.columnSpacingMm, geometry.rowSpacingMm);
  const gridOf = (least: number) => {
    const [inPlane, between] = [Math.max(fine, least), Math.max(geometry.meanGapMm, least)];
    const count = (mm: number, step: number): number => Math.floor(mm / step + 1e-6) + 1;
    const dimensions = [count(width, inPlane), count(height, inPlane), count(depth, between)] as const;
    return { dimensions, inPlane, between };
  };
  let least = fine;
  let grid = gridOf(least);
  const fits = ([x, y, z]: readonly [number, number, number]): boolean =>
    x * y * z <= limits.voxels && Math.max(x, y, z) <= limits.perAxis;
  while (!fits(grid.dimensions)) {
    least *= COARSER;
    grid = gridOf(least);
  }
  const { dimensions, inPlane, between } = grid;
  // What the steps leave over is shared by both ends.
  const rest = (mm: number, count: number, step: number): number => (mm - (count - 1) * step) / 2;
  const start = along([0, 0, 0], rowCosines, left + rest(width, dimensions[0], inPlane));
  const lower = along(start, columnCosines, top + rest(height, dimensions[1], inPlane));
  return {
    dimensions,
    spacingMm: [inPlane, inPlane, between],
    origin: along(lower, normal, first + rest(depth, dimensions[2], between)),
    ...{ rowCosines, columnCosines, normal },
    decimated: least > fine,
  };
}

/**
 * The values on an even grid, rows first, rounded to 16 bits after `scale`. Where no slice reaches, `outside` stands.
 * `pause` is awaited between layers, so that the page can paint and the caller can end it by throwing.
 */
export async function evenValues(
  volume: Volume,
  grid: EvenGrid,
  scale: (value: number) => number,
  outside: number,
  pause: (layer: number) => Promise<void>,
): Promise<Int16Array<ArrayBuffer>> {
  const [width, height, layers] = grid.dimensions;
  const [mmPerPixel, , gap] = grid.spacingMm;
  const values = new Int16Array(width * height * layers);
  const flat: PicturePlane = {
    ...{ center: grid.origin, right: grid.rowCosines, down: grid.columnCosines },
    ...{ width, height, mmPerPixel, slabMm: 0, slabMode: 'mean' },
  };
  // A picture is given by its middle, a grid by its first voxel.
  const middle = pointOfPicture(flat, width - 1, height - 1);
  for (let layer = 0; layer < layers; layer += 1) {
    const picture = samplePicture(volume, { ...flat, center: along(middle, grid.normal, layer * gap) });
    const at = layer * width * height;
    for (let i = 0; i < picture.length; i += 1) {
      const value = picture[i] ?? Number.NaN;
      const scaled = Number.isNaN(value) ? outside : Math.round(scale(value));
      values[at + i] = Math.min(32767, Math.max(-32768, scaled));
    }
    await pause(layer);
  }
  return values;
}
