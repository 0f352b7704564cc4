import type { PatientVector } from '#shared/imaging/image-plane.ts';
import { cross, dot } from '#shared/imaging/volume-sampling.ts';

export const VOLUME_PLANES = ['axial', 'coronal', 'sagittal'] as const;
export type VolumePlane = (typeof VOLUME_PLANES)[number];

/** How a picture lies in the patient: unit vectors to its right and down. */
export interface PictureAxes {
  readonly right: PatientVector;
  readonly down: PatientVector;
}

/** As radiologists look: axial from the feet, coronal from the front, sagittal from the left. */
export const STANDARD_AXES: Readonly<Record<VolumePlane, PictureAxes>> = {
  axial: { right: [1, 0, 0], down: [0, 1, 0] },
  coronal: { right: [1, 0, 0], down: [0, 0, -1] },
  sagittal: { right: [0, 1, 0], down: [0, 0, -1] },
};

export function normalOf({ right, down }: PictureAxes): PatientVector {
  return cross(right, down);
}

/** Turns a vector about a unit axis (Rodrigues), degrees, right-handed. */
export function turned(vector: PatientVector, axis: PatientVector, degrees: number): PatientVector {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const aside = cross(axis, vector);
  const along = dot(axis, vector) * (1 - cos);
  return [
    vector[0] * cos + aside[0] * sin + axis[0] * along,
    vector[1] * cos + aside[1] * sin + axis[1] * along,
    vector[2] * cos + aside[2] * sin + axis[2] * along,
  ];
}

/** The axes of all planes when the other two are turned about the normal of `plane`: oblique cuts that stay at right angles. */
export function turnedAbout(
  axes: Readonly<Record<VolumePlane, PictureAxes>>,
  plane: VolumePlane,
  degrees: number,
): Record<VolumePlane, PictureAxes> {
  const axis = normalOf(axes[plane]);
  const turn = (one: PictureAxes): PictureAxes => ({
    right: turned(one.right, axis, degrees),
    down: turned(one.down, axis, degrees),
  });
  const next = { axial: turn(axes.axial), coronal: turn(axes.coronal), sagittal: turn(axes.sagittal) };
  return { ...next, [plane]: axes[plane] };
}

/** True when a plane is none of the three of the patient. */
export function isOblique(axes: PictureAxes): boolean {
  return normalOf(axes).every((part) => Math.abs(part) < 1 - 1e-6);
}
