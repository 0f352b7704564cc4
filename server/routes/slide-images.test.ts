import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clinicalPhoto, referralLetter } from '#fixtures/documents.ts';
import { writeSlide } from '#fixtures/slide.ts';
import { importPath } from '#server/domain/import-path.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { type DocumentSummary, type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';

const DATA = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'));
const REAL_SLIDE = join(DATA, 'wsi/CMU-1-Small-Region.svs');
const present = existsSync(REAL_SLIDE);
const signal = new AbortController().signal;

let server: TestServer;
let referrer: SignedIn;
let consultation: Consultation;
let slide: SlideSummary;
let documents: readonly DocumentSummary[];

const bring = (path: string) =>
  importPath(
    server.services.material.ingest,
    { path, consultationId: consultation.id, actor: referrer.principal },
    signal,
  );
const material = async () => (await referrer.get(materialPaths.material(consultation.id))).json() as Material;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  consultation = await server.draft();
  const folder = join(server.dataDir, 'made');
  await writeSlide(join(folder, 'biopsy.svs'), { width: 1500, height: 1100 });
  await mkdir(join(folder, 'letters'));
  await writeFile(join(folder, 'letters', 'Überweisung "1".pdf'), referralLetter());
  await writeFile(join(folder, 'letters', 'photo.jpg'), await clinicalPhoto());
  await writeFile(join(folder, 'letters', 'note.txt'), 'A note.');
  await writeFile(join(folder, 'letters', '.DS_Store'), 'dropping');
  const report = await bring(folder);
  expect(report.refused).toEqual([]);
  const held = await material();
  slide = held.slides[0]!;
  documents = held.documents;
}, 60_000);
afterAll(() => server.close());

