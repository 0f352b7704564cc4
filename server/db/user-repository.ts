import type { Kysely, Selectable } from 'kysely';
import type { Account, UserDirectory } from '#server/domain/consultation-ports.ts';
import { roleSchema } from '#shared/consultation/role.ts';
import type { UserId } from '#shared/ids.ts';
import type { Tables, UserRow } from './tables.ts';

/** The account a row of the account library's user table tells of. */
export function toAccount(row: Selectable<UserRow>): Account {
  return {
    id: row.id as UserId,
    name: row.name,
    email: row.email,
    role: roleSchema.parse(row.role),
    twoFactorEnabled: Boolean(row.twoFactorEnabled),
  };
}

export const ACCOUNT_COLUMNS = ['user.id', 'user.name', 'user.email', 'user.role', 'user.twoFactorEnabled'] as const;

export function createUserDirectory(db: Kysely<Tables>): UserDirectory {
  const accounts = () => db.selectFrom('user').select(ACCOUNT_COLUMNS);
  return {
    async byId(id) {
      const row = await accounts().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toAccount(row);
    },
    async byEmail(email) {
      const row = await accounts().where('email', '=', email.toLowerCase()).executeTakeFirst();
      return row === undefined ? null : toAccount(row);
    },
    async byRoles(roles) {
      const rows = await accounts()
        .where('role', 'in', [...roles])
        .orderBy('name')
        .orderBy('id')
        .execute();
      return rows.map(toAccount);
    },
    async isEmpty() {
      return (await db.selectFrom('user').select('id').limit(1).executeTakeFirst()) === undefined;
    },
  };
}
