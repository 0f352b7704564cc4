/** Where one image cuts another: reference lines, and places that viewports share. */
import { type ImagePlane, type PatientVector, patientToPixel, pixelToPatient, planeNormal } from './image-plane.ts';

/** An image in the patient. */
export interface PlacedImage {
  readonly plane: ImagePlane;
  readonly columns: number;
  readonly rows: number;
}

/** Image coordinates: (0, 0) is the outer corner of the first pixel. */
export type ImagePoint = readonly [x: number, y: number];

/** Directions closer than this are one; such planes have no line in common, or all of them. */
const PARALLEL = 0.999;

export function areParallelPlanes(a: ImagePlane, b: ImagePlane): boolean {
  return Math.abs(dot(planeNormal(a), planeNormal(b))) > PARALLEL;
}

/**
 * The line in which the rectangle of `cutting` crosses the plane of `cut`, from edge to edge of the cutting image, in
 * coordinates of `cut`; null for parallel planes and where it does not reach the plane.
 */
export function cuttingLine(cutting: PlacedImage, cut: ImagePlane): readonly [ImagePoint, ImagePoint] | null {
  if (areParallelPlanes(cutting.plane, cut)) return null;
  const { columns, rows } = cutting;
  const corners = [
    [0, 0],
    [columns, 0],
    [columns, rows],
    [0, rows],
  ].map(([x = 0, y = 0]) => patientPoint(cutting.plane, [x, y]));
  const distances = corners.map((corner) => patientToPixel(cut, corner).distanceMm);
  const crossings = corners.flatMap((corner, i): PatientVector[] => {
    const next = corners[(i + 1) % 4];
    const [here, there] = [distances[i] ?? 0, distances[(i + 1) % 4] ?? 0];
    if (next === undefined || here > 0 === there > 0) return [];
    const share = here / (here - there);
    return [[0, 1, 2].map((axis) => (corner[axis] ?? 0) + ((next[axis] ?? 0) - (corner[axis] ?? 0)) * share) as never];
  });
  const [from, to] = crossings;
  return from === undefined || to === undefined ? null : [imagePoint(cut, from), imagePoint(cut, to)];
}

/** The patient point of an image point. */
export function patientPoint(plane: ImagePlane, [x, y]: ImagePoint): PatientVector {
  return pixelToPatient(plane, { column: x - 0.5, row: y - 0.5 });
}

/** The image point below a patient point. */
export function imagePoint(plane: ImagePlane, point: PatientVector): ImagePoint {
  const { column, row } = patientToPixel(plane, point);
  return [column + 0.5, row + 0.5];
}

/** The plane closest to a point, and how far it is, mm; null without planes. */
export function nearestPlane(
  planes: readonly (ImagePlane | null)[],
  point: PatientVector,
): { readonly index: number; readonly distanceMm: number } | null {
  let found: { index: number; distanceMm: number } | null = null;
  planes.forEach((plane, index) => {
    if (plane === null) return;
    const distanceMm = Math.abs(patientToPixel(plane, point).distanceMm);
    if (found === null || distanceMm < found.distanceMm) found = { index, distanceMm };
  });
  return found;
}

function dot(a: PatientVector, b: PatientVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
