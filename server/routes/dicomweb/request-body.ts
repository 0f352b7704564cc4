import type { ServerHttp2Stream } from 'node:http2';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Read on after a refusal, so that the client hears it; who sends more is cut off. */
const DRAINED_BYTES = 64 * 1024 * 1024;

/**
 * The bytes of the body as they come. Stopping early leaves the connection open for the answer. Throws when the client
 * breaks off: of HTTP/2 a body that was reset before anybody read it would else just end.
 */
export async function* bodyOf(request: Pick<FastifyRequest, 'raw'>): AsyncGenerator<Uint8Array, void> {
  yield* request.raw.iterator({ destroyOnReturn: false });
  const { stream } = request.raw as { stream?: ServerHttp2Stream };
  if (stream?.aborted === true) throw new Error('the request broke off');
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
      endBehind(request, reply);
      return;
    }
  } catch {
    // The client has gone; there is nobody to hear the refusal.
  }
}

/** Ends what carried the request, once the refusal is sent: the connection, or of HTTP/2 this stream alone. */
function endBehind(request: FastifyRequest, reply: FastifyReply): void {
  const { stream } = request.raw as { stream?: ServerHttp2Stream };
  if (stream === undefined) void reply.header('connection', 'close');
  else stream.once('finish', () => stream.close());
}
