import type { FastifyReply, FastifyRequest } from 'fastify';

/** Read on after a refusal, so that the client hears it; who sends more is cut off. */
const DRAINED_BYTES = 64 * 1024 * 1024;

/** The bytes of the body as they come. Stopping early leaves the connection open for the answer. */
export function bodyOf(request: FastifyRequest): AsyncIterable<Uint8Array> {
  return request.raw.iterator({ destroyOnReturn: false });
}

/**
 * For a request that is refused before its body was read to the end: a client that is still sending often does not see
 * the answer. Small rests are read; behind larger ones the connection ends.
 */
export async function passOverRest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  let passed = 0;
  try {
    for await (const chunk of bodyOf(request)) {
      passed += chunk.byteLength;
      if (passed <= DRAINED_BYTES) continue;
      void reply.header('connection', 'close');
      return;
    }
  } catch {
    // The client has gone; there is nobody to hear the refusal.
  }
}
