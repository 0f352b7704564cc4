import type { PatientVector } from '#shared/imaging/image-plane.ts';
import { along, cross } from '#shared/imaging/volume-sampling.ts';
import { turned } from './volume-axes.ts';

/** From where a volume is looked at; parallel rays. */
export interface RenderingCamera {
  /** Unit vector from the patient to the eye. */
  readonly toEye: PatientVector;
  /** Unit vector that points up on the screen. */
  readonly up: PatientVector;
  /** The patient point in the middle of the screen. */
  readonly middle: PatientVector;
  /** Half of the height of the screen, mm. */
  readonly halfHeightMm: number;
}

export const STANDARD_VIEWS = ['A', 'P', 'L', 'R', 'H', 'F'] as const;
export type StandardView = (typeof STANDARD_VIEWS)[number];

/** The eye is in front of the patient (A), behind (P), at the left, the right, the head or the feet. */
export const VIEW_DIRECTIONS: Readonly<Record<StandardView, Pick<RenderingCamera, 'toEye' | 'up'>>> = {
  A: { toEye: [0, -1, 0], up: [0, 0, 1] },
  P: { toEye: [0, 1, 0], up: [0, 0, 1] },
  L: { toEye: [1, 0, 0], up: [0, 0, 1] },
  R: { toEye: [-1, 0, 0], up: [0, 0, 1] },
  H: { toEye: [0, 0, 1], up: [0, -1, 0] },
  F: { toEye: [0, 0, -1], up: [0, -1, 0] },
};

/** What points to the right on the screen. */
export function rightOf({ toEye, up }: Pick<RenderingCamera, 'toEye' | 'up'>): PatientVector {
  return unit(cross(up, toEye));
}

/** Turns what is seen, as if the hand moved its surface: degrees to the right and downwards. */
export function turnedBy<Camera extends RenderingCamera>(camera: Camera, right: number, down: number): Camera {
  const aside = turned(camera.toEye, camera.up, -right);
  const axis = unit(cross(camera.up, aside));
  const toEye = unit(turned(aside, axis, -down));
  // From axis and eye, so that rounding never lets the two lean.
  return { ...camera, toEye, up: unit(cross(toEye, axis)) };
}

/** Moves what is seen by millimetres on the screen. */
export function movedBy<Camera extends RenderingCamera>(camera: Camera, rightMm: number, downMm: number): Camera {
  return { ...camera, middle: along(along(camera.middle, rightOf(camera), -rightMm), camera.up, downMm) };
}

function unit(vector: PatientVector): PatientVector {
  const length = Math.hypot(...vector) || 1;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}
