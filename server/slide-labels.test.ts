import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeDicomSlide } from '#fixtures/dicom-slide.ts';
import { writeSlide } from '#fixtures/slide.ts';
import { type Picture, reduce, testPicture } from '#fixtures/vendor-tiff.ts';
import { type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { type ConsultationState, STATES } from '#shared/consultation/lifecycle.ts';
import { decide, type Standing } from '#shared/consultation/permissions.ts';
import type { Membership } from '#shared/consultation/role.ts';
import { planRetrieve } from './dimse/retrieve-plan.ts';
import type { DimseNeeds } from './dimse/session.ts';
import { importPath } from './domain/import-path.ts';
import { JOIN_DICOM_SLIDE, joinDicomSlide, seriesOfJob } from './domain/join-dicom-slide.ts';
import { type SignedIn, startTestServer, type TestPerson, type TestServer } from './http/test-server.ts';

/**
 * Label and macro show what the glass says, names and numbers of the laboratory at times, and have a permission of their own.
 * Every person in every state stands in front of every door behind which they lie.
 */

const signal = new AbortController().signal;
const MAGENTA: Picture = {
  ...{ width: 32, height: 32 },
  data: Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => (at % 3 === 1 ? 0 : 255)),
};
const picture = testPicture(96, 64);
const volume = { pictures: [[picture]], tile: 32, organization: 'TILED_FULL' } as const;
const half = { ...volume, pictures: [[reduce(picture, 2)]], number: 1, spacing: [0.001, 0.0005] } as const;
const label = { ...volume, pictures: [[MAGENTA]], number: 2, flavour: 'LABEL' } as const;
const overview = { ...label, number: 3, flavour: 'OVERVIEW' } as const;
const UIDS = { study: '2.25.77002', series: '2.25.77003', volume: '2.25.77001.0.0' };
const HIDDEN = ['2.25.77001.2.0', '2.25.77001.3.0'] as const;

const PEOPLE: readonly (readonly [TestPerson, Membership])[] = [
  ...([['referrer', 'referrer'] as const, ['referrer2', 'none'] as const] as const),
  ...([
    ['coordinator', 'none'] as const,
    ['radiologist', 'expert'] as const,
    ['pathologist', 'expert'] as const,
  ] as const),
  ...([['pathologist2', 'none'] as const, ['admin', 'none'] as const, ['auditor', 'none'] as const] as const),
];

let server: TestServer;
let consultation: Consultation;
let scanned: SlideSummary;
let joined: SlideSummary;

async function bring(files: readonly Buffer[]): Promise<void> {
  const referrer = await server.as('referrer');
  const folder = join(server.dataDir, 'brought');
  await mkdir(folder, { recursive: true });
  for (const [index, file] of files.entries()) await writeFile(join(folder, `${index}.dcm`), file);
  await writeSlide(join(folder, 'biopsy.svs'), { width: 900, height: 700 });
  const request = { path: folder, consultationId: consultation.id, actor: referrer.principal };
  expect((await importPath(server.services.material.ingest, request, signal)).refused).toEqual([]);
  const { db, blobs, clock, material } = server.services;
  const [now, later] = [60_000, 120_000].map((ms) => new Date(Date.now() + ms).toISOString()) as [string, string];
  const job = await db.jobs.claim([JOIN_DICOM_SLIDE], now, later);
  const needs = { db, blobs, clock, describeStored: (sha256: string) => material.tiles.describe(sha256) };
  await joinDicomSlide(needs, seriesOfJob(job?.payload ?? {}), signal);
}

async function moveTo(state: ConsultationState): Promise<void> {
  await server.services.db.transaction(async ({ consultations }) => {
    const { revision } = (await consultations.loadForUpdate(consultation.id))!;
    await consultations.saveState(consultation.id, revision, state, new Date().toISOString(), null);
  });
}

beforeAll(async () => {
  server = await startTestServer();
  consultation = await server.ready();
  for (const [who] of PEOPLE) await server.as(who);
  await bring([volume, half, label, overview].flatMap((form) => encodeDicomSlide(form)));
  const referrer = await server.as('referrer');
  const held = (await referrer.get(materialPaths.material(consultation.id))).json() as Material;
  scanned = held.slides.find(({ format }) => format === 'aperio-svs')!;
  joined = held.slides.find(({ format }) => format === 'dicom-wsi')!;
}, 120_000);
afterAll(() => server.close());

const study = `/dicom-web/studies/${UIDS.study}`;
const series = `${study}/series/${UIDS.series}`;
const one = (uid: string) => `${series}/instances/${uid}`;
const wado = (uid: string, type: string) =>
  `/dicom-web/wado?requestType=WADO&studyUID=${UIDS.study}&seriesUID=${UIDS.series}&objectUID=${uid}&contentType=${type}`;

