/**
 * Values of a volume at patient points and over planes. Every slice is taken where it lies: between two slices the value
 * is interpolated along their common normal, so a tilted gantry and uneven spacing need no resampling beforehand.
 */
import type { PatientVector } from './image-plane.ts';
import type { VolumeGeometry } from './volume-geometry.ts';

export interface Volume {
  readonly geometry: VolumeGeometry;
  /** Values of each slice, row by row, in the order of the geometry. */
  readonly slices: readonly ArrayLike<number>[];
}

export const SLAB_MODES = ['mean', 'maximum', 'minimum'] as const;
export type SlabMode = (typeof SLAB_MODES)[number];

/** A picture through a volume. Its axes are unit vectors at right angles; pixels are square. */
export interface PicturePlane {
  /** The middle of the picture. */
  readonly center: PatientVector;
  readonly right: PatientVector;
  readonly down: PatientVector;
  readonly width: number;
  readonly height: number;
  readonly mmPerPixel: number;
  /** 0 for a plane without thickness. */
  readonly slabMm: number;
  readonly slabMode: SlabMode;
}

/** Whole indices of a voxel; slices in the order of the geometry. */
export interface Voxel {
  readonly column: number;
  readonly row: number;
  readonly slice: number;
}

/** The patient point under a pixel of a picture; whole numbers are the centres of pixels. */
export function pointOfPicture(plane: PicturePlane, x: number, y: number): PatientVector {
  const across = (x - (plane.width - 1) / 2) * plane.mmPerPixel;
  const downwards = (y - (plane.height - 1) / 2) * plane.mmPerPixel;
  return along(along(plane.center, plane.right, across), plane.down, downwards);
}

/** Where a patient point lies in a picture, and how far it is from its plane, mm. */
export function pictureOfPoint(
  plane: PicturePlane,
  point: PatientVector,
): { readonly x: number; readonly y: number; readonly distanceMm: number } {
  const offset = minus(point, plane.center);
  return {
    x: dot(offset, plane.right) / plane.mmPerPixel + (plane.width - 1) / 2,
    y: dot(offset, plane.down) / plane.mmPerPixel + (plane.height - 1) / 2,
    distanceMm: dot(offset, cross(plane.right, plane.down)),
  };
}

/** Distance of two patient points, mm. */
export function distanceMm(a: PatientVector, b: PatientVector): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** The voxel whose centre is nearest to a point; null outside of the volume. */
export function voxelAt({ geometry }: Pick<Volume, 'geometry'>, point: PatientVector): Voxel | null {
  const { normal, positionsMm, meanGapMm } = geometry;
  const position = dot(point, normal);
  let slice = 0;
  positionsMm.forEach((at, index) => {
    if (Math.abs(at - position) < Math.abs((positionsMm[slice] ?? 0) - position)) slice = index;
  });
  if (isBeyond(positionsMm, position, meanGapMm / 2)) return null;
  const { column, row } = inSlice(geometry, slice, point);
  const voxel = { column: Math.round(column), row: Math.round(row), slice };
  return isInside(geometry, voxel.column, voxel.row) ? voxel : null;
}

/** The centre of a voxel. */
export function pointOfVoxel(geometry: VolumeGeometry, { column, row, slice }: Voxel): PatientVector {
  const origin = geometry.origins[slice] ?? [0, 0, 0];
  const across = along(origin, geometry.rowCosines, column * geometry.columnSpacingMm);
  return along(across, geometry.columnCosines, row * geometry.rowSpacingMm);
}

/** The value stored for a voxel. */
export function valueOfVoxel({ geometry, slices }: Volume, { column, row, slice }: Voxel): number | null {
  return slices[slice]?.[row * geometry.columns + column] ?? null;
}

/** The patient point in the middle of the volume. */
export function middleOf(geometry: VolumeGeometry): PatientVector {
  const { columns, rows, origins } = geometry;
  const slice = Math.floor((origins.length - 1) / 2);
  return pointOfVoxel(geometry, { column: Math.floor(columns / 2), row: Math.floor(rows / 2), slice });
}

/**
 * A picture of the volume: bilinear within slices, linear between them. NaN outside. With a thickness, the mean, the
 * largest or the smallest value along the normal of the picture, sampled as densely as the volume is.
 */
export function samplePicture(volume: Volume, plane: PicturePlane): Float32Array {
  const picture = new Float32Array(plane.width * plane.height).fill(Number.NaN);
  const { slabMm, slabMode } = plane;
  const { columnSpacingMm, rowSpacingMm, meanGapMm } = volume.geometry;
  const step = Math.min(columnSpacingMm, rowSpacingMm, meanGapMm);
  const layers = slabMm <= 0 ? 1 : Math.max(2, Math.ceil(slabMm / step) + 1);
  const normal = cross(plane.right, plane.down);
  const counts = slabMode === 'mean' && layers > 1 ? new Uint16Array(picture.length) : null;
  const layer = layers === 1 ? picture : new Float32Array(picture.length);
  for (let i = 0; i < layers; i += 1) {
    const offset = layers === 1 ? 0 : (i / (layers - 1) - 0.5) * slabMm;
    sampleLayer(volume, { ...plane, center: along(plane.center, normal, offset) }, layer);
    if (layers > 1) merge(picture, layer, slabMode, counts);
  }
  if (counts !== null) for (let i = 0; i < picture.length; i += 1) picture[i] = (picture[i] ?? 0) / (counts[i] ?? 1);
  return picture;
}

