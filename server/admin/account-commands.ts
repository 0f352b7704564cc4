import { createToken } from '#server/domain/api-tokens.ts';
import type { Account } from '#server/domain/consultation-ports.ts';
import type { Services } from '#server/services.ts';
import { ROLES } from '#shared/consultation/role.ts';
import { AppError } from '#shared/errors.ts';
import { type Command, textOption } from './command.ts';

/** The account with this address. REQUEST_INVALID when there is none. */
export async function accountOf({ db }: Pick<Services, 'db'>, where: string, email: string): Promise<Account> {
  const account = await db.users.byEmail(email);
  if (account === null) throw new AppError('REQUEST_INVALID', { where, reason: 'names nobody with an account' });
  return account;
}

export const createUser: Command = {
  name: 'create-user',
  summary: 'make an account; prints its id',
  usage: 'create-user --email E --name N --role R --password-stdin',
  details: `Roles: ${ROLES.join(', ')}. The password is the first line of standard input.`,
  options: {
    email: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  },
  required: ['email', 'name', 'role', 'password-stdin'],
  positionals: [],
  async run({ accounts, db }, input) {
    const role = ROLES.find((known) => known === textOption(input, 'role'));
    if (role === undefined) {
      throw new AppError('REQUEST_INVALID', { where: '--role', reason: `must be one of ${ROLES.join(', ')}` });
    }
    const password = await input.readLine();
    const account = await accounts.create({
      email: textOption(input, 'email'),
      name: textOption(input, 'name'),
      role,
      password,
    });
    await db.audit.append({
      actor: null,
      action: 'account.create',
      outcome: 'success',
      consultationId: null,
      subject: account.id,
      detail: { role, by: 'operator' },
    });
    return { result: account.id, ok: true };
  },
};

export const createTokenCommand: Command = {
  name: 'create-token',
  summary: 'make an API token that acts as a person; prints it this once',
  usage: 'create-token --user E [--name N]',
  options: { user: { type: 'string' }, name: { type: 'string' } },
  required: ['user'],
  positionals: [],
  async run(services, input) {
    const owner = await accountOf(services, '--user', textOption(input, 'user'));
    const name = textOption(input, 'name') || 'made by the operator';
    const { token } = await createToken(services, { owner: owner.id, actor: null, name });
    return { result: token, ok: true };
  },
};