/** Doors to one instance. */
const doors = (uid: string): readonly (readonly [url: string, accept: string])[] => [
  [one(uid), 'multipart/related; type="application/dicom"'],
  [one(uid), 'application/zip'],
  [`${one(uid)}/metadata`, 'application/dicom+json'],
  [`${one(uid)}/frames/1`, 'multipart/related; type="application/octet-stream"'],
  [`${one(uid)}/rendered`, 'image/png'],
  [`${one(uid)}/frames/1/rendered`, 'image/png'],
  [`${one(uid)}/thumbnail`, 'image/jpeg'],
  [`${one(uid)}/frames/1/thumbnail`, 'image/jpeg'],
  [wado(uid, 'image/jpeg'), '*/*'],
  [wado(uid, 'application/dicom'), '*/*'],
];
/** Doors to many, which must not name those that are hidden. */
const lists: readonly (readonly [url: string, accept: string])[] = [
  ...[study, series].flatMap((place) =>
    (['multipart/related; type="application/dicom"', 'application/zip'] as const).map(
      (accept) => [place, accept] as const,
    ),
  ),
  ...[`${study}/metadata`, `${series}/metadata`].map((url) => [url, 'application/dicom+json'] as const),
  ...['/dicom-web/instances', `${study}/instances`, `${series}/instances`].map((url) => [url, '*/*'] as const),
  [`/dicom-web/instances?SOPInstanceUID=${HIDDEN.join(',')}`, '*/*'],
  [`${materialPaths.material('CONSULTATION')}`, '*/*'],
];

const ask = (person: SignedIn, url: string, accept: string) =>
  person.inject({ method: 'GET', url: url.replace('CONSULTATION', consultation.id), headers: { accept } });

describe('RULE 4: labels and pictures of the whole glass', () => {
  it.each(STATES)('are behind their own permission at every door: %s', { timeout: 60_000 }, async (state) => {
    await moveTo(state);
    for (const [who, membership] of PEOPLE) {
      const person = await server.as(who);
      const standing: Standing = { membership, state };
      const may = decide('slide-label.read', person.principal.role, standing) === 'allowed';
      const reads = decide('material.read', person.principal.role, standing) === 'allowed';
      const at = (url: string, accept = '') => `${who} ${state} ${url} ${accept}`;

      for (const slide of [scanned, joined]) {
        for (const name of ['label', 'macro'] as const) {
          const url = materialPaths.associatedImage(slide.id, name);
          expect([at(url), (await person.get(url)).statusCode]).toEqual([at(url), may ? 200 : reads ? 403 : 404]);
        }
        const told = await person.get(materialPaths.slide(slide.id));
        const names = reads ? (told.json() as SlideSummary).associatedImages.map(({ name }) => name) : [];
        expect([at('slide'), names.includes('label') || names.includes('macro')]).toEqual([at('slide'), may]);
      }
      for (const uid of HIDDEN) {
        for (const [url, accept] of doors(uid)) {
          const { statusCode } = await ask(person, url, accept);

          expect([at(url, accept), statusCode]).toEqual([at(url, accept), may ? 200 : 404]);
        }
      }
      for (const [url, accept] of lists) {
        const { rawPayload } = await ask(person, url, accept);
        const named = HIDDEN.some((uid) => rawPayload.includes(uid));
        expect([at(url, accept), named]).toEqual([at(url, accept), may]);
      }
      // Counts agree with what can be had.
      const found = await ask(person, `/dicom-web/series?SeriesInstanceUID=${UIDS.series}`, '*/*');
      const count = found.statusCode === 200 ? (found.json()[0]?.['00201209'].Value[0] ?? 0) : 0;
      expect([at('count'), count]).toEqual([at('count'), may ? 4 : reads ? 2 : 0]);
      const total = (await ask(person, '/dicom-web/instances', '*/*')).headers['x-total-count'] ?? null;
      if (total !== null) expect([at('total'), Number(total)]).toEqual([at('total'), may ? 4 : reads ? 2 : 0]);
      const { db } = server.services;
      const keys = [{ tag: '0020000D', value: UIDS.study }];
      const plan = await planRetrieve({ db } as DimseNeeds, person.principal, {
        level: 'STUDY',
        keys,
        wanted: [UIDS.study],
      } as never);
      const planned = typeof plan === 'string' ? [] : plan.objects.map(({ sopInstanceUid }) => String(sopInstanceUid));
      expect([at('C-MOVE'), HIDDEN.some((uid) => planned.includes(uid))]).toEqual([at('C-MOVE'), may]);
    }
  });

  it('are no part of what shows the slide', async () => {
    await moveTo('reading');
    const person = await server.as('pathologist');
    const { id } = joined;
    const doorsOfSlide = [
      materialPaths.slideThumbnail(id),
      materialPaths.tile(id, 0, 0, 0),
      `/iiif/3/${id}/full/max/0/default.png`,
      `/iiif/3/${id}/full/16,/0/default.png`,
      `/api/slides/${id}/region?x=0&y=0&width=96&height=64&format=png`,
    ];
    for (const url of doorsOfSlide) {
      const answer = await person.get(url);
      expect([url, answer.statusCode]).toEqual([url, 200]);
      const { data } = await sharp(answer.rawPayload).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      let magenta = 0;
      for (let at = 0; at < data.length; at += 3) {
        if ((data[at] ?? 0) > 230 && (data[at + 1] ?? 255) < 25 && (data[at + 2] ?? 0) > 230) magenta++;
      }
      expect([url, magenta]).toEqual([url, 0]);
    }
    // What stands for a study is no picture of a label either where that is not to be seen.
    await moveTo('signed');
    const coordinator = await server.as('coordinator');
    for (const place of [study, series]) {
      const answer = await coordinator.get(`${place}/thumbnail`);
      expect([place, answer.statusCode]).toEqual([place, 200]);
      const { dominant } = await sharp(answer.rawPayload).stats();
      expect(dominant).not.toMatchObject({ r: 248, g: 8, b: 248 });
    }
  });
});
