import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '#fixtures/certificate.ts';
import { callerGone } from './caller-gone.ts';
import { connectH2 } from './test-h2-client.ts';
import { createTlsListener } from './tls-listener.ts';

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

  it('does the same for a stream of HTTP/2, whose writing side a reset ends', async () => {
    const pair = selfSignedCertificate('test');
    const secure = Fastify({ serverFactory: (handler) => createTlsListener(pair, handler) });
    const signals: AbortSignal[] = [];
    secure.put('/slow', async (_request, reply) => {
      const signal = callerGone(reply);
      signals.push(signal);
      await wait(150);
      return { aborted: signal.aborted };
    });
    await secure.listen({ port: 0, host: '127.0.0.1' });
    const { port } = secure.server.address() as AddressInfo;
    const client = await connectH2(`https://127.0.0.1:${port}`);
    const put = { ':method': 'PUT', ':path': '/slow', 'content-type': 'application/json' };
    expect((await client.ask(put, Buffer.from('{"a":1}'))).body.toString()).toBe('{"aborted":false}');
    const leaving = client.begin(put);
    leaving.end('{"a":1}');
    await wait(50);
    leaving.close(8);
    await expect.poll(() => signals[1]?.aborted).toBe(true);
    expect(signals[0]?.aborted).toBe(false);
    await client.close();
    await secure.close();
  });
});