function merge(into: Float32Array, layer: Float32Array, mode: SlabMode, counts: Uint16Array | null): void {
  for (let i = 0; i < into.length; i += 1) {
    const value = layer[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const before = into[i] ?? Number.NaN;
    if (counts !== null) counts[i] = (counts[i] ?? 0) + 1;
    if (Number.isNaN(before)) into[i] = value;
    else if (mode === 'mean') into[i] = before + value;
    else into[i] = mode === 'maximum' ? Math.max(before, value) : Math.min(before, value);
  }
}

/** Walks the picture row by row; indices grow by the same steps from pixel to pixel. */
function sampleLayer({ geometry, slices }: Volume, plane: PicturePlane, out: Float32Array): void {
  const { columns, rows, positionsMm, origins, rowCosines, columnCosines, normal } = geometry;
  const { columnSpacingMm, rowSpacingMm } = geometry;
  const lastSlice = positionsMm.length - 1;
  // Column and row of a point are these, less what its slice begins with.
  const originColumns = origins.map((origin) => dot(origin, rowCosines) / columnSpacingMm);
  const originRows = origins.map((origin) => dot(origin, columnCosines) / rowSpacingMm);
  const stepColumn = (dot(plane.right, rowCosines) * plane.mmPerPixel) / columnSpacingMm;
  const stepRow = (dot(plane.right, columnCosines) * plane.mmPerPixel) / rowSpacingMm;
  const stepPosition = dot(plane.right, normal) * plane.mmPerPixel;
  const bilinear = (slice: number, column: number, row: number): number => {
    const values = slices[slice];
    const [x, y] = [column - (originColumns[slice] ?? 0), row - (originRows[slice] ?? 0)];
    if (values === undefined || x < -0.5 || y < -0.5 || x > columns - 0.5 || y > rows - 0.5) return Number.NaN;
    const [left, top] = [
      Math.min(Math.max(Math.floor(x), 0), columns - 1),
      Math.min(Math.max(Math.floor(y), 0), rows - 1),
    ];
    const [fx, fy] = [Math.min(Math.max(x - left, 0), 1), Math.min(Math.max(y - top, 0), 1)];
    const rightwards = left < columns - 1 ? 1 : 0;
    const at = top * columns + left;
    const below = top < rows - 1 ? at + columns : at;
    const upper = (values[at] ?? 0) * (1 - fx) + (values[at + rightwards] ?? 0) * fx;
    const lower = (values[below] ?? 0) * (1 - fx) + (values[below + rightwards] ?? 0) * fx;
    return upper * (1 - fy) + lower * fy;
  };
  const margin = geometry.meanGapMm / 2;
  const [firstPosition, endPosition] = [positionsMm[0] ?? 0, positionsMm[lastSlice] ?? 0];
  let slice = 0;
  for (let y = 0; y < plane.height; y += 1) {
    const start = pointOfPicture(plane, 0, y);
    let column = dot(start, rowCosines) / columnSpacingMm;
    let row = dot(start, columnCosines) / rowSpacingMm;
    let position = dot(start, normal);
    for (let x = 0, at = y * plane.width; x < plane.width; x += 1, at += 1) {
      if (position < firstPosition - margin || position > endPosition + margin) out[at] = Number.NaN;
      else {
        while (slice < lastSlice - 1 && position >= (positionsMm[slice + 1] ?? 0)) slice += 1;
        while (slice > 0 && position < (positionsMm[slice] ?? 0)) slice -= 1;
        const from = positionsMm[slice] ?? 0;
        const share = Math.min(Math.max((position - from) / ((positionsMm[slice + 1] ?? from + 1) - from), 0), 1);
        // A neighbour that does not reach this far (tilt) says nothing; at a slice itself it need not.
        if (share < 1e-9) out[at] = bilinear(slice, column, row);
        else if (share > 1 - 1e-9) out[at] = bilinear(slice + 1, column, row);
        else out[at] = bilinear(slice, column, row) * (1 - share) + bilinear(slice + 1, column, row) * share;
      }
      column += stepColumn;
      row += stepRow;
      position += stepPosition;
    }
  }
}

function inSlice(geometry: VolumeGeometry, slice: number, point: PatientVector): { column: number; row: number } {
  const offset = minus(point, geometry.origins[slice] ?? [0, 0, 0]);
  return {
    column: dot(offset, geometry.rowCosines) / geometry.columnSpacingMm,
    row: dot(offset, geometry.columnCosines) / geometry.rowSpacingMm,
  };
}

function isBeyond(positions: readonly number[], position: number, margin: number): boolean {
  return position < (positions[0] ?? 0) - margin || position > (positions[positions.length - 1] ?? 0) + margin;
}

function isInside({ columns, rows }: VolumeGeometry, column: number, row: number): boolean {
  return column >= 0 && row >= 0 && column < columns && row < rows;
}

/** The point `mm` away from `from` in a direction. */
export function along(from: PatientVector, direction: PatientVector, mm: number): PatientVector {
  return [from[0] + direction[0] * mm, from[1] + direction[1] * mm, from[2] + direction[2] * mm];
}

function minus(a: PatientVector, b: PatientVector): PatientVector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function dot(a: PatientVector, b: PatientVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: PatientVector, b: PatientVector): PatientVector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
