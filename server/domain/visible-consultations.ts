import { decide, visibilityOf } from '#shared/consultation/permissions.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { membershipOf } from './describe-consultation.ts';
import type { Principal, Repositories } from './ports.ts';

/** Searches look through this many consultations, those changed last. */
const SEARCH_LIMIT = 500;

/** The consultations whose material the person may read now; what a search looks through and nothing else. */
export async function consultationsWithMaterialFor(
  { db }: { readonly db: Pick<Repositories, 'consultations'> },
  principal: Principal,
): Promise<ConsultationId[]> {
  const listed = await db.consultations.list(principal.userId, visibilityOf(principal.role), SEARCH_LIMIT);
  return listed
    .filter((one) => {
      const standing = { membership: membershipOf(one, principal), state: one.state };
      return decide('material.read', principal.role, standing) === 'allowed';
    })
    .map(({ id }) => id);
}
