import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends bytes as they are read. For HEAD nothing is read: headers alone are the answer (RFC 9110 section 9.3.2). */
export function sendChunks(
  request: FastifyRequest,
  reply: FastifyReply,
  chunks: () => AsyncIterable<Uint8Array>,
): FastifyReply {
  return request.method === 'HEAD' ? reply.send() : reply.send(Readable.from(chunks(), { objectMode: false }));
}
