import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { importPath } from '#server/domain/import-path.ts';
import { accountPaths } from '#shared/api/account.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { type SignedIn, startTestServer, type TestServer } from './test-server.ts';

/** Rule 4: what the short way answers is what the ordinary way answers, and to the same people. */

let server: TestServer;
let referrer: SignedIn;
let consultation: Consultation;
let tile: string;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** True when it came by the short way. */
  readonly isExpress: boolean;
}

/** By a real connection: `inject` knows the routes only. */
async function ask(path: string, headers: Record<string, string>, method = 'GET'): Promise<Answer> {
  const before = server.app.expressAnswers;
  const answer = await new Promise<Omit<Answer, 'isExpress'>>((resolve, reject) => {
    request(server.app.listeningOrigin + path, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    })
      .on('error', reject)
      .end();
  });
  return { ...answer, isExpress: server.app.expressAnswers > before };
}

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  consultation = await server.ready();
  const path = join(server.dataDir, 'made', 'biopsy.svs');
  await writeSlide(path, { width: 1500, height: 1100 });
  const brought = { path, consultationId: consultation.id, actor: referrer.principal };
  await importPath(server.services.material.ingest, brought, new AbortController().signal);
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { slides } = (await referrer.get(materialPaths.material(consultation.id))).json() as Material;
  tile = `${materialPaths.tile(slides[0]!.id, 0, 1, 2)}?v=${slides[0]!.tileVersion}`;
}, 60_000);
afterAll(() => server.close());

describe('the express lane', () => {
  test('gives the same answer as the route, once the route has found everything out', async () => {
    const { cookie } = referrer;
    const ordinary = await ask(tile, { cookie });
    const express = await ask(tile, { cookie });
    expect([ordinary.isExpress, express.isExpress]).toEqual([false, true]);
    expect(express.body.equals(ordinary.body)).toBe(true);
    const { date: _, ...headers } = express.headers;
    const { date: __, ...expected } = ordinary.headers;
    expect(headers).toEqual(expected);
  });

  test('answers 304 to who has the tile, and leaves lists of tags, ranges and other methods to the route', async () => {
    const { cookie } = referrer;
    const { headers, body } = await ask(tile, { cookie });
    const etag = String(headers.etag);
    const known = await ask(tile, { cookie, 'if-none-match': etag });
    expect([known.status, known.body.length, known.headers.etag, known.isExpress]).toEqual([304, 0, etag, true]);
    expect(await ask(tile, { cookie, 'if-none-match': `"x", ${etag}` })).toMatchObject({
      status: 304,
      isExpress: false,
    });
    expect(await ask(tile, { cookie, 'if-none-match': '"x"' })).toMatchObject({ status: 200, isExpress: false });
    expect(await ask(tile, { cookie, range: 'bytes=0-9' })).toMatchObject({ status: 200, isExpress: false });
    const head = await ask(tile, { cookie }, 'HEAD');
    expect([head.status, head.headers['content-length'], head.isExpress]).toEqual([200, `${body.length}`, false]);
  });

  test.each([
    ['a tile that does not exist', (path: string) => path.replace('tiles/1/2', 'tiles/99/2'), 404],
    ['a version of another form', (path: string) => path.replace(/v=\w+-/, 'v=zz-'), 200],
    ['an address that asks for more', (path: string) => `${path}&focalPlane=0`, 200],
    ['an address without a version', (path: string) => path.replace(/\?.*/, ''), 200],
    ['another slide', (path: string) => path.replace(/slides\/[0-9a-f-]+/, `slides/${crypto.randomUUID()}`), 404],
  ])('%s is for the route', async (_, change, status) => {
    expect(await ask(change(tile), { cookie: referrer.cookie })).toMatchObject({ status, isExpress: false });
  });

  test('rule 4: nobody else gets it, whatever the lane remembers', async () => {
    const { cookie } = referrer;
    expect((await ask(tile, { cookie })).isExpress).toBe(true);
    expect(await ask(tile, {})).toMatchObject({ status: 401, isExpress: false });
    expect(await ask(tile, { authorization: 'Bearer nobody', cookie })).toMatchObject({
      status: 401,
      isExpress: false,
    });
    const other = await server.as('referrer2');
    for (const _ of [1, 2])
      expect(await ask(tile, { cookie: other.cookie })).toMatchObject({ status: 404, isExpress: false });
  });

  test('rule 5: looking leaves its row before the lane opens', async () => {
    const { cookie } = await server.as('pathologist');
    const looks = async () => {
      const rows = await server.services.db.audit.page({ consultationId: consultation.id, limit: 500 });
      return rows.filter(({ action }) => action === 'slide.view').length;
    };
    const before = await looks();
    expect(await ask(tile, { cookie })).toMatchObject({ status: 200, isExpress: false });
    expect(await looks()).toBe(before + 1);
    expect(await ask(tile, { cookie })).toMatchObject({ status: 200, isExpress: true });
    expect(await looks()).toBe(before + 1);
  });

  test('rule 4: who loses his part in the consultation finds it closed at once', async () => {
    const { cookie } = await server.as('pathologist');
    expect((await ask(tile, { cookie })).isExpress).toBe(true);
    const coordinator = await server.as('coordinator');
    const { revision } = (await coordinator.get(consultationPaths.one(consultation.id))).json() as Consultation;
    const freed = await coordinator.put(consultationPaths.assignments(consultation.id), {
      ...{ revision, discipline: 'pathology', expertId: null },
    });
    expect(freed.statusCode, freed.body).toBe(200);
    expect(await ask(tile, { cookie })).toMatchObject({ status: 404, isExpress: false });
  });

  test('signing out closes it at once', async () => {
    const { cookie } = referrer;
    await ask(tile, { cookie });
    expect((await ask(tile, { cookie })).isExpress).toBe(true);
    await referrer.post(`${accountPaths.auth}/sign-out`, {});
    expect(await ask(tile, { cookie })).toMatchObject({ status: 401, isExpress: false });
  });
});
