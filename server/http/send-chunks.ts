import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Sends bytes as they are read. For HEAD nothing is read: headers alone are the answer (RFC 9110 section 9.3.2), with
 * the Content-Length the route has set, or none. An answer without a body would be given the length 0.
 */
export function sendChunks(
  request: FastifyRequest,
  reply: FastifyReply,
  chunks: () => AsyncIterable<Uint8Array>,
): FastifyReply {
  const body = request.method === 'HEAD' ? [] : chunks();
  return reply.send(Readable.from(body, { objectMode: false }));
}
