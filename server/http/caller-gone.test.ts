import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { callerGone } from './caller-gone.ts';

describe('the signal of a request with a body', () => {
  const app = Fastify();
  afterEach(async () => await app.close());

  it('stays quiet after the body was read and fires when the caller leaves', async () => {
    const signals: AbortSignal[] = [];
    app.put('/slow', async (_request, reply) => {
      const signal = callerGone(reply);
      signals.push(signal);
      await wait(150);
      return { aborted: signal.aborted };
    });
    const address = await app.listen({ port: 0, host: '127.0.0.1' });
    const send = (signal: AbortSignal) =>
      fetch(`${address}/slow`, {
        method: 'PUT',
        body: '{"a":1}',
        headers: { 'content-type': 'application/json' },
        signal,
      });

    const answer = await send(AbortSignal.timeout(5000));
    expect(await answer.json()).toEqual({ aborted: false });

    await expect(send(AbortSignal.timeout(50))).rejects.toThrow();
    const left = signals[1]!;
    if (!left.aborted) await once(left, 'abort', { signal: AbortSignal.timeout(2000) });
    expect(left.aborted).toBe(true);
  });
});
