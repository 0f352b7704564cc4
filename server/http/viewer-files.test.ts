import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '#server/app.ts';
import { precompress } from './precompress.ts';
import { startTestServer, type TestServer } from './test-server.ts';

describe('the pages of the viewer', () => {
  const script = `console.log(${JSON.stringify('x'.repeat(4000))})`;
  let server: TestServer;
  let app: FastifyInstance;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consilium-viewer-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Consilium</title>');
    await writeFile(join(folder, 'assets', 'main-abc123.js'), script);
    await precompress(folder);
    server = await startTestServer();
    app = await buildApp(server.services, folder);
  });
  afterAll(async () => {
    await app.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['/', '/consultations', '/consultations/1/workspace?tab=2'])('answers %s with the page', async (url) => {
    const answer = await app.inject({ method: 'GET', url });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.body).toContain('Consilium');
  });

  it('lets the browser keep what carries a hash in its name, and sends it compressed', async () => {
    const url = '/assets/main-abc123.js';
    const answer = await app.inject({ method: 'GET', url, headers: { 'accept-encoding': 'br' } });
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
    });
    expect(answer.headers['content-type']).toMatch(/javascript/);
    expect(brotliDecompressSync(answer.rawPayload).toString()).toBe(script);
    expect((await app.inject({ method: 'GET', url })).body).toBe(script);
  });

  it.each([
    '/assets/missing.js',
    '/main.js',
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '/api/nothing',
    '/dicom-web/nothing',
  ])('answers %s with 404, never with the page', async (url) => {
    const answer = await app.inject({ method: 'GET', url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});
