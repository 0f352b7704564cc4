import { queryOptions, useQuery } from '@tanstack/react-query';
import * as z from 'zod';
import { accountPaths, createdTokenSchema, demoSchema, type Me, meSchema, tokensSchema } from '#shared/api/account.ts';
import { ApiFailure, nothing, request } from './client.ts';
import { sessionEnded, sessionEstablished } from './session.ts';

/** Remembers that somebody signed in on this browser; it is a hint, the cookie alone decides. */
const HINT = 'consilium-signed-in';

function hinted(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}

function hint(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(HINT, 'yes');
    else localStorage.removeItem(HINT);
  } catch {
    // Without storage the hint is only missed.
  }
}

const sessionSchema = z.unknown();

/**
 * A first visit asks politely whether there is a session (200 either way), so that it leaves no error in the
 * browser's console; everybody else saves that round trip.
 */
async function expectSession(signal: AbortSignal): Promise<void> {
  if (hinted()) return;
  const session = await request(sessionSchema, 'GET', `${accountPaths.auth}/get-session`, undefined, signal);
  if (session === null) throw new ApiFailure(401, 'NOT_SIGNED_IN', 'Sign in to continue.');
}

/** Who is signed in. Fails with NOT_SIGNED_IN on a first visit. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  retryOnMount: false,
  queryFn: async ({ signal }): Promise<Me> => {
    await expectSession(signal);
    const me = await request(meSchema, 'GET', accountPaths.me, undefined, signal);
    sessionEstablished();
    hint(true);
    return me;
  },
  staleTime: 5 * 60_000,
});

export const demoQuery = queryOptions({
  queryKey: ['demo'],
  queryFn: ({ signal }) => request(demoSchema, 'GET', accountPaths.demo, undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => request(tokensSchema, 'GET', accountPaths.tokens, undefined, signal),
});

/** The signed-in person; only used below the frame, which waits for it. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (data === undefined) throw new Error('The page frame renders only for somebody who is signed in.');
  return data;
}

const signInAnswer = z.looseObject({ twoFactorRedirect: z.boolean().optional() });
const anyAnswer = z.unknown();

/** Signs in with a password. Resolves `code-needed` when a one-time code has to follow. */
export async function signIn(email: string, password: string): Promise<'signed-in' | 'code-needed'> {
  const answer = await request(signInAnswer, 'POST', `${accountPaths.auth}/sign-in/email`, { email, password });
  if (answer.twoFactorRedirect === true) return 'code-needed';
  hint(true);
  return 'signed-in';
}

/** The second step: six digits from the authenticator, or a backup code. */
export async function confirmCode(code: string): Promise<void> {
  const digits = /^\d{6}$/.test(code);
  const step = digits ? 'verify-totp' : 'verify-backup-code';
  await request(anyAnswer, 'POST', `${accountPaths.auth}/two-factor/${step}`, { code });
  hint(true);
}

export async function signOut(): Promise<void> {
  sessionEnded();
  hint(false);
  await request(anyAnswer, 'POST', `${accountPaths.auth}/sign-out`, {});
}

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  const body = { currentPassword, newPassword, revokeOtherSessions: true };
  await request(anyAnswer, 'POST', `${accountPaths.auth}/change-password`, body);
}

const enabledSchema = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });
export type TwoFactorSecret = z.infer<typeof enabledSchema>;

/** Begins the set-up of one-time codes; they count only after `confirmCode` has seen the first one. */
export function beginTwoFactor(password: string): Promise<TwoFactorSecret> {
  return request(enabledSchema, 'POST', `${accountPaths.auth}/two-factor/enable`, { password });
}

export async function endTwoFactor(password: string): Promise<void> {
  await request(anyAnswer, 'POST', `${accountPaths.auth}/two-factor/disable`, { password });
}

/** Makes a token; the secret is in this answer and nowhere else. */
export function createToken(name: string): Promise<z.infer<typeof createdTokenSchema>> {
  return request(createdTokenSchema, 'POST', accountPaths.tokens, { name });
}

export function revokeToken(tokenId: string): Promise<undefined> {
  return request(nothing, 'DELETE', accountPaths.token(tokenId));
}
