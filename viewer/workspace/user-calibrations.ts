import type { Annotation } from '#shared/annotation/annotation.ts';
import { calibrationOfShape, type UserCalibration } from '#shared/annotation/user-calibration.ts';

/** Known lengths by the SOP Instance UID of the image they were marked on. */
export type UserCalibrations = ReadonlyMap<string, UserCalibration>;

/**
 * The known length by which new shapes of this author are measured on each image: the one made last. A length that
 * somebody else marked is no reason to measure otherwise.
 */
export function userCalibrations(
  annotations: readonly Pick<Annotation, 'target' | 'geometry' | 'author'>[],
  authorId: string,
): UserCalibrations {
  return new Map(
    annotations.flatMap(({ target, geometry, author }) => {
      const calibration = author.id === authorId ? calibrationOfShape(geometry) : null;
      return calibration === null || target.kind !== 'frame' ? [] : [[target.sopInstanceUid, calibration] as const];
    }),
  );
}
