import type { Visibility } from '#shared/consultation/permissions.ts';
import type { ConsultationId, UserId } from '#shared/ids.ts';

/** Whose material a search may see: that of the consultations the person may read now, and nothing else. */
export interface SearchReach {
  readonly userId: UserId;
  readonly visibility: Visibility;
  /** Where he may see labels of slides and pictures of the whole glass too; no more than `visibility`. */
  readonly labels: Visibility;
}

/** Through which consultations DICOM instances may be read: nothing outside them may appear in an answer. */
export interface InstanceReach {
  readonly consultationIds: readonly ConsultationId[];
  /** Those of them whose labels of slides and pictures of the whole glass may be read too. */
  readonly labelsOf: readonly ConsultationId[];
}
