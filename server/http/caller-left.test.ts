import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { answerErrors } from './errors.ts';

test('a caller who leaves stops the reading and is no error in the log; a defect is one', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = Fastify({ logger: { level: 'error', stream } });
  answerErrors(app);
  let stopped = false;
  app.get('/slow', async (request) => {
    await wait(2000, null, { signal: request.signal }).catch((error) => {
      stopped = true;
      throw error;
    });
  });
  app.get('/defect', async () => {
    throw new Error('a defect');
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  await expect(fetch(`${address}/slow`, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  await expect.poll(() => stopped).toBe(true);
  await wait(20);
  expect(lines).toEqual([]);
  expect((await fetch(`${address}/defect`)).status).toBe(500);
  expect(lines).toHaveLength(1);
  await app.close();
});
