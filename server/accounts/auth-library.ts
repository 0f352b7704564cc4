import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { type Kysely, PostgresAdapter } from 'kysely';
import type { Tables } from '#server/db/tables.ts';
import { ROLES } from '#shared/consultation/role.ts';

/** Stands in for the address when none is configured; requests are rewritten to it before the library sees them. */
const NO_ADDRESS = 'http://consilium.localhost';

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 128;

export interface AuthLibraryOptions {
  /** Signs cookies and encrypts one-time-code secrets. */
  readonly secret: string;
  /** The address people type. */
  readonly publicUrl: URL | null;
  /** Whether cookies are `Secure`. */
  readonly overHttps: boolean;
  /** Hears of defects inside the library, never of what people typed. */
  readonly onError: (message: string) => void;
}

/**
 * The account library on our database: password, then a one-time code where the person has set one up. Nobody
 * signs up over HTTP and nobody sets his own role. Limits on attempts and the check of the request's origin are
 * ours (server/http), so that every refusal has the same form.
 */
export function createAuthLibrary(db: Kysely<Tables>, options: AuthLibraryOptions) {
  const address = options.publicUrl?.origin ?? NO_ADDRESS;
  return betterAuth({
    appName: 'Consilium',
    baseURL: address,
    basePath: '/api/auth',
    trustedOrigins: [address],
    secret: options.secret,
    database: { db, type: db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite' },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
    },
    user: { additionalFields: { role: { type: [...ROLES], required: true, input: false } } },
    session: { expiresIn: 12 * 60 * 60, updateAge: 60 * 60 },
    plugins: [twoFactor({ issuer: 'Consilium' })],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error', disableColors: true, log: (_level, message) => options.onError(message) },
    advanced: {
      cookiePrefix: 'consilium',
      useSecureCookies: options.overHttps,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
    },
  });
}

export type AuthLibrary = ReturnType<typeof createAuthLibrary>;

/** Creates or extends the library's own tables: user, session, account, verification, twoFactor. */
export async function migrateAccounts(library: AuthLibrary): Promise<void> {
  const { runMigrations } = await getMigrations(library.options);
  await runMigrations();
}
