/** A slide that lacks levels: shown at once, completed in the background, and never shown in the wrong counting. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { importPath } from '#server/domain/import-path.ts';
import { MAKE_SIDE_PYRAMID, makeSidePyramid } from '#server/domain/make-side-pyramid.ts';
import type { SidePyramidMaker } from '#server/domain/side-pyramid-ports.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { plainPage, type SamplePage, tiffSample } from '#server/slides/tiff-sample.ts';
import { type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';

const signal = new AbortController().signal;
let server: TestServer;
let referrer: SignedIn;
let consultation: Consultation;
let before: SlideSummary;

async function bring(name: string, pages: readonly SamplePage[]): Promise<SlideSummary> {
  const folder = join(server.dataDir, `brought-${name}`);
  await mkdir(folder);
  await writeFile(join(folder, name), tiffSample(pages));
  const request = { path: folder, consultationId: consultation.id, actor: referrer.principal };
  expect((await importPath(server.services.material.ingest, request, signal)).refused).toEqual([]);
  return seen(name);
}

async function seen(name: string): Promise<SlideSummary> {
  const { slides } = (await referrer.get(materialPaths.material(consultation.id))).json() as Material;
  return slides.find((slide) => slide.name === name)!;
}

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  consultation = await server.draft();
  before = await bring('jump.tif', [plainPage(1600, 1200, 64), plainPage(100, 75, 64)]);
}, 60_000);
afterAll(() => server.close());

test('a slide can be read before its levels are made, and says so', async () => {
  expect(before.levels.map(({ width }) => width)).toEqual([1600, 100]);
  expect(before.overview).toMatchObject({ state: expect.stringMatching(/waiting|making/), failure: null });
  const tile = await referrer.get(`${materialPaths.tile(before.id, 1, 1, 1)}?v=${before.tileVersion}`);
  expect(tile.statusCode).toBe(200);
});

test('then it has them, level 0 is what it was, and addresses from before mean what they meant', async () => {
  const address = (slide: SlideSummary, level: number) =>
    `${materialPaths.tile(slide.id, level, 0, 0)}?v=${slide.tileVersion}`;
  const old = await referrer.get(address(before, 1));
  server.services.reports.wakeJobs();
  await vi.waitFor(async () => expect((await seen('jump.tif')).overview).toBeNull(), {
    timeout: 30_000,
    interval: 100,
  });
  const after = await seen('jump.tif');
  expect(after.levels.map(({ width }) => width)).toEqual([1600, 400, 100]);
  expect(after.levels[0]).toEqual(before.levels[0]);
  expect(after.tileVersion).not.toBe(before.tileVersion);

  const again = await referrer.get(address(before, 1));
  expect(again.rawPayload.equals(old.rawPayload)).toBe(true);
  expect([again.headers.etag, again.headers['cache-control']]).toEqual([
    old.headers.etag,
    'private, max-age=31536000, immutable',
  ]);
  const coarse = await referrer.get(address(after, 2));
  expect(coarse.rawPayload.equals(old.rawPayload)).toBe(true);
  const between = await referrer.get(address(after, 1));
  expect([between.statusCode, between.headers['content-type']]).toEqual([200, 'image/png']);
  expect(between.headers.etag).not.toBe(old.headers.etag);
  // Without a version an address counts the levels there are now, and is asked again each time.
  await vi.waitFor(
    async () => {
      const now = await referrer.get(materialPaths.tile(after.id, 1, 0, 0));
      expect([now.headers.etag, now.headers['cache-control']]).toEqual([between.headers.etag, 'private, no-cache']);
    },
    { timeout: 10_000, interval: 500 },
  );
}, 60_000);

test('its file is stored and verified like any other', async () => {
  expect(await server.services.db.material.hashesWithoutBlob()).toEqual([]);
  const { side } = (await server.services.db.material.slide(before.id))!;
  expect(await server.services.blobs.verify(side!.sha256!)).toBe('intact');
});

test('the same bytes again are not made again', async () => {
  const other = await server.draft();
  const request = {
    path: join(server.dataDir, 'brought-jump.tif'),
    consultationId: other.id,
    actor: referrer.principal,
  };
  await importPath(server.services.material.ingest, request, signal);
  const { slides } = (await referrer.get(materialPaths.material(other.id))).json() as Material;
  expect([slides[0]?.overview, slides[0]?.levels.length]).toEqual([null, 3]);
});

test('a slide that lacks nothing has no overview to wait for', async () => {
  const slide = await bring('complete.tif', [plainPage(300, 200, 64)]);
  expect(slide.overview).toBeNull();
});

test.each([
  [
    'a sentence, for pixels that cannot be read',
    new AppError('TILE_UNDECODABLE', { level: 0, column: 1, row: 2 }),
    false,
    'failed',
  ],
  ['another attempt, for what may pass', new AppError('STORAGE_UNAVAILABLE'), false, 'making'],
  ['a sentence, when no attempt is left', new Error('out of luck'), true, 'failed'],
])('when it cannot be made: %s', async (_, failure, lastAttempt, state) => {
  const { db, blobs, clock } = server.services;
  const sha256 = `${state}${lastAttempt}`.padEnd(64, 'f').replaceAll(/[^0-9a-f]/g, '0') as Sha256;
  await db.sidePyramids.add(sha256, clock.now().toISOString());
  const sidePyramids: SidePyramidMaker = {
    async make(_sha256, onProgress) {
      onProgress(12);
      throw failure;
    },
  };
  const work = makeSidePyramid({ db, blobs, clock, sidePyramids }, sha256, { signal, lastAttempt });
  if (failure instanceof AppError && failure.status < 500) await work;
  else await expect(work).rejects.toBe(failure);
  expect(await db.sidePyramids.find(sha256)).toMatchObject({
    state,
    failure: state === 'failed' ? expect.stringMatching(/\.$/) : null,
  });
});

test('the job is one for each file, and belongs to the worker of long jobs', async () => {
  const { sha256 } = before;
  expect(await server.services.db.jobs.state(`${MAKE_SIDE_PYRAMID}:${sha256}`)).toBe('done');
});
