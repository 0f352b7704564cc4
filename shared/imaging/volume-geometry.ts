/** Whether slices form a volume, and what must be said of it: spacing, gantry tilt, gaps (PS3.3 C.7.6.2). */
import { areParallel, type ImagePlane, type PatientVector, planeNormal, slicePosition } from './image-plane.ts';

/** One slice of what may be a volume; null plane where the file does not say where it lies. */
export interface VolumeSlice {
  readonly columns: number;
  readonly rows: number;
  readonly plane: ImagePlane | null;
  readonly frameOfReferenceUid: string | null;
}

/** Slices of one size and orientation, ordered along their normal. Each keeps its own origin: nothing is made even. */
export interface VolumeGeometry {
  readonly columns: number;
  readonly rows: number;
  readonly columnSpacingMm: number;
  readonly rowSpacingMm: number;
  readonly rowCosines: PatientVector;
  readonly columnCosines: PatientVector;
  readonly normal: PatientVector;
  /** Centre of the first pixel of each slice. */
  readonly origins: readonly PatientVector[];
  /** Along the normal, mm, growing. */
  readonly positionsMm: readonly number[];
  /** For each slice, its place in the list that was given. */
  readonly order: readonly number[];
  readonly meanGapMm: number;
  readonly largestGapMm: number;
  /** Angle between the normal and the line through the origins, degrees; 0 for an untilted gantry. */
  readonly tiltDegrees: number;
  /** What was corrected, in sentences a reader must see; empty when slices stand straight and evenly. */
  readonly corrections: readonly string[];
}

/** Between slices further apart nothing can be said of what lies there. */
const WIDEST_GAP_MM = 15;
const FEWEST = 3;
/** Files round positions to a hundredth of a millimetre and worse. */
const EVEN_MM = 0.02;
const EVEN_SHARE = 0.02;
const TILT_DEGREES = 0.5;

/** The geometry of a volume, or in a sentence why these slices are none. */
export function volumeGeometry(slices: readonly VolumeSlice[]): VolumeGeometry | { readonly refusal: string } {
  const [first] = slices;
  const refuse = (refusal: string) => ({ refusal });
  if (first === undefined || slices.length < FEWEST) return refuse(`A volume needs at least ${FEWEST} slices.`);
  const planes = slices.map(({ plane }) => plane).filter((plane) => plane !== null);
  const [plane] = planes;
  if (plane === undefined || planes.length < slices.length) {
    return refuse('Position, orientation or spacing is missing in the files.');
  }
  if (new Set(slices.map(({ frameOfReferenceUid }) => frameOfReferenceUid)).size > 1) {
    return refuse('The slices belong to different frames of reference.');
  }
  if (slices.some(({ columns, rows }) => columns !== first.columns || rows !== first.rows)) {
    return refuse('The slices have different sizes.');
  }
  if (planes.some((one) => !areParallel(plane, one))) return refuse('The slices are not parallel.');
  const isOther = (a: number, b: number): boolean => Math.abs(a - b) > 1e-4 * b;
  if (
    planes.some(
      (one) => isOther(one.columnSpacingMm, plane.columnSpacingMm) || isOther(one.rowSpacingMm, plane.rowSpacingMm),
    )
  ) {
    return refuse('The slices have different pixel spacing.');
  }
  const sorted = planes
    .map((one, index) => ({ origin: one.origin, position: slicePosition(one), index }))
    .toSorted((a, b) => a.position - b.position);
  const positions = sorted.map(({ position }) => position);
  const gaps = positions.slice(1).map((position, i) => position - (positions[i] ?? 0));
  const smallest = Math.min(...gaps);
  const largest = Math.max(...gaps);
  if (smallest < 1e-3)
    return refuse('Several slices lie at the same place: phases or echoes have to be separated first.');
  if (largest > WIDEST_GAP_MM) {
    return refuse(`Slices are up to ${largest.toFixed(1)} mm apart; what lies between them is not known.`);
  }
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const tiltDegrees = tiltOf(
    plane,
    sorted.map(({ origin }) => origin),
  );
  return {
    columns: first.columns,
    rows: first.rows,
    columnSpacingMm: plane.columnSpacingMm,
    rowSpacingMm: plane.rowSpacingMm,
    rowCosines: plane.rowCosines,
    columnCosines: plane.columnCosines,
    normal: planeNormal(plane),
    origins: sorted.map(({ origin }) => origin),
    positionsMm: positions,
    order: sorted.map(({ index }) => index),
    meanGapMm: mean,
    largestGapMm: largest,
    tiltDegrees,
    corrections: correctionsOf(gaps, smallest, largest, mean, tiltDegrees),
  };
}

function correctionsOf(
  gaps: readonly number[],
  smallest: number,
  largest: number,
  mean: number,
  tilt: number,
): string[] {
  const said: string[] = [];
  if (tilt > TILT_DEGREES) said.push(`Gantry tilt of ${tilt.toFixed(1)}° corrected`);
  if (largest - smallest > Math.max(EVEN_MM, mean * EVEN_SHARE)) {
    const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? mean;
    const wide = gaps.filter((gap) => gap > usual * 1.5).length;
    const range = `${smallest.toFixed(2)} to ${largest.toFixed(2)} mm`;
    said.push(
      smallest > usual * 0.9 && wide > 0
        ? `Slices seem to be missing at ${wide} places; up to ${largest.toFixed(1)} mm interpolated`
        : `Uneven slices (${range} apart) resampled`,
    );
  }
  return said;
}

/** From the origins of the first and the last slice: those between may jitter by rounding. */
function tiltOf(plane: ImagePlane, origins: readonly PatientVector[]): number {
  const [from, to] = [origins[0], origins[origins.length - 1]];
  if (from === undefined || to === undefined) return 0;
  const line = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const;
  const normal = planeNormal(plane);
  const along = line[0] * normal[0] + line[1] * normal[1] + line[2] * normal[2];
  const cosine = Math.min(1, Math.abs(along) / Math.hypot(...line));
  return (Math.acos(cosine) * 180) / Math.PI;
}
