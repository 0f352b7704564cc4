import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountPaths } from '#shared/api/account.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import { materialPaths } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { loadDemo, prepareDemoAccounts } from './demo.ts';
import { DEMO_ACCOUNTS } from './demo-accounts.ts';
import { startTestServer, type TestServer } from './http/test-server.ts';

describe('the demonstration', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ DEMO: 'on' });
    await prepareDemoAccounts(server.services);
    await loadDemo(server.services, new AbortController().signal, { small: true });
  }, 120_000);
  afterAll(() => server.close());

  async function signIn(role: string) {
    const account = DEMO_ACCOUNTS.find((one) => one.role === role)!;
    return await server.anonymous({
      method: 'POST',
      url: `${accountPaths.auth}/sign-in/email`,
      payload: { email: account.email, password: account.password },
    });
  }

  async function worklistOf(role: string) {
    const { cookies } = await signIn(role);
    const cookie = cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
    const get = (url: string) => server.anonymous({ method: 'GET', url, headers: { cookie } });
    const { items } = (await get(consultationPaths.list)).json() as { items: (Consultation & { counts: object })[] };
    return { get, items };
  }

  it('shows every role a worklist, and the experts a consultation that is ready with all kinds of material', async () => {
    for (const role of ['radiologist', 'pathologist']) {
      const { items, get } = await worklistOf(role);
      expect(items).toHaveLength(1);
      expect(items[0]).toMatchObject({ state: 'ready', counts: { studies: 1, slides: 1 } });
      const material = (await get(materialPaths.material(items[0]!.id))).json();
      expect(material.studies[0].series[0].instanceCount).toBe(12);
      expect(material.slides[0].mppX).toBeGreaterThan(0);
      expect(material.documents.length).toBeGreaterThan(0);
    }
    expect((await worklistOf('coordinator')).items.map(({ state }) => state).sort()).toEqual(['ready', 'submitted']);
    expect((await worklistOf('referrer')).items.map(({ state }) => state).sort()).toEqual(['draft', 'ready']);
  });

  it('adds nothing when it is loaded again', async () => {
    const before = await server.services.db.audit.verify();
    await prepareDemoAccounts(server.services);
    await loadDemo(server.services, new AbortController().signal, { small: true });
    expect(await server.services.db.audit.verify()).toEqual(before);
  });

  it('opens nothing with its public password once DEMO is off, and works again when it is on', async () => {
    expect((await signIn('auditor')).statusCode).toBe(200);
    const { services } = server;
    await prepareDemoAccounts({ ...services, config: { ...services.config, demo: false } });
    for (const { role } of DEMO_ACCOUNTS) expect([role, (await signIn(role)).statusCode]).toEqual([role, 401]);
    await prepareDemoAccounts(services);
    expect((await signIn('auditor')).statusCode).toBe(200);
  });
});
