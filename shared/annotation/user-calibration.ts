import * as z from 'zod';
import type { Calibration, MillimetreCalibration } from '#shared/imaging/calibration.ts';
import { type Geometry, pointSchema } from './geometry.ts';

/** A known length in the picture that a person marked; an annotation measured with it carries a copy of its own. */
export const userCalibrationSchema = z
  .object({ from: pointSchema, to: pointSchema, lengthMm: z.number().min(0.001).max(10_000) })
  .refine(({ from, to }) => from[0] !== to[0] || from[1] !== to[1], 'the marked line has no length');
export type UserCalibration = z.infer<typeof userCalibrationSchema>;

/** The known length that a calibration states; null for every other shape and for a line without length. */
export function calibrationOfShape(geometry: Geometry): UserCalibration | null {
  if (geometry.kind !== 'calibration') return null;
  const { from, to, lengthMm } = geometry;
  return from[0] === to[0] && from[1] === to[1] ? null : { from, to, lengthMm };
}

/**
 * The scale that makes the marked line as long as it was said to be. Where the file states a spacing, its ratio of
 * height to width is kept; otherwise pixels are taken as square.
 */
export function calibratedByUser(file: Calibration, user: UserCalibration): MillimetreCalibration {
  const shape = file.kind === 'mm-per-pixel' ? { x: file.columnMm, y: file.rowMm } : { x: 1, y: 1 };
  const marked = Math.hypot((user.to[0] - user.from[0]) * shape.x, (user.to[1] - user.from[1]) * shape.y);
  const factor = user.lengthMm / marked;
  return { kind: 'mm-per-pixel', columnMm: shape.x * factor, rowMm: shape.y * factor, source: 'user-calibration' };
}
