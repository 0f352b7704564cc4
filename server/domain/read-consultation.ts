import type * as z from 'zod';
import type { expertsSchema } from '#shared/api/consultations.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { disciplineOf } from '#shared/consultation/role.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { describeConsultation } from './describe-consultation.ts';
import type { Principal, Repositories } from './ports.ts';

/** One consultation as `principal` gets it. NOT_FOUND when there is none. */
export async function readConsultation(
  { db }: { readonly db: Pick<Repositories, 'consultations'> },
  principal: Principal,
  id: ConsultationId,
): Promise<Consultation> {
  const stored = await db.consultations.load(id);
  if (stored === null) throw new AppError('NOT_FOUND');
  return await describeConsultation(db, stored, principal);
}

/** The people a coordinator may assign, by name. */
export async function listExperts({
  db,
}: {
  readonly db: Pick<Repositories, 'users'>;
}): Promise<z.infer<typeof expertsSchema>['experts']> {
  const accounts = await db.users.byRoles(['radiologist', 'pathologist']);
  return accounts.flatMap(({ id, name, role }) => {
    const discipline = disciplineOf(role);
    return discipline === null ? [] : [{ id, name, role, discipline }];
  });
}
