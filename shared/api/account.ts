import * as z from 'zod';
import { userIdSchema } from '#shared/consultation/consultation.ts';
import { roleSchema } from '#shared/consultation/role.ts';

export const accountPaths = {
  /** Everything under it is better-auth's: sign-in/email, sign-out, two-factor/enable, two-factor/verify-totp … */
  auth: '/api/auth',
  me: '/api/me',
  demo: '/api/demo',
  tokens: '/api/tokens',
  token: (tokenId: string) => `/api/tokens/${tokenId}`,
} as const;

/** GET /api/me. */
export const meSchema = z.object({
  id: userIdSchema,
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  twoFactorEnabled: z.boolean(),
});
export type Me = z.infer<typeof meSchema>;

/** GET /api/demo: the demonstration accounts, an empty list unless DEMO is on. Public. */
export const demoSchema = z.object({
  accounts: z.array(z.object({ role: roleSchema, name: z.string(), email: z.string(), password: z.string() })),
});

/** GET /api/tokens: the caller's own, never the secret. */
export const tokensSchema = z.object({
  tokens: z.array(
    z.object({ id: z.string(), name: z.string(), createdAt: z.string(), lastUsedAt: z.string().nullable() }),
  ),
});

/** POST /api/tokens → 201 with the secret, shown this once. */
export const createTokenSchema = z.object({ name: z.string().min(1).max(80) });
export const createdTokenSchema = z.object({ id: z.string(), token: z.string() });
