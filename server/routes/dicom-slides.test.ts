/** DICOM series of whole slide images become slides of the consultation that holds them. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeDicomSlide } from '#fixtures/dicom-slide.ts';
import { reduce, testPicture } from '#fixtures/vendor-tiff.ts';
import { importPath } from '#server/domain/import-path.ts';
import { JOIN_DICOM_SLIDE, joinDicomSlide, seriesOfJob } from '#server/domain/join-dicom-slide.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { SeriesUid, Sha256 } from '#shared/ids.ts';
import { encodeObjectList } from '#shared/imaging/object-list.ts';

const picture = testPicture(100, 70);
const full = { pictures: [[picture]], tile: 32, organization: 'TILED_FULL' } as const;
const half = { ...full, pictures: [[reduce(picture, 2)]], number: 1, spacing: [0.001, 0.0005] } as const;
const label = { ...full, pictures: [[testPicture(32, 32)]], number: 2, flavour: 'LABEL' } as const;
const signal = new AbortController().signal;

let server: TestServer;
let referrer: SignedIn;
let consultation: Consultation;
let brought = 0;

async function bring(files: readonly Buffer[]): Promise<void> {
  const folder = join(server.dataDir, `brought-${brought++}`);
  await mkdir(folder);
  for (const [index, file] of files.entries()) await writeFile(join(folder, `${index}.dcm`), file);
  const request = { path: folder, consultationId: consultation.id, actor: referrer.principal };
  expect((await importPath(server.services.material.ingest, request, signal)).refused).toEqual([]);
}

/** Runs what is due in a minute. */
async function runJobs(): Promise<number> {
  const { db, blobs, clock, material } = server.services;
  const describeStored = (sha256: Sha256) => material.tiles.describe(sha256);
  const inAMinute = new Date(Date.now() + 60_000).toISOString();
  for (let count = 0; ; count++) {
    const job = await db.jobs.claim([JOIN_DICOM_SLIDE], inAMinute, new Date(Date.now() + 120_000).toISOString());
    if (job === null) return count;
    expect(job.kind).toBe(JOIN_DICOM_SLIDE);
    await joinDicomSlide({ db, blobs, clock, describeStored }, seriesOfJob(job.payload), signal);
    await db.jobs.finish(job.id, inAMinute);
  }
}

const held = async () => (await referrer.get(materialPaths.material(consultation.id))).json() as Material;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  consultation = await server.draft();
}, 60_000);
afterAll(() => server.close());

test('a series of a label alone stays a series', async () => {
  await bring(encodeDicomSlide(label));
  expect(await runJobs()).toBe(1);
  expect((await held()).slides).toEqual([]);
});

test('its images become one slide, whose tiles are those of the objects', async () => {
  await bring([...encodeDicomSlide(half), ...encodeDicomSlide(full)]);
  expect((await held()).slides).toEqual([]);
  await runJobs();
  const { slides, studies } = await held();
  expect(slides).toMatchObject([
    {
      format: 'dicom-wsi',
      width: 100,
      height: 70,
      mppX: 0.25,
      compression: 'Explicit VR Little Endian',
      associatedImages: [{ name: 'label' }],
    },
  ]);
  expect(slides[0]!.levels.map(({ width }) => width)).toEqual([100, 50]);
  expect(slides[0]!.name).toBe('DICOM slide (3 objects)');
  expect(studies).toHaveLength(1);
  const answer = await referrer.get(materialPaths.tile(slides[0]!.id, 0, 1, 1));
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'image/png']);
  const rectangle = { x: 30, y: 31, width: 40, height: 1 };
  const { data } = await server.services.material.tiles.region(slides[0]!.sha256, 0, rectangle);
  expect(Buffer.from(data)).toEqual(Buffer.from(picture.data.subarray((31 * 100 + 30) * 3, (31 * 100 + 70) * 3)));
  expect((await referrer.get(materialPaths.slides)).json()).toEqual({ slides });
  expect((await referrer.get(materialPaths.slideThumbnail(slides[0]!.id))).statusCode).toBe(200);
});

test('the same objects again add no slide', async () => {
  const before = await held();
  await bring(encodeDicomSlide(full));
  expect(await runJobs()).toBe(0);
  const { db, blobs, clock, material } = server.services;
  const series = { consultationId: consultation.id, seriesUid: '2.25.77003' as SeriesUid };
  const describeStored = (sha256: Sha256) => material.tiles.describe(sha256);
  await joinDicomSlide({ db, blobs, clock, describeStored }, { ...series, objects: 3 }, signal);
  // A job that more objects have overtaken does nothing either.
  await joinDicomSlide({ db, blobs, clock, describeStored }, { ...series, objects: 2 }, signal);
  expect((await held()).slides).toEqual(before.slides);
});

test('a series that grows gets another slide; the first keeps its pixels', async () => {
  const [before] = (await held()).slides;
  const quarter = { ...half, pictures: [[reduce(reduce(picture, 2), 2)]], number: 3 } as const;
  await bring(encodeDicomSlide(quarter));
  await runJobs();
  const { slides } = await held();
  expect(slides.map(({ levels }) => levels.length)).toEqual([2, 3]);
  expect(slides[0]).toEqual(before);
  expect(slides[1]!.name).toBe('DICOM slide (4 objects)');
});

test('who may not see the consultation sees neither the slide nor its tiles', async () => {
  const [slide] = (await held()).slides;
  const stranger = await server.as('referrer2');
  for (const url of [materialPaths.slide(slide!.id), materialPaths.tile(slide!.id, 0, 0, 0)]) {
    expect((await stranger.get(url)).statusCode, url).toBe(404);
    expect((await server.anonymous({ method: 'GET', url })).statusCode, url).toBe(401);
  }
});

test('a list of objects that somebody uploads opens nothing', async () => {
  const { sha256 } = (await held()).slides[0]!;
  const folder = join(server.dataDir, 'lists');
  await mkdir(folder);
  await writeFile(join(folder, 'list.svs'), encodeObjectList([sha256]));
  await writeFile(join(folder, 'list.txt'), encodeObjectList([sha256]));
  const before = await held();
  const request = { path: folder, consultationId: consultation.id, actor: referrer.principal };
  await importPath(server.services.material.ingest, request, signal);
  expect((await held()).slides).toEqual(before.slides);
});
