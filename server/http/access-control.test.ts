import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountPaths } from '#shared/api/account.ts';
import { auditPaths } from '#shared/api/audit.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import { controlAccess } from './access-control.ts';
import { AccessRecorder } from './access-recorder.ts';
import { Principals } from './principals.ts';
import { Standings } from './standings.ts';
import { startTestServer, type TestServer } from './test-server.ts';

describe('access control', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  function bare() {
    const { sessions, db, clock } = server.services;
    const app = Fastify();
    controlAccess(app, {
      principals: new Principals(sessions, db, clock),
      standings: new Standings(db, clock),
      recorder: new AccessRecorder(db.audit, clock),
    });
    return app;
  }

  it('stops the start at a route that declares no access', () => {
    expect(() => bare().get('/forgotten', async () => 'secret')).toThrow(/GET \/forgotten declares no access/);
  });

  it('stops the start at a route whose access names a parameter it does not have', () => {
    const access = { kind: 'consultation', action: 'consultation.read', by: 'consultation', param: 'id' } as const;
    expect(() => bare().get('/x/:other', { config: { access } }, async () => 'secret')).toThrow(/does not have/);
  });

  it('declares access on every route of the product', () => {
    const routes = server.app.printRoutes({ commonPrefix: false, includeMeta: false });
    expect(routes).toContain('api/consultations');
    expect(routes).toContain('healthz');
  });

  it('asks for a sign-in before it tells whether a thing exists', async () => {
    const { id } = await server.draft();
    for (const url of [consultationPaths.list, consultationPaths.one(id), consultationPaths.one('nothing')]) {
      const answer = await server.anonymous({ method: 'GET', url });
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: 'NOT_SIGNED_IN' });
    }
  });

  it('RULE 4: answers an existing and a missing thing alike to an outsider', async () => {
    const { id } = await server.draft();
    const outsider = await server.as('referrer2');
    const existing = await outsider.get(consultationPaths.one(id));
    const missing = await outsider.get(consultationPaths.one('3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c11'));
    const malformed = await outsider.get(consultationPaths.one('no-id'));
    expect(existing.statusCode).toBe(404);
    expect(missing.statusCode).toBe(404);
    expect(malformed.statusCode).toBe(404);
    expect(existing.body).toBe(missing.body);
    expect(malformed.body).toBe(missing.body);
    const names = (headers: object) =>
      Object.keys(headers)
        .filter((name) => name !== 'date')
        .sort();
    expect(names(existing.headers)).toEqual(names(missing.headers));
  });

  it('says 403 to somebody who may know of the thing', async () => {
    const { id } = await server.draft();
    const answer = await (await server.as('referrer')).put(consultationPaths.assignments(id), {});
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('refuses before it reads the body', async () => {
    const { id } = await server.draft();
    const outsider = await server.as('referrer2');
    const answer = await outsider.inject({
      method: 'PATCH',
      url: consultationPaths.one(id),
      headers: { 'content-type': 'application/json' },
      payload: '{ not json',
    });
    expect(answer.statusCode).toBe(404);
  });

  it('RULE 4: an expert loses sight at once when somebody else is assigned', async () => {
    const consultation = await server.ready();
    const [coordinator, first, second] = [
      await server.as('coordinator'),
      await server.as('radiologist'),
      await server.as('radiologist2'),
    ];
    expect((await first.get(consultationPaths.one(consultation.id))).statusCode).toBe(200);
    expect((await second.get(consultationPaths.one(consultation.id))).statusCode).toBe(404);
    const moved = await coordinator.put(consultationPaths.assignments(consultation.id), {
      discipline: 'radiology',
      expertId: second.account.id,
      revision: consultation.revision,
    });
    expect(moved.statusCode).toBe(200);
    expect((await first.get(consultationPaths.one(consultation.id))).statusCode).toBe(404);
    expect((await second.get(consultationPaths.one(consultation.id))).statusCode).toBe(200);
  });

  it('RULE 5: leaves one row of a read in a minute, a row of each refusal, and none for what does not exist', async () => {
    const { id } = await server.draft();
    const [owner, outsider, auditor] = [
      await server.as('referrer'),
      await server.as('referrer2'),
      await server.as('auditor'),
    ];
    for (let time = 0; time < 3; time += 1) await owner.get(consultationPaths.one(id));
    await outsider.get(consultationPaths.one(id));
    await outsider.get(consultationPaths.one('3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c12'));
    const { rows } = (await auditor.get(`${auditPaths.list}?consultationId=${id}`)).json() as {
      rows: { action: string; outcome: string; actorId: string }[];
    };
    expect(rows.map(({ action, outcome, actorId }) => [action, outcome, actorId])).toEqual([
      ['consultation.read', 'refused', outsider.account.id],
      ['consultation.read', 'success', owner.account.id],
      ['consultation.create', 'success', owner.account.id],
    ]);
    const all = (await auditor.get(`${auditPaths.list}?limit=500`)).body;
    expect(all).not.toContain('3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c12');
  });

  it('lets only auditors read the trail and only coordinators list experts', async () => {
    for (const who of ['referrer', 'coordinator', 'radiologist', 'admin'] as const) {
      expect((await (await server.as(who)).get(auditPaths.list)).statusCode).toBe(403);
    }
    expect((await (await server.as('referrer')).get(consultationPaths.experts)).statusCode).toBe(403);
    expect((await (await server.as('coordinator')).get(consultationPaths.experts)).statusCode).toBe(200);
  });

  it('answers what nobody has declared with the same 404 and the same form', async () => {
    for (const url of ['/api/nothing', '/dicom-web/nothing', '/api']) {
      const answer = await server.anonymous({ method: 'GET', url });
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 404, 'NOT_FOUND']);
    }
    expect((await server.anonymous({ method: 'DELETE', url: accountPaths.me })).json()).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
