/** Focal planes and channels of slides in the addresses of their tiles. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeOmeStack } from '#fixtures/ome-stack.ts';
import { importPath } from '#server/domain/import-path.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';

let server: TestServer;
let referrer: SignedIn;
let slide: SlideSummary;

const tile = (query: string, tag = '"none"') =>
  referrer.inject({
    method: 'GET',
    url: `${materialPaths.tile(slide.id, 0, 0, 0)}${query}`,
    headers: { 'if-none-match': tag },
  });

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  const consultation = await server.draft();
  const path = join(server.dataDir, 'stack.ome.tif');
  await writeFile(path, encodeOmeStack());
  const needs = { path, consultationId: consultation.id, actor: referrer.principal };
  expect((await importPath(server.services.material.ingest, needs, AbortSignal.timeout(30_000))).refused).toEqual([]);
  const held = (await referrer.get(materialPaths.material(consultation.id))).json() as Material;
  slide = held.slides[0]!;
}, 60_000);
afterAll(() => server.close());

test('the slide says which planes and channels it has', () => {
  expect(slide.focalPlanes).toEqual([{ zUm: 0 }, { zUm: 2 }]);
  expect(slide.channels.map(({ name }) => name)).toEqual(['DAPI', 'Cy5']);
});

test('each selection is another picture under another tag, and is not sent twice', async () => {
  const queries = ['?focalPlane=0', '?focalPlane=1', '?channels=0', '?channels=0:ff0000', '?channels=0:ff0000:0:90'];
  const answers = [];
  for (const query of queries) answers.push(await tile(query));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
  const tags = answers.map(({ headers }) => String(headers.etag));
  expect(new Set(tags).size).toBe(queries.length);
  for (const [index, query] of queries.entries()) {
    expect((await tile(query, tags[index])).statusCode).toBe(304);
    expect((await tile(query, tags[(index + 1) % tags.length])).statusCode).toBe(200);
  }
});

test('without a selection the tile is what the slide shows first', async () => {
  const tag = String((await tile('')).headers.etag);
  expect((await tile('?focalPlane=1', tag)).statusCode).toBe(304);
  expect((await tile('?focalPlane=1&channels=0,1', tag)).statusCode).toBe(304);
});

test.each([
  ['?focalPlane=2', 404],
  ['?channels=2', 404],
  ['?focalPlane=-1', 400],
  ['?focalPlane=1.5', 400],
  ['?focalPlane=99999', 400],
  ['?channels=', 400],
  ['?channels=red', 400],
  ['?channels=0,0', 400],
  ['?channels=0::9:3', 400],
  [`?channels=${'0'.repeat(4000)}`, 400],
])('%s is refused with a sentence', async (query, status) => {
  const answer = await tile(query);
  expect(answer.statusCode).toBe(status);
  expect(answer.json().message).toMatch(/\.$/);
  expect(answer.headers['cache-control']).not.toMatch(/immutable/);
});
