import type { Visibility } from '#shared/consultation/permissions.ts';
import type { UserId } from '#shared/ids.ts';

/** Whose material a search may see: that of the consultations the person may read now, and nothing else. */
export interface SearchReach {
  readonly userId: UserId;
  readonly visibility: Visibility;
}
