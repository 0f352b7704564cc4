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
  const asked = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  app.get('/slow', async (request) => {
    asked.resolve();
    // For ever: only the caller's leaving ends it.
    await wait(2 ** 31 - 1, null, { signal: request.signal }).catch((error) => {
      stopped.resolve();
      throw error;
    });
  });
  app.get('/defect', async () => {
    throw new Error('a defect');
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const leaving = new AbortController();
  const answer = fetch(`${address}/slow`, { signal: leaving.signal });
  await asked.promise;
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await stopped.promise;
  expect((await fetch(`${address}/defect`)).status).toBe(500);
  // Ends once every request was dealt with, so that a late line of the first one is among them.
  await app.close();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('a defect');
});