describe('slides', () => {
  test('the list and the one say the same', async () => {
    const { slides } = (await referrer.get(materialPaths.slides)).json();
    expect(slides).toEqual([slide]);
    expect((await referrer.get(materialPaths.slide(slide.id))).json()).toEqual(slide);
    expect(slide).toMatchObject({
      ...{ name: 'biopsy.svs', width: 1500, height: 1100, mppX: 0.499, mppSource: 'aperio-description' },
      ...{ objectivePower: 20, compression: 'JPEG' },
    });
    expect(slide.levels[0]).toMatchObject({ columns: 7, rows: 5, downsampleX: 1 });
  });

  test('every tile of every level is a JPEG of full tile size', async () => {
    for (const [level, { columns, rows, tileWidth, tileHeight }] of slide.levels.entries()) {
      for (let column = 0; column < columns; column++) {
        for (let row = 0; row < rows; row++) {
          const { statusCode, rawPayload, headers } = await referrer.get(
            materialPaths.tile(slide.id, level, column, row),
          );
          expect([statusCode, headers['content-type']]).toEqual([200, 'image/jpeg']);
          const frame = rawPayload.indexOf(Buffer.from([0xff, 0xc0]));
          expect([rawPayload.readUInt16BE(frame + 7), rawPayload.readUInt16BE(frame + 5)]).toEqual([
            tileWidth,
            tileHeight,
          ]);
        }
      }
    }
  });

  test('a tile may be kept for ever by the person, and is not sent twice', async () => {
    const url = `${materialPaths.tile(slide.id, 0, 1, 1)}?v=${slide.tileVersion}`;
    const first = await referrer.get(url);
    expect(first.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    const again = (tag: string) => referrer.inject({ method: 'GET', url, headers: { 'if-none-match': tag } });
    expect((await again(String(first.headers.etag))).statusCode).toBe(304);
    expect((await again(`"x", ${first.headers.etag}`)).statusCode).toBe(304);
    expect((await again('"another"')).statusCode).toBe(200);
    const neighbour = await referrer.get(materialPaths.tile(slide.id, 0, 2, 1));
    expect((await again(String(neighbour.headers.etag))).statusCode).toBe(200);
  });

  test('without the version of the slide in its address a tile is asked for again', async () => {
    const url = materialPaths.tile(slide.id, 0, 1, 1);
    for (const address of [url, `${url}?v=1-0`]) {
      const answer = await referrer.get(address);
      expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'private, no-cache']);
      const again = await referrer.inject({
        method: 'GET',
        url: address,
        headers: { 'if-none-match': String(answer.headers.etag) },
      });
      expect(again.statusCode).toBe(304);
    }
    const unknown = await referrer.get(`${url}?v=3-0123456789abcdef`);
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'SLIDE_VERSION_UNKNOWN']);
  });

  test('a slide without a profile has the same tiles with and without one', async () => {
    const url = `${materialPaths.tile(slide.id, 0, 1, 1)}?v=${slide.tileVersion}`;
    const [plain, managed] = [await referrer.get(url), await referrer.get(`${url}&icc=1`)];
    expect(managed.headers.etag).toBe(plain.headers.etag);
    const profile = await referrer.get(materialPaths.iccProfile(slide.id));
    expect([profile.statusCode, profile.json().code]).toEqual([404, 'ICC_PROFILE_ABSENT']);
  });

  test.each([
    ['levels/0/tiles/0/0?icc=2', 400, 'REQUEST_INVALID'],
    ['levels/0/tiles/0/0?v=..', 400, 'REQUEST_INVALID'],
    ['levels/0/tiles/7/0', 404, 'TILE_OUT_OF_RANGE'],
    ['levels/0/tiles/0/5', 404, 'TILE_OUT_OF_RANGE'],
    ['levels/9/tiles/0/0', 404, 'TILE_OUT_OF_RANGE'],
    ['levels/-1/tiles/0/0', 400, 'REQUEST_INVALID'],
    ['levels/0/tiles/1.5/0', 400, 'REQUEST_INVALID'],
    ['levels/0/tiles/0/x', 400, 'REQUEST_INVALID'],
    ['associated-images/other', 404, 'NOT_FOUND'],
  ])('%s: %i %s', async (path, status, code) => {
    const answer = await referrer.get(`${materialPaths.slide(slide.id)}/${path}`);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('thumbnail, label and macro', async () => {
    expect((await referrer.get(materialPaths.slideThumbnail(slide.id))).headers['content-type']).toBe('image/jpeg');
    for (const { name } of slide.associatedImages) {
      const answer = await referrer.get(materialPaths.associatedImage(slide.id, name));
      expect([answer.statusCode, String(answer.headers['content-type'])], name).toEqual([
        200,
        expect.stringMatching(/^image\//),
      ]);
    }
  });
});

describe.skipIf(!present)(`a real slide (${present ? REAL_SLIDE : 'absent: no test data folder'})`, () => {
  test('is described as its maker says', async () => {
    await bring(REAL_SLIDE);
    const real = (await material()).slides.find(({ name }) => name === 'CMU-1-Small-Region.svs');
    expect(real).toMatchObject({ width: 2220, height: 2967, mppX: 0.499, mppY: 0.499, objectivePower: 20 });
    const tile = await referrer.get(materialPaths.tile(real!.id, 0, 3, 3));
    expect(tile.statusCode).toBe(200);
  });
});

describe('documents', () => {
  const one = (ending: string) => documents.find(({ name }) => name.endsWith(ending))!;

  test('rule 3: bit for bit, as a download under its own name', async () => {
    const letter = one('.pdf');
    const answer = await referrer.get(materialPaths.document(letter.id));
    expect(answer.rawPayload.equals(referralLetter())).toBe(true);
    expect(answer.headers['content-type']).toBe('application/pdf');
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="_berweisung _1_.pdf"; filename*=UTF-8''%C3%9Cberweisung%20%221%22.pdf`,
    );
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['content-security-policy']).toMatch(/^sandbox;/);
  });

  test('inline only what a browser shows without running anything', async () => {
    const shown = async (ending: string) =>
      (await referrer.get(`${materialPaths.document(one(ending).id)}?inline`)).headers['content-disposition'];
    expect(await shown('.pdf')).toMatch(/^inline;/);
    expect(await shown('.jpg')).toMatch(/^inline;/);
    expect(await shown('.txt')).toMatch(/^attachment;/);
  });

  test('rule 5: each opening is a row', async () => {
    const { id } = one('.txt');
    await referrer.get(materialPaths.document(id));
    const rows = await server.services.db.audit.page({ limit: 500 });
    const opened = rows.filter(({ action, subject }) => action === 'document.read' && subject === id);
    expect(opened.length).toBeGreaterThanOrEqual(2);
  });
});

describe('rule 4: nobody reads what is not theirs', () => {
  test('to another referrer everything of it is missing', async () => {
    const stranger = await server.as('referrer2');
    const missing = (await stranger.get(materialPaths.slide(crypto.randomUUID()))).json();
    for (const url of [
      materialPaths.material(consultation.id),
      materialPaths.outcomes(consultation.id),
      materialPaths.slide(slide.id),
      materialPaths.tile(slide.id, 0, 0, 0),
      materialPaths.slideThumbnail(slide.id),
      materialPaths.associatedImage(slide.id, 'label'),
      materialPaths.document(documents[0]!.id),
    ]) {
      const theirs = await stranger.get(url);
      expect([theirs.statusCode, theirs.json()], url).toEqual([404, missing]);
      expect((await server.anonymous({ method: 'GET', url })).statusCode, url).toBe(401);
    }
    expect((await stranger.get(materialPaths.slides)).json()).toEqual({ slides: [] });
  });

  test('administrators and auditors see no patient data', async () => {
    for (const who of ['admin', 'auditor'] as const) {
      const person = await server.as(who);
      expect((await person.get(materialPaths.tile(slide.id, 0, 0, 0))).statusCode).toBe(404);
      expect((await person.get(materialPaths.slides)).statusCode).toBe(403);
    }
  });
});
