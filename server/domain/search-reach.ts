import { decide, visibilityOf } from '#shared/consultation/permissions.ts';
import type { Role } from '#shared/consultation/role.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { ConsultationStanding, Principal } from './ports.ts';
import type { InstanceReach, SearchReach } from './reach-ports.ts';

/** What the person may read now, as a condition of the database: complete, however many consultations there are. */
export function reachOf({ userId, role }: Pick<Principal, 'userId' | 'role'>): SearchReach {
  return {
    userId,
    visibility: visibilityOf(role, 'material.read'),
    labels: visibilityOf(role, 'slide-label.read'),
  };
}

/** What somebody who stands so to consultations may read of their instances. */
export function instanceReach(role: Role, standings: readonly ConsultationStanding[]): InstanceReach {
  const allowing = (action: 'material.read' | 'slide-label.read') =>
    standings
      .filter((standing) => decide(action, role, standing) === 'allowed')
      .map(({ consultationId }) => consultationId);
  return { consultationIds: allowing('material.read'), labelsOf: allowing('slide-label.read') };
}

/** Everything one consultation holds, for work that nobody in particular asks for. */
export function everythingIn(consultationId: ConsultationId): InstanceReach {
  return { consultationIds: [consultationId], labelsOf: [consultationId] };
}
