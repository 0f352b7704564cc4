import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#shared/errors.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True when the browser says that a page of ours, or the person himself, sent the request. */
function isOurs(request: FastifyRequest, publicUrl: URL | null): boolean {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined) {
    // Browsers name the origin of every request that changes something; what comes without is not a browser.
    return site === undefined || site === 'same-origin' || site === 'none';
  }
  if (publicUrl !== null && origin === publicUrl.origin) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  // A browser leaves out the port that goes without saying; others may write it.
  // HTTP/2 names the host in a field of its own (RFC 9113 section 8.3.1).
  const named = request.headers.host ?? request.headers[':authority'] ?? '';
  const asked = `${protocol}//${named}`;
  return URL.canParse(asked) && new URL(asked).host === host;
}

/**
 * Refuses changes that another site's page sends with a person's cookie. `SameSite=Lax` holds most of them back
 * already; this does not depend on it. Requests with a token carry no cookie that could be misused.
 */
export function checkOrigin(app: FastifyInstance, publicUrl: URL | null): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const isHarmless = READING.has(request.method) || request.headers.authorization !== undefined;
    done(isHarmless || isOurs(request, publicUrl) ? undefined : new AppError('ORIGIN_REFUSED'));
  });
}
