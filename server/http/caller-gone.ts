import type { FastifyReply } from 'fastify';

/**
 * Aborted when the connection ends before the answer is written. For requests with a body: Fastify's own
 * `request.signal` follows the incoming stream, which closes as soon as the body has been read.
 */
export function callerGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
