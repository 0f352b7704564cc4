import { visibilityOf } from '#shared/consultation/permissions.ts';
import type { Principal } from './ports.ts';
import type { SearchReach } from './reach-ports.ts';

/** What the person may read now, as a condition of the database: complete, however many consultations there are. */
export function reachOf({ userId, role }: Pick<Principal, 'userId' | 'role'>): SearchReach {
  return { userId, visibility: visibilityOf(role, 'material.read') };
}
