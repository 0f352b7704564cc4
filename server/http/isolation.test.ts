import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemo, prepareDemoAccounts } from '#server/demo.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { reportPaths } from '#shared/api/reports.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { GENERAL_GRANTS } from '#shared/consultation/permissions.ts';
import type { Access } from './access.ts';
import { expectJson, type SignedIn, startTestServer, type TestServer } from './test-server.ts';

/**
 * Walks every route that is registered, so that a new one is under test the day it is written. A parameter without
 * a value here makes the test fail: give it one that exists.
 */
describe('RULE 4: every registered route', () => {
  let server: TestServer;
  let params: Record<string, string>;
  let insider: SignedIn;

  beforeAll(async () => {
    server = await startTestServer({ DEMO: 'on' });
    const { services } = server;
    await prepareDemoAccounts(services);
    await loadDemo(services, new AbortController().signal, { small: true });

    // The demonstration's consultation, read by an expert of ours.
    const coordinator = await server.as('coordinator');
    insider = await server.as('radiologist');
    const { items } = expectJson<{ items: Consultation[] }>(await coordinator.get(consultationPaths.list), 200);
    const { id } = items.find(({ state }) => state === 'ready')!;
    const { revision } = expectJson<Consultation>(await coordinator.get(consultationPaths.one(id)), 200);
    const assignment = { discipline: 'radiology', expertId: insider.account.id, revision };
    expectJson<Consultation>(await coordinator.put(consultationPaths.assignments(id), assignment), 200);
    const report = expectJson<{ id: string }>(await insider.get(reportPaths.mine(id)), 200);
    const material = expectJson<Material>(await insider.get(materialPaths.material(id)), 200);
    const { studyUid, series } = material.studies[0]!;
    params = {
      consultationId: id,
      slideId: material.slides[0]!.id,
      documentId: material.documents[0]!.id,
      reportId: report.id,
      studyUid,
      seriesUid: series[0]!.seriesUid,
      sopInstanceUid: series[0]!.representativeInstanceUid!,
      annotationId: randomUUID(),
      findingId: randomUUID(),
      segmentId: randomUUID(),
      keyImageId: randomUUID(),
      uploadId: randomUUID(),
      tokenId: randomUUID(),
      version: '1',
      level: '0',
      column: '0',
      row: '0',
      frame: '1',
      frames: '1',
      tile: '0_0.jpeg',
      region: 'full',
      size: '64,',
      rotation: '0',
      file: 'default.jpg',
    };
  }, 120_000);
  afterAll(() => server.close());

  const fill = (url: string): string =>
    url.replace(/:(\w+)/g, (_, name: string) => params[name] ?? expect.fail(`:${name} of ${url} has no value here`));

  /** The address with everything that names the subject, wherever the route looks for it. */
  const addressed = (url: string, access: Access): string =>
    access.kind === 'consultation' && access.from === 'query-or-header'
      ? `${fill(url)}?${access.param}=${params[subjectParam(access)]}`
      : fill(url);
  /** Parameters outside the path have names of their own, a standard's for one; in a path it is the id's. */
  const subjectParam = (access: Extract<Access, { kind: 'consultation' }>): string => {
    if (access.from !== 'query-or-header') return access.param;
    return access.by === 'series' ? 'seriesUid' : `${access.by}Id`;
  };

  const ofConsultations = () =>
    server.app.declaredRoutes.flatMap(({ method, url, access }) =>
      access.kind === 'consultation' ? [{ method, url, access }] : [],
    );

  it('that belongs to a consultation answers 404 to another referrer and to experts who are not assigned', async () => {
    const routes = ofConsultations();
    expect(routes.length).toBeGreaterThan(30);
    const { consultations } = server.services.db;
    for (const who of ['referrer2', 'pathologist2', 'admin', 'auditor'] as const) {
      const outsider = await server.as(who);
      for (const { method, url, access } of routes) {
        const subject = params[subjectParam(access)]!;
        const standings = await consultations.standings(outsider.account.id, access.by, subject);
        expect([url, standings.length], 'the thing asked for must exist').toEqual([url, 1]);
        const answer = await outsider.inject({ method: method as 'GET', url: addressed(url, access) });
        expect([who, method, url, answer.statusCode]).toEqual([who, method, url, 404]);
        if (method !== 'HEAD') expect(answer.json()).toMatchObject({ code: 'NOT_FOUND' });
      }
    }
  });

  it('that is not public answers 401 without a session', async () => {
    for (const { method, url, access } of server.app.declaredRoutes) {
      if (access.kind === 'public') continue;
      const answer = await server.anonymous({ method: method as 'GET', url: fill(url) });
      expect([method, url, answer.statusCode]).toEqual([method, url, 401]);
    }
  });

  it('that is public holds nothing of anybody', () => {
    // What a page of another origin may ask with (OPTIONS) is the same for every address.
    const open = server.app.declaredRoutes.filter(({ access }) => access.kind === 'public').map(({ url }) => url);
    expect([...new Set(open)].sort()).toEqual(
      [
        '/*',
        '/api/auth/*',
        '/api/demo',
        '/api/docs',
        '/api/docs/page.css',
        '/api/docs/page.js',
        '/api/openapi.json',
        '/healthz',
        '/iiif/3/:slideId/:region/:size/:rotation/:file',
        '/iiif/3/:slideId/info.json',
        '/readyz',
      ].sort(),
    );
  });

  it('that concerns no single consultation keeps to its roles', async () => {
    for (const who of ['referrer', 'coordinator', 'radiologist', 'pathologist', 'admin', 'auditor'] as const) {
      const person = await server.as(who);
      for (const { method, url, access } of server.app.declaredRoutes) {
        if (access.kind !== 'general') continue;
        const roles: readonly string[] = GENERAL_GRANTS[access.action];
        if (roles.includes(who)) continue;
        const answer = await person.inject({ method: method as 'GET', url: fill(url) });
        expect([who, method, url, answer.statusCode]).toEqual([who, method, url, 403]);
      }
    }
  });

  it('of the searches shows an outsider nothing of the consultation', async () => {
    const outsider = await server.as('referrer2');
    const searches = [
      materialPaths.slides,
      '/dicom-web/studies',
      '/dicom-web/series',
      '/dicom-web/instances',
      `/dicom-web/studies?StudyInstanceUID=${params.studyUid}`,
      consultationPaths.list,
    ];
    for (const url of searches) {
      const answer = await outsider.inject({ method: 'GET', url });
      expect(answer.statusCode, url).toBeLessThan(300);
      for (const name of ['slideId', 'studyUid', 'seriesUid', 'sopInstanceUid', 'consultationId'] as const) {
        expect(answer.body, url).not.toContain(params[name]);
      }
    }
    expect((await insider.get(materialPaths.slides)).body).toContain(params.slideId);
  });
});
