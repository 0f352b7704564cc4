/** Where an image lies in the patient: PS3.3 C.7.6.2.1.1, orientation letters, order and spacing of slices. */

/** x to the patient's left, y to the back, z to the head, in mm (PS3.3 C.7.6.2.1.1). */
export type PatientVector = readonly [x: number, y: number, z: number];

export interface ImagePlane {
  /** Image Position (Patient): the centre of the first pixel, mm. */
  readonly origin: PatientVector;
  /** Unit vector along a row: where the column index grows. */
  readonly rowCosines: PatientVector;
  /** Unit vector down a column: where the row index grows. */
  readonly columnCosines: PatientVector;
  /** Distance between rows: the first value of Pixel Spacing, mm. */
  readonly rowSpacingMm: number;
  /** Distance between columns: the second value of Pixel Spacing, mm. */
  readonly columnSpacingMm: number;
}

/**
 * Zero-based indices; a whole number is the CENTRE of a pixel, as in the standard's equation. Drawings count from the
 * outer corner of the first pixel: their x is column + 0.5, their y is row + 0.5.
 */
export interface PixelIndex {
  readonly column: number;
  readonly row: number;
}

/** What an instance says of its plane; null where it says nothing. */
export interface PlaneAttributes {
  readonly imagePositionPatient: readonly number[] | null;
  readonly imageOrientationPatient: readonly number[] | null;
  readonly pixelSpacing: readonly number[] | null;
}

const ORTHOGONALITY = 1e-3;

/**
 * The plane of an image, or null when position, orientation or spacing is missing or is no right-angled frame.
 * The cosines are normalised: files round them, and lengths must not inherit that.
 */
export function imagePlaneOf(attributes: PlaneAttributes): ImagePlane | null {
  const [px, py, pz] = attributes.imagePositionPatient ?? [];
  const [rx, ry, rz, cx, cy, cz] = attributes.imageOrientationPatient ?? [];
  const [rowSpacingMm, columnSpacingMm] = attributes.pixelSpacing ?? [];
  if (px === undefined || py === undefined || pz === undefined) return null;
  if (rx === undefined || ry === undefined || rz === undefined) return null;
  if (cx === undefined || cy === undefined || cz === undefined) return null;
  if (rowSpacingMm === undefined || columnSpacingMm === undefined) return null;
  if (!(rowSpacingMm > 0 && columnSpacingMm > 0)) return null;
  const rowCosines = normalise([rx, ry, rz]);
  const columnCosines = normalise([cx, cy, cz]);
  if (!rowCosines || !columnCosines || Math.abs(dot(rowCosines, columnCosines)) > ORTHOGONALITY) return null;
  return { origin: [px, py, pz], rowCosines, columnCosines, rowSpacingMm, columnSpacingMm };
}

/** Patient coordinates in mm of a pixel index (PS3.3 equation C.7.6.2.1-1). */
export function pixelToPatient(plane: ImagePlane, index: PixelIndex): PatientVector {
  const alongRow = index.column * plane.columnSpacingMm;
  const downColumn = index.row * plane.rowSpacingMm;
  return [
    plane.origin[0] + plane.rowCosines[0] * alongRow + plane.columnCosines[0] * downColumn,
    plane.origin[1] + plane.rowCosines[1] * alongRow + plane.columnCosines[1] * downColumn,
    plane.origin[2] + plane.rowCosines[2] * alongRow + plane.columnCosines[2] * downColumn,
  ];
}

/** The pixel index below a patient point, and how far the point is from the plane along its normal (mm, signed). */
export function patientToPixel(plane: ImagePlane, point: PatientVector): PixelIndex & { readonly distanceMm: number } {
  const offset = subtract(point, plane.origin);
  return {
    column: dot(offset, plane.rowCosines) / plane.columnSpacingMm,
    row: dot(offset, plane.columnCosines) / plane.rowSpacingMm,
    distanceMm: dot(offset, planeNormal(plane)),
  };
}

