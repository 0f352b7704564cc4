import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { AttemptLimit } from '#server/domain/attempt-limit.ts';
import type { Principal } from '#server/domain/ports.ts';
import type { Principals } from '#server/http/principals.ts';
import type { Services } from '#server/services.ts';
import { accountPaths } from '#shared/api/account.ts';
import { AppError } from '#shared/errors.ts';
import type { UserId } from '#shared/ids.ts';

interface Endpoint {
  /** Its name in the audit trail; null leaves no row. */
  readonly action: string | null;
  /** True where a secret is guessed: failures are counted. */
  readonly guarded: boolean;
}

/** What the account library offers to browsers. Everything else it could do is not reachable. */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'POST /sign-in/email': { action: 'session.sign-in', guarded: true },
  'POST /sign-out': { action: 'session.sign-out', guarded: false },
  'GET /get-session': { action: null, guarded: false },
  'GET /list-sessions': { action: null, guarded: false },
  'POST /revoke-session': { action: 'session.revoke', guarded: false },
  'POST /revoke-sessions': { action: 'session.revoke-all', guarded: false },
  'POST /revoke-other-sessions': { action: 'session.revoke-others', guarded: false },
  'POST /change-password': { action: 'account.change-password', guarded: true },
  'POST /two-factor/enable': { action: 'account.two-factor-enable', guarded: true },
  'POST /two-factor/disable': { action: 'account.two-factor-disable', guarded: true },
  'POST /two-factor/get-totp-uri': { action: 'account.two-factor-show', guarded: true },
  'POST /two-factor/generate-backup-codes': { action: 'account.backup-codes', guarded: true },
  'POST /two-factor/verify-totp': { action: 'session.two-factor', guarded: true },
  'POST /two-factor/verify-backup-code': { action: 'session.backup-code', guarded: true },
};

const FAILURES_OF_ONE = { limit: 10, windowMs: 5 * 60_000 };
const FAILURES_OF_ADDRESS = { limit: 100, windowMs: 5 * 60_000 };

const emailSchema = z.object({ email: z.string().max(254) });
const userSchema = z.object({ user: z.object({ id: z.string() }) });
const refusalSchema = z.object({ code: z.string().optional(), message: z.string().optional() });

/** Sign-in, sign-out, one-time codes and passwords: the account library behind our limits, errors and audit. */
export function signInRoutes(services: Services, principals: Principals): FastifyPluginAsyncZod {
  const { sessions, db, clock } = services;
  const ofOne = new AttemptLimit(clock, FAILURES_OF_ONE);
  const ofAddress = new AttemptLimit(clock, FAILURES_OF_ADDRESS);

  /** The library's own view of the request: the configured address, no token, and an origin we have checked. */
  function toLibrary(request: FastifyRequest): Request {
    const headers = new Headers({ origin: sessions.address, 'x-forwarded-for': request.ip });
    const { cookie, 'user-agent': userAgent } = request.headers;
    if (cookie !== undefined) headers.set('cookie', cookie);
    if (userAgent !== undefined) headers.set('user-agent', userAgent.slice(0, 300));
    const url = new URL(request.url, sessions.address);
    if (request.method === 'GET') return new Request(url, { headers });
    headers.set('content-type', 'application/json');
    return new Request(url, { method: 'POST', headers, body: JSON.stringify(request.body ?? {}) });
  }

  async function record(
    request: FastifyRequest,
    action: string,
    actor: Principal | null,
    outcome: 'success' | 'refused',
  ) {
    const named = emailSchema.safeParse(request.body);
    const meant = actor === null && named.success ? await db.users.byEmail(named.data.email) : null;
    await db.audit.append({
      actor,
      action,
      outcome,
      consultationId: null,
      subject: actor?.userId ?? meant?.id ?? null,
    });
  }

  /** Who the request made known: the person it signed in, else the one whose session it carried. */
  async function actorOf(body: unknown, before: Principal | null): Promise<Principal | null> {
    const signedIn = userSchema.safeParse(body);
    if (!signedIn.success) return before;
    const account = await db.users.byId(signedIn.data.user.id as UserId);
    return account === null ? before : { userId: account.id, name: account.name, role: account.role, via: 'session' };
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const path = request.url.slice(accountPaths.auth.length).split('?')[0] ?? '';
    const endpoint = ENDPOINTS[`${request.method} ${path}`];
    if (endpoint === undefined) throw new AppError('NOT_FOUND');
    const before = request.headers.authorization === undefined ? await principals.of(request) : null;
    const email = emailSchema.safeParse(request.body);
    const who = before?.userId ?? (email.success ? email.data.email.toLowerCase() : path);
    const keys = [
      { limit: ofOne, key: `${request.ip} ${who}` },
      { limit: ofAddress, key: request.ip },
    ];
    if (endpoint.guarded) for (const { limit, key } of keys) limit.begin(key);

    const response = await sessions.answer(toLibrary(request));
    const text = await response.text();
    const body = withoutToken(text === '' ? null : JSON.parse(text));
    if (request.method !== 'GET') principals.forget();
    if (response.status >= 400) {
      if (endpoint.action !== null) await record(request, endpoint.action, before, 'refused');
      throw refusalOf(response.status, body, endpoint);
    }
    if (endpoint.guarded) for (const { limit, key } of keys) limit.succeed(key);
    if (endpoint.action !== null) {
      await record(request, endpoint.action, await actorOf(body, before), 'success');
    }
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) void reply.header('set-cookie', cookies);
    return reply.code(response.status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  return async (app) => {
    app.route({
      method: ['GET', 'POST'],
      url: `${accountPaths.auth}/*`,
      bodyLimit: 16 * 1024,
      schema: {
        tags: ['account'],
        summary: 'Sign-in, sign-out, one-time codes, password (sign-in/email, sign-out, two-factor/verify-totp …)',
      },
      config: { access: { kind: 'public' }, audit: null },
      handler: answer,
    });
  };
}

/** The session's token is for the cookie alone, which scripts cannot read; the library repeats it in its answer. */
function withoutToken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) => (key === 'token' ? [] : [[key, withoutToken(value)]])),
  );
}

/** The library's refusal in our words; a wrong password and a wrong code look alike. */
function refusalOf(status: number, body: unknown, endpoint: Endpoint): AppError {
  const refusal = refusalSchema.safeParse(body);
  const code = refusal.data?.code ?? '';
  if (status >= 500) return new AppError('INTERNAL', {}, { cause: new Error(`account library: ${status} ${code}`) });
  if (status === 429 || code.startsWith('TOO_MANY') || code === 'ACCOUNT_TEMPORARILY_LOCKED') {
    return new AppError('TOO_MANY_REQUESTS', { seconds: 300 });
  }
  const secretIsWrong = /^INVALID_(EMAIL_OR_PASSWORD|PASSWORD|CODE|BACKUP_CODE|TWO_FACTOR_COOKIE)$/.test(code);
  if (secretIsWrong || (status === 401 && endpoint.action === 'session.sign-in')) {
    return new AppError('CREDENTIALS_WRONG');
  }
  if (status === 401) return new AppError('NOT_SIGNED_IN');
  const message = refusal.data?.message ?? 'is not accepted';
  return new AppError('REQUEST_INVALID', { where: 'body', reason: `is refused: ${message.replace(/\.$/, '')}` });
}
