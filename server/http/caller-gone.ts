import type { ServerHttp2Stream } from 'node:http2';
import type { FastifyReply } from 'fastify';

/**
 * Aborted when the connection ends before the answer is written. For requests with a body: Fastify's own
 * `request.signal` follows the incoming stream, which closes as soon as the body has been read.
 */
export function callerGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    // HTTP/2 ends the writing side of a stream that is reset, which then looks finished.
    if (!reply.raw.writableFinished || streamOf(reply)?.aborted === true) gone.abort();
  });
  return gone.signal;
}

/** True when nobody hears the answer any more. */
export function hasLeft(reply: FastifyReply): boolean {
  // The answers of HTTP/2 know no `destroyed`; their streams do.
  return reply.raw.destroyed || streamOf(reply)?.destroyed === true;
}

/** What carries the request in HTTP/2; undefined in HTTP/1.1. */
function streamOf(reply: FastifyReply): ServerHttp2Stream | undefined {
  return (reply.raw as { stream?: ServerHttp2Stream }).stream;
}
