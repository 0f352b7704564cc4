import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerErrors } from '#server/http/errors.ts';
import { bodyOf, passOverRest, patiently } from './request-body.ts';

/** Short enough to wait for, long enough for a busy machine. */
const PATIENCE = { waitMs: 400, leastBytes: 1000 };

let app: FastifyInstance;
let port: number;

beforeAll(async () => {
  app = Fastify();
  answerErrors(app);
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.post('/body', async (request, reply) => {
    let bytes = 0;
    try {
      for await (const chunk of bodyOf(request, PATIENCE)) bytes += chunk.byteLength;
    } catch (error) {
      await passOverRest(request, reply, error, PATIENCE);
      throw error;
    }
    return { bytes };
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => app.close());

function post(lengthBytes: number, ...more: string[]): { socket: Socket; answer: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  const head = ['POST /body HTTP/1.1', 'Host: test', 'Content-Type: a/b', `Content-Length: ${lengthBytes}`, ...more];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes.toString();
  });
  return { socket, answer: once(socket, 'close').then(() => heard) };
}

test('a body that stands still is answered with 408 and the connection ends (RFC 9110 section 15.5.9)', async () => {
  const { socket, answer } = post(5000);
  socket.write(Buffer.alloc(1000));
  const heard = await answer;
  expect(heard).toMatch(/^HTTP\/1\.1 408 /);
  expect(heard).toMatch(/connection: close/i);
  expect(heard).toContain('REQUEST_STALLED');
});

test('one that trickles is given up as well', async () => {
  const { socket, answer } = post(5000);
  const trickle = setInterval(() => socket.write('x'), 50);
  expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(trickle);
});

test('one that keeps coming is read to its end, however long it takes', async () => {
  const { socket, answer } = post(5000, 'Connection: close');
  for (let sent = 0; sent < 5; sent++) {
    socket.write(Buffer.alloc(1000));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  expect(await answer).toContain('{"bytes":5000}');
});

test('Expect: 100-continue is answered before the body is sent (RFC 9110 section 10.1.1)', async () => {
  const { socket, answer } = post(4, 'Expect: 100-continue', 'Connection: close');
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 100 Continue/);
  socket.write('abcd');
  expect(await answer).toContain('{"bytes":4}');
});

test('time we need ourselves does not count', async () => {
  async function* ready() {
    for (let i = 0; i < 4; i++) yield new Uint8Array(1);
  }
  let chunks = 0;
  for await (const _ of patiently(ready(), { waitMs: 100, leastBytes: 1000 })) {
    chunks++;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  expect(chunks).toBe(4);
});

test('what the source throws passes, and a source that is left early is closed', async () => {
  let closed = false;
  async function* source() {
    try {
      yield new Uint8Array(1);
      throw new Error('broken line');
    } finally {
      closed = true;
    }
  }
  const readAll = async () => {
    for await (const _ of patiently(source(), PATIENCE)) {
      // Nothing to do with it.
    }
  };
  await expect(readAll()).rejects.toThrow('broken line');
  closed = false;
  for await (const _ of patiently(source(), PATIENCE)) break;
  await expect.poll(() => closed).toBe(true);
});
