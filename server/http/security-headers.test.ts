import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consultationPaths } from '#shared/api/consultations.ts';
import { startTestServer, TEST_INTAKE, type TestServer } from './test-server.ts';

describe('security headers over http', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('sends a policy under which nothing is evaluated', async () => {
    for (const url of ['/healthz', '/api/docs', '/nowhere']) {
      const { headers } = await server.anonymous({ method: 'GET', url });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
      expect(policy).toContain("worker-src 'self' blob:");
      expect(policy).toContain("object-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/'unsafe-eval'|upgrade-insecure-requests|script-src[^;]*unsafe-inline/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('keeps no copy of data', async () => {
    const { headers } = await (await server.as('referrer')).get(consultationPaths.list);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('refuses a change another site sends with the cookie', async () => {
    const owner = await server.as('referrer');
    const send = (headers: Record<string, string>) =>
      owner.inject({ method: 'POST', url: consultationPaths.list, payload: TEST_INTAKE, headers });
    const refused: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost.evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of refused) {
      const answer = await send(headers);
      expect([headers, answer.statusCode, answer.json().code]).toEqual([headers, 403, 'ORIGIN_REFUSED']);
    }
    expect((await send({ origin: 'http://localhost:80', host: 'localhost:80' })).statusCode).toBe(201);
    expect((await send({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(201);
    expect((await send({})).statusCode).toBe(201);
  });

  it('reads for another site nothing either: no answer carries a permission for foreign origins', async () => {
    const answer = await (await server.as('referrer')).inject({
      method: 'GET',
      url: consultationPaths.list,
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
  });
});

describe('security headers behind https', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ PUBLIC_URL: 'https://opinions.example.org' });
  });
  afterAll(() => server.close());

  it('upgrades, remembers https and marks the cookie Secure', async () => {
    const { headers } = await server.anonymous({ method: 'GET', url: '/healthz' });
    expect(headers['content-security-policy']).toContain('upgrade-insecure-requests');
    expect(headers['strict-transport-security']).toMatch(/max-age=31536000/);
    const { account } = await server.as('referrer');
    const answer = await server.anonymous({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      headers: { origin: 'https://opinions.example.org' },
      payload: { email: account.email, password: 'test-password-1' },
    });
    expect(answer.statusCode).toBe(200);
    const session = answer.cookies.find(({ name }) => name.endsWith('session_token'));
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
  });
});
