import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectJson, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';

describe('consultations over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('goes from draft to ready, each role seeing it when its turn comes', async () => {
    const consultation = await server.ready();
    expect(consultation.state).toBe('ready');
    expect(consultation.assignments.map(({ discipline }) => discipline)).toEqual(['radiology', 'pathology']);
    expect(consultation.timeline.map(({ event }) => event)).toEqual(['create', 'submit', 'assign', 'assign', 'accept']);
    for (const who of ['referrer', 'coordinator', 'radiologist', 'pathologist'] as const) {
      const list = expectJson<{ items: Consultation[] }>(await (await server.as(who)).get(consultationPaths.list), 200);
      expect(list.items.map(({ id }) => id)).toContain(consultation.id);
    }
  });
});
