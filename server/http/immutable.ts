import type { FastifyReply, FastifyRequest } from 'fastify';

/** Stored images never change: their addresses may be kept by the browser of the person, and by nobody else. */
const KEEP = 'private, max-age=31536000, immutable';

/** Another person at the same browser is asked for his own permission. */
const PERSON = 'cookie, authorization';

/** The headers of an answer that `immutable` marks, for those who write them themselves. */
export const IMMUTABLE_HEADERS: readonly string[] = ['cache-control', KEEP, 'vary', PERSON];

/** The strong entity tags of If-None-Match (RFC 9110 section 13.1.2), in quotes. */
export function knownTags(request: FastifyRequest): readonly string[] {
  const header = request.headers['if-none-match'];
  return header === undefined ? [] : header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

/** What an address means may change: what is kept of it is asked for again before it is shown. */
const ASK_AGAIN = 'private, no-cache';

/** Marks the answer as immutable under `etag`; true when the client has it already and gets 304 without a body. */
export function immutable(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  return keep(request, reply, etag, KEEP);
}

/** Marks the answer as what `etag` names for now; true when the client has it already and gets 304 without a body. */
export function revalidated(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  return keep(request, reply, etag, ASK_AGAIN);
}

function keep(request: FastifyRequest, reply: FastifyReply, etag: string, how: string): boolean {
  const vary = reply.getHeader('vary');
  void reply
    .header('etag', etag)
    .header('cache-control', how)
    .header('vary', typeof vary === 'string' ? `${vary}, ${PERSON}` : PERSON);
  if (!knownTags(request).includes(etag)) return false;
  void reply.code(304);
  return true;
}
