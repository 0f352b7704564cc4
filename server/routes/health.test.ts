import { rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '#server/http/test-server.ts';

describe('health', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ LOG_LEVEL: 'silent' });
  });
  afterAll(() => server.close());

  const ask = (url: string) => server.anonymous({ method: 'GET', url });

  it('is good while everything answers', async () => {
    for (const url of ['/healthz', '/readyz']) {
      const answer = await ask(url);
      expect([url, answer.statusCode, answer.json()]).toEqual([url, 200, { status: 'ok' }]);
    }
  });

  it('is not ready without its data directory, and again when that is back; it lives all the while', async () => {
    await rename(server.dataDir, `${server.dataDir}-away`);
    try {
      const answer = await ask('/readyz');
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'NOT_READY' });
      expect((await ask('/healthz')).statusCode).toBe(200);
    } finally {
      await rename(`${server.dataDir}-away`, server.dataDir);
    }
    expect((await ask('/readyz')).statusCode).toBe(200);
  });

  it('is not ready without its database', async () => {
    const { db } = server.services;
    const original = db.users.isEmpty;
    db.users.isEmpty = () => Promise.reject(new Error('connection refused by 10.0.0.7'));
    try {
      const answer = await ask('/readyz');
      expect(answer.statusCode).toBe(503);
      expect(answer.body).not.toContain('10.0.0.7');
    } finally {
      db.users.isEmpty = original;
    }
  });
});
