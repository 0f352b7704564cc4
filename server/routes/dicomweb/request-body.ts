import type { ServerHttp2Stream } from 'node:http2';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#shared/errors.ts';

/** Read on after a refusal, so that the client hears it; who sends more is cut off. */
const DRAINED_BYTES = 64 * 1024 * 1024;

/** What a client may take to send `leastBytes`, counted while we wait for it and not while we are busy ourselves. */
export interface Patience {
  readonly waitMs: number;
  readonly leastBytes: number;
}
const PATIENCE: Patience = { waitMs: 60_000, leastBytes: 16 * 1024 };

/**
 * The bytes of the body as they come. Stopping early leaves the connection open for the answer. Throws when the client
 * breaks off: of HTTP/2 a body that was reset before anybody read it would else just end.
 * @throws AppError REQUEST_STALLED for a body that stands still or trickles
 */
export async function* bodyOf(
  request: Pick<FastifyRequest, 'raw'>,
  patience = PATIENCE,
): AsyncGenerator<Uint8Array, void> {
  yield* patiently(request.raw.iterator({ destroyOnReturn: false }), patience);
  const { stream } = request.raw as { stream?: ServerHttp2Stream };
  if (stream?.aborted === true) throw new Error('the request broke off');
}

/** The chunks, until they bring less than `leastBytes` in `waitMs` of waiting. */
export async function* patiently(
  chunks: AsyncIterable<Uint8Array>,
  { waitMs, leastBytes }: Patience,
): AsyncGenerator<Uint8Array, void> {
  const source = chunks[Symbol.asyncIterator]();
  let [waited, brought] = [0, 0];
  try {
    for (;;) {
      const began = performance.now();
      const next = await within(source.next(), waitMs - waited, waitMs);
      waited += performance.now() - began;
      if (next.done === true) return;
      brought += next.value.byteLength;
      if (brought >= leastBytes) [waited, brought] = [0, 0];
      yield next.value;
    }
  } finally {
    // Not awaited: a source that never answers would not answer this either.
    void source.return?.().then(undefined, () => undefined);
  }
}

async function within<T>(value: Promise<T>, leftMs: number, waitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = () => reject(new AppError('REQUEST_STALLED', { seconds: waitMs / 1000 }));
    timer = setTimeout(refuse, Math.max(0, leftMs));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * For a request that is refused before its body was read to the end: a client that is still sending often does not see
 * the answer. Small rests are read; behind larger ones, and behind a body that stood still, the connection ends.
 */
export async function passOverRest(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: unknown,
  patience = PATIENCE,
): Promise<void> {
  let passed = 0;
  if (isStalled(refusal)) {
    endBehind(request, reply);
    return;
  }
  try {
    for await (const chunk of bodyOf(request, patience)) {
      passed += chunk.byteLength;
      if (passed <= DRAINED_BYTES) continue;
      endBehind(request, reply);
      return;
    }
  } catch (error) {
    // The client stands still, or has gone and there is nobody to hear the refusal.
    if (isStalled(error)) endBehind(request, reply);
  }
}

/** Ends what carried the request, once the refusal is sent: the connection, or of HTTP/2 this stream alone. */
function endBehind(request: FastifyRequest, reply: FastifyReply): void {
  const { stream } = request.raw as { stream?: ServerHttp2Stream };
  if (stream === undefined) void reply.header('connection', 'close');
  else stream.once('finish', () => stream.close());
}

function isStalled(error: unknown): boolean {
  return error instanceof AppError && error.code === 'REQUEST_STALLED';
}