/** Unit normal of the plane: row direction × column direction. */
export function planeNormal(plane: Pick<ImagePlane, 'rowCosines' | 'columnCosines'>): PatientVector {
  const [a, b, c] = plane.rowCosines;
  const [d, e, f] = plane.columnCosines;
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

/** Position of the slice along its own normal, mm. Slices of one orientation are ordered by it. */
export function slicePosition(plane: ImagePlane): number {
  return dot(plane.origin, planeNormal(plane));
}

const OBLIQUE = 1e-4;

/**
 * Anatomical letters of a direction, strongest first: "L", "LA", "HFP"-like strings as PS3.3 C.7.6.1.1.1 wants them.
 * L/R left/right, P/A posterior/anterior, H/F head/feet.
 */
export function orientationLetters(direction: PatientVector): string {
  const [x, y, z] = direction;
  const parts: readonly (readonly [number, string])[] = [
    [Math.abs(x), x > 0 ? 'L' : 'R'],
    [Math.abs(y), y > 0 ? 'P' : 'A'],
    [Math.abs(z), z > 0 ? 'H' : 'F'],
  ];
  return parts
    .filter(([size]) => size > OBLIQUE)
    .toSorted((a, b) => b[0] - a[0])
    .map(([, letter]) => letter)
    .join('');
}

/** The letters at the four edges of an image. */
export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** The letters to print at the four edges of the image as stored (no rotation, no flip). */
export function edgeLetters(plane: Pick<ImagePlane, 'rowCosines' | 'columnCosines'>): EdgeLetters {
  return {
    left: orientationLetters(negate(plane.rowCosines)),
    right: orientationLetters(plane.rowCosines),
    top: orientationLetters(negate(plane.columnCosines)),
    bottom: orientationLetters(plane.columnCosines),
  };
}

const OPPOSITE: Readonly<Record<string, string>> = { A: 'P', P: 'A', L: 'R', R: 'L', H: 'F', F: 'H' };

/**
 * The same from Patient Orientation (PS3.3 C.7.6.1.1.1): the directions of rows and columns in letters. Null unless both
 * are made of them; quadrupeds have other letters.
 */
export function edgesOfPatientOrientation(values: readonly string[]): EdgeLetters | null {
  const [right, bottom] = values.map((value) => value.trim().toUpperCase());
  if (right === undefined || bottom === undefined) return null;
  if (![right, bottom].every((letters) => /^[APLRHF]{1,3}$/.test(letters))) return null;
  const opposite = (letters: string) => [...letters].map((letter) => OPPOSITE[letter] ?? '').join('');
  return { left: opposite(right), right, top: opposite(bottom), bottom };
}

/** What the order of slices looks at. */
export interface SliceOrderKey {
  readonly plane: ImagePlane | null;
  readonly instanceNumber: number | null;
}

/**
 * Sorts the slices of a display set: along the normal when all of them have parallel planes at different
 * positions, else by instance number. Stable; the input is not changed.
 */
export function sortSlices<T>(slices: readonly T[], keyOf: (slice: T) => SliceOrderKey): T[] {
  const keyed = slices.map((slice) => ({ slice, key: keyOf(slice) }));
  const first = keyed[0]?.key.plane;
  const spatial =
    first != null && keyed.every(({ key }) => key.plane !== null && areParallel(first, key.plane)) && keyed.length > 1;
  const normal = first == null ? null : planeNormal(first);
  const position = (key: SliceOrderKey) => (normal && key.plane ? dot(key.plane.origin, normal) : 0);
  return keyed
    .toSorted((a, b) => {
      const along = spatial ? position(a.key) - position(b.key) : 0;
      if (Math.abs(along) > 1e-6) return along;
      return (a.key.instanceNumber ?? Infinity) === (b.key.instanceNumber ?? Infinity)
        ? 0
        : (a.key.instanceNumber ?? Infinity) - (b.key.instanceNumber ?? Infinity);
    })
    .map(({ slice }) => slice);
}

/** True when two planes have the same orientation within about 0.06 degrees. */
export function areParallel(a: ImagePlane, b: ImagePlane): boolean {
  return (
    Math.abs(dot(a.rowCosines, b.rowCosines) - 1) < 1e-6 && Math.abs(dot(a.columnCosines, b.columnCosines) - 1) < 1e-6
  );
}

/** How far apart slices are, whether evenly, and whether they are sheared (gantry tilt). */
export interface SliceSpacing {
  readonly meanMm: number;
  readonly minMm: number;
  readonly maxMm: number;
  readonly even: boolean;
  /** Angle between the normal and the line through the first and the last origin, degrees. */
  readonly tiltDegrees: number;
}

/** Spacing of slices already sorted along their normal; null for fewer than two or for planes not parallel. */
export function sliceSpacing(planes: readonly ImagePlane[]): SliceSpacing | null {
  const first = planes[0];
  const last = planes[planes.length - 1];
  if (!first || !last || planes.length < 2 || !planes.every((plane) => areParallel(first, plane))) return null;
  const normal = planeNormal(first);
  const positions = planes.map((plane) => dot(plane.origin, normal));
  const gaps = positions.slice(1).map((position, i) => position - (positions[i] ?? 0));
  const minMm = Math.min(...gaps);
  const maxMm = Math.max(...gaps);
  const meanMm = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const line = normalise(subtract(last.origin, first.origin));
  const cosine = line ? Math.min(1, Math.abs(dot(line, normal))) : 1;
  return {
    meanMm,
    minMm,
    maxMm,
    even: maxMm - minMm <= Math.max(0.01, Math.abs(meanMm) * 0.02),
    tiltDegrees: (Math.acos(cosine) * 180) / Math.PI,
  };
}

function dot(a: PatientVector, b: PatientVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function subtract(a: PatientVector, b: PatientVector): PatientVector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function negate(a: PatientVector): PatientVector {
  return [-a[0], -a[1], -a[2]];
}

function normalise(a: PatientVector): PatientVector | null {
  const length = Math.sqrt(dot(a, a));
  if (!Number.isFinite(length) || length < 1e-6) return null;
  return [a[0] / length, a[1] / length, a[2] / length];
}
