/** Growing a region through a volume from one voxel, over neighbours of like value. */
import type { ValueRange } from './brush.ts';
import type { Mask } from './mask-runs.ts';

/** Slices in the order of their positions, modality values row by row. */
export interface GrownVolume {
  readonly columns: number;
  readonly rows: number;
  readonly columnSpacingMm: number;
  readonly rowSpacingMm: number;
  /** Along the normal, mm, growing; one a slice. */
  readonly positionsMm: readonly number[];
  readonly slices: readonly ArrayLike<number>[];
}

export interface VoxelPlace {
  readonly column: number;
  readonly row: number;
  readonly slice: number;
}

export interface GrownRegion {
  /** The slices that were reached, by their place. */
  readonly masks: ReadonlyMap<number, Mask>;
  readonly voxelCount: number;
  /** It met the end of its radius somewhere: there may be more of the same beyond. */
  readonly reachedRadius: boolean;
}

/**
 * Voxels that are joined to the seed by their faces, have values within `range` and lie within `radiusMm` of the seed
 * (centre to centre). Null when the seed itself is outside of the range or the volume.
 */
export function growRegion(
  volume: GrownVolume,
  seed: VoxelPlace,
  range: ValueRange,
  radiusMm: number,
): GrownRegion | null {
  const { columns, rows, slices, positionsMm } = volume;
  const seedPlace = seed.row * columns + seed.column;
  const value = slices[seed.slice]?.[seedPlace];
  const onGrid = seed.column >= 0 && seed.row >= 0 && seed.column < columns && seed.row < rows;
  if (!onGrid || value === undefined || !(value >= range.lower && value <= range.upper)) return null;
  const masks = new Map<number, Mask>();
  const from = positionsMm[seed.slice] ?? 0;
  let [voxelCount, reachedRadius] = [0, false];
  const stack: number[] = [];
  const visit = (column: number, row: number, slice: number): void => {
    const values = slices[slice];
    if (values === undefined || column < 0 || row < 0 || column >= columns || row >= rows) return;
    const place = row * columns + column;
    let mask = masks.get(slice);
    if (mask?.[place] === 1) return;
    const here = values[place] ?? Number.NaN;
    if (!(here >= range.lower && here <= range.upper)) return;
    const x = (column - seed.column) * volume.columnSpacingMm;
    const y = (row - seed.row) * volume.rowSpacingMm;
    const z = (positionsMm[slice] ?? from) - from;
    if (x * x + y * y + z * z > radiusMm * radiusMm) {
      reachedRadius = true;
      return;
    }
    if (mask === undefined) {
      mask = new Uint8Array(columns * rows);
      masks.set(slice, mask);
    }
    mask[place] = 1;
    voxelCount += 1;
    stack.push(slice * columns * rows + place);
  };
  visit(seed.column, seed.row, seed.slice);
  for (let voxel = stack.pop(); voxel !== undefined; voxel = stack.pop()) {
    const slice = Math.floor(voxel / (columns * rows));
    const place = voxel - slice * columns * rows;
    const row = Math.floor(place / columns);
    const column = place - row * columns;
    visit(column + 1, row, slice);
    visit(column - 1, row, slice);
    visit(column, row + 1, slice);
    visit(column, row - 1, slice);
    visit(column, row, slice + 1);
    visit(column, row, slice - 1);
  }
  return { masks, voxelCount, reachedRadius };
}
