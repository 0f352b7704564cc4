import { createOTP } from '@better-auth/utils/otp';
import { symmetricDecrypt } from 'better-auth/crypto';
import * as z from 'zod';
import type { Accounts } from '#server/domain/account-ports.ts';
import { AttemptLimit } from '#server/domain/attempt-limit.ts';
import type { UserDirectory } from '#server/domain/consultation-ports.ts';
import type { Clock } from '#server/domain/ports.ts';
import { AppError } from '#shared/errors.ts';
import type { UserId } from '#shared/ids.ts';
import { type AuthLibrary, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './auth-library.ts';

const REAUTHENTICATION = { limit: 8, windowMs: 5 * 60_000 };
const TOTP_PERIOD_MS = 30_000;
/** A code is right one period early and late (clocks differ), so a used one is remembered for three. */
const USED_CODE_MS = 3 * TOTP_PERIOD_MS;

const newAccountSchema = z.object({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(120),
  password: z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH),
});

export function createAccounts(library: AuthLibrary, users: UserDirectory, clock: Clock): Accounts {
  const attempts = new AttemptLimit(clock, REAUTHENTICATION);
  const usedCodes = new Map<string, number>();

  async function passwordIsRight(userId: UserId, password: string): Promise<boolean> {
    const context = await library.$context;
    const credential = await context.internalAdapter.findCredentialAccount(userId);
    if (!credential?.password) return false;
    return await context.password.verify({ hash: credential.password, password });
  }

  async function addCredential(userId: UserId, password: string): Promise<void> {
    const context = await library.$context;
    await context.internalAdapter.createAccount({ userId, providerId: 'credential', accountId: userId, password });
  }

  /** RFC 6238 section 5.2: a code is accepted once. */
  async function codeIsRight(userId: UserId, code: string): Promise<boolean> {
    const now = clock.now().getTime();
    for (const [used, until] of usedCodes) if (until <= now) usedCodes.delete(used);
    const use = `${userId} ${code}`;
    if (usedCodes.has(use)) return false;
    const context = await library.$context;
    const factor = await context.adapter.findOne<{ secret: string }>({
      model: 'twoFactor',
      where: [{ field: 'userId', value: userId }],
    });
    if (factor === null) return false;
    const secret = await symmetricDecrypt({ key: context.secretConfig, data: factor.secret });
    if (!(await createOTP(secret).verify(code))) return false;
    if (usedCodes.has(use)) return false;
    usedCodes.set(use, now + USED_CODE_MS);
    return true;
  }

  return {
    async create(account) {
      const parsed = newAccountSchema.safeParse(account);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new AppError('REQUEST_INVALID', {
          where: String(issue?.path[0] ?? 'account'),
          reason:
            issue?.code === 'too_small' ? 'is too short' : issue?.code === 'too_big' ? 'is too long' : 'is not valid',
        });
      }
      const email = parsed.data.email.toLowerCase();
      if ((await users.byEmail(email)) !== null) {
        throw new AppError('REQUEST_INVALID', { where: 'email', reason: 'belongs to an account already' });
      }
      const context = await library.$context;
      const password = await context.password.hash(parsed.data.password);
      const user = await context.internalAdapter.createUser(
        { email, name: parsed.data.name, role: account.role, emailVerified: true },
        { method: 'email-password' },
      );
      await addCredential(user.id as UserId, password);
      return { id: user.id as UserId, email, name: parsed.data.name, role: account.role, twoFactorEnabled: false };
    },

    async hasPassword(userId) {
      const context = await library.$context;
      return Boolean((await context.internalAdapter.findCredentialAccount(userId))?.password);
    },

    async setPassword(userId, password) {
      const context = await library.$context;
      const credential = await context.internalAdapter.findCredentialAccount(userId);
      if (password === null) {
        if (credential !== null) await context.internalAdapter.deleteAccount(credential.id);
      } else {
        const hash = await context.password.hash(password);
        if (credential !== null) await context.internalAdapter.updatePassword(userId, hash);
        else await addCredential(userId, hash);
      }
      await context.internalAdapter.deleteUserSessions(userId);
    },

    async reauthenticate(userId, password, totp) {
      attempts.begin(userId);
      const account = await users.byId(userId);
      if (account === null || !(await passwordIsRight(userId, password))) throw new AppError('CREDENTIALS_WRONG');
      if (account.twoFactorEnabled && (totp === null || !(await codeIsRight(userId, totp)))) {
        throw new AppError('CREDENTIALS_WRONG');
      }
      attempts.succeed(userId);
    },
  };
}
