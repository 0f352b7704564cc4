/** The volume of a segment, counted in voxels, or in a sentence why it has none. */
import type { Measurement } from '#shared/annotation/measurement.ts';
import { areParallel, type ImagePlane, slicePosition } from '#shared/imaging/image-plane.ts';

/** A frame of the series a segment lies in. */
export interface CountedSlice {
  readonly columns: number;
  readonly rows: number;
  /** Null where the file does not say where it lies. */
  readonly plane: ImagePlane | null;
  readonly frameOfReferenceUid: string | null;
  /** Pixels of the segment on it. */
  readonly inside: number;
}

export type SegmentVolume =
  | { readonly measurement: Measurement; readonly gapMm: number }
  | { readonly refusal: string };

/** Files round positions to a hundredth of a millimetre and worse. */
const EVEN_MM = 0.02;
const EVEN_SHARE = 0.02;

/**
 * Voxels counted, times the area of a pixel, times the distance of neighbouring slices along their normal, which is
 * right for a tilted gantry too. Looks at the slices that hold part of the segment, at all between them, and at the
 * next one on either side: their distances must be even, or nobody knows how thick a voxel is.
 */
export function segmentVolume(slices: readonly CountedSlice[]): SegmentVolume {
  const drawn = slices.filter(({ inside }) => inside > 0);
  const plane = drawn[0]?.plane;
  if (drawn[0] === undefined) return { refusal: 'Nothing is drawn yet.' };
  if (plane == null) return { refusal: 'No volume: position, orientation or spacing is missing in the files.' };
  const { columns, rows, frameOfReferenceUid } = drawn[0];
  const fits = (slice: CountedSlice): slice is CountedSlice & { readonly plane: ImagePlane } =>
    slice.plane !== null &&
    areParallel(plane, slice.plane) &&
    slice.columns === columns &&
    slice.rows === rows &&
    slice.frameOfReferenceUid === frameOfReferenceUid &&
    isSame(slice.plane.columnSpacingMm, plane.columnSpacingMm) &&
    isSame(slice.plane.rowSpacingMm, plane.rowSpacingMm);
  if (!drawn.every(fits)) {
    return { refusal: 'No volume: the slices of this segment differ in direction, size or pixel spacing.' };
  }
  const stack = slices
    .filter(fits)
    .map((slice) => ({ position: slicePosition(slice.plane), inside: slice.inside }))
    .toSorted((a, b) => a.position - b.position);
  const first = stack.findIndex(({ inside }) => inside > 0);
  const last = stack.findLastIndex(({ inside }) => inside > 0);
  const near = stack.slice(Math.max(0, first - 1), last + 2);
  const gaps = near.slice(1).map(({ position }, i) => position - (near[i]?.position ?? 0));
  const [smallest, largest] = [Math.min(...gaps), Math.max(...gaps)];
  if (gaps.length === 0) return { refusal: 'No volume: there is no second slice to tell how far apart slices are.' };
  if (smallest < 1e-3) return { refusal: 'No volume: several slices lie at the same place.' };
  const gapMm = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (largest - smallest > Math.max(EVEN_MM, gapMm * EVEN_SHARE)) {
    return {
      refusal: `No volume: slices are unevenly spaced here (${smallest.toFixed(2)} to ${largest.toFixed(2)} mm).`,
    };
  }
  const voxels = drawn.reduce((sum, { inside }) => sum + inside, 0);
  const value = (voxels * plane.columnSpacingMm * plane.rowSpacingMm * gapMm) / 1000;
  return { measurement: { name: 'volume', value, unit: 'mL', provenance: 'voxel-count' }, gapMm };
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-4 * b;
}
