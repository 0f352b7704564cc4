import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { type Element, element, encodeDataset, encodeDicomFile, encodeFileMeta } from '#fixtures/dicom-file.ts';
import { fixtureUid } from '#fixtures/fixture-uid.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { readMultipart } from './multipart-reader.ts';
import { STOW_TYPE, stowBody } from './test-stow.ts';

let server: TestServer;
let referrer: SignedIn;
let mine: Consultation;
let ct: CtSeries;
let files: Buffer[];
let study: string;
let series: string;
let raw: string;

const long = Buffer.from(Array.from({ length: 9001 * 2 }, (_, at) => at % 251));
const nested = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7) % 256));
const uids = { study: fixtureUid('raw-study'), series: fixtureUid('raw-series'), instance: fixtureUid('raw') };
/** Raw Data Storage (PS3.3 A.37) with one long value and another inside a sequence, in tag order. */
const RAW: readonly Element[] = [
  element('00080016', 'UI', '1.2.840.10008.5.1.4.1.1.66'),
  element('00080018', 'UI', uids.instance),
  element('00080060', 'CS', 'OT'),
  element('00100010', 'PN', 'O&Hara^<Bob>'),
  element('0020000D', 'UI', uids.study),
  element('0020000E', 'UI', uids.series),
  element('00400555', 'SQ', [[element('00420011', 'OB', Buffer.alloc(2))], [element('00420011', 'OB', nested)]]),
  element('00420011', 'OB', long),
];

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  mine = await server.draft();
  ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 4, size: 32 });
  files = await Promise.all(ct.instances.map(({ file }) => readFile(join(ct.folder, file))));
  const answer = await referrer.inject({
    method: 'POST',
    url: `/dicom-web/studies?consultation=${mine.id}`,
    headers: { 'content-type': STOW_TYPE },
    payload: stowBody([...files, encodeDicomFile(RAW)]),
  });
  expect(answer.statusCode, answer.body).toBe(200);
  study = `/dicom-web/studies/${ct.studyUid}`;
  series = `${study}/series/${ct.seriesUid}`;
  raw = `/dicom-web/studies/${uids.study}/series/${uids.series}/instances/${uids.instance}`;
}, 60_000);
afterAll(() => server.close());

const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'OPTIONS' = 'GET') =>
  referrer.inject({ method, url, headers });

async function partsOf(answer: { headers: Record<string, unknown>; rawPayload: Buffer }) {
  const boundary = /boundary="([^"]+)"/.exec(String(answer.headers['content-type']))?.[1] ?? '';
  async function* body() {
    yield answer.rawPayload;
  }
  const found: { type: string | undefined; bytes: Buffer }[] = [];
  const limits = { maxParts: 100, maxHeaderBytes: 1000, maxBytes: 1e9 };
  for await (const { headers, content } of readMultipart(body(), boundary, limits)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    found.push({ type: headers.get('content-type'), bytes: Buffer.concat(chunks) });
  }
  return found;
}

describe('PS3.18 section 10.4.1.1.1: studies and series', () => {
  test.each(['study', 'series'])('all instances of the %s in order, bit for bit', async (level) => {
    const answer = await get(level === 'study' ? study : series);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^multipart\/related; type="application\/dicom"; boundary=/);
    const parts = await partsOf(answer);
    expect(parts.map(({ type }) => type)).toEqual(
      files.map(() => 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1'),
    );
    for (const [at, { bytes }] of parts.entries()) expect(bytes.equals(files[at]!), `part ${at + 1}`).toBe(true);
  });

  test.each([
    ['multipart/related; type="application/dicom"; transfer-syntax=*', 200],
    ['multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1', 200],
    ['text/html;q=0.9, */*;q=0.1', 200],
    ['multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.90', 406],
    ['multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.80', 200],
    ['application/zip', 200],
    ['application/dicom', 406],
    ['*/*;q=0', 406],
  ])('section 8.7: Accept %s: %i', async (accept, status) => {
    const answer = await get(series, { accept });
    expect(answer.statusCode).toBe(status);
    if (status === 406) expect(answer.json().message).toContain('multipart/related; type="application/dicom"');
  });

  test('section 8.3.3.1: the accept parameter counts before the header', async () => {
    const accept = encodeURIComponent('application/dicom');
    const instance = `${series}/instances/${ct.instances[0]!.sopInstanceUid}`;
    const answer = await get(`${instance}?accept=${accept}`, { accept: 'multipart/related' });
    expect(answer.headers['content-type']).toMatch(/^application\/dicom;/);
  });

  test('what is not there, and what is somebody else’s, is not found', async () => {
    expect((await get('/dicom-web/studies/1.2.3')).statusCode).toBe(404);
    expect((await get(`/dicom-web/studies/1.2.3/series/${ct.seriesUid}`)).statusCode).toBe(404);
    const stranger = await server.as('referrer2');
    for (const url of [study, series, `${raw}/bulkdata/00420011`]) {
      const answer = await stranger.get(url);
      expect([answer.statusCode, answer.json().code], url).toEqual([404, 'NOT_FOUND']);
    }
  });

  test('section 8.3: HEAD is answered wherever GET is', async () => {
    const instance = `${series}/instances/${ct.instances[0]!.sopInstanceUid}`;
    for (const url of [
      '/dicom-web/studies',
      `${study}/series`,
      `${series}/instances`,
      study,
      series,
      instance,
      `${series}/metadata`,
      `${instance}/frames/1`,
      `${instance}/rendered`,
      `${series}/thumbnail`,
      `${raw}/bulkdata/00420011`,
    ]) {
      const [head, whole] = [await get(url, {}, 'HEAD'), await get(url)];
      expect([head.statusCode, head.rawPayload.length], url).toEqual([200, 0]);
      expect(String(head.headers['content-type']).split(';')[0], url).toBe(
        String(whole.headers['content-type']).split(';')[0],
      );
    }
  });
});

describe('RFC 9110 section 14: parts of a single frame', () => {
  const accept = 'application/octet-stream; transfer-syntax=*';
  const frame = (headers: Record<string, string>) =>
    get(`${series}/instances/${ct.instances[0]!.sopInstanceUid}/frames/1`, { accept, ...headers });

  test('are the same bytes as in the whole', async () => {
    const whole = await frame({});
    expect([whole.statusCode, whole.headers['accept-ranges'], whole.rawPayload.length]).toEqual([200, 'bytes', 2048]);
    const part = await frame({ range: 'bytes=100-199' });
    expect([part.statusCode, part.headers['content-range']]).toEqual([206, 'bytes 100-199/2048']);
    expect(part.rawPayload.equals(whole.rawPayload.subarray(100, 200))).toBe(true);
  });

  test('past the end are 416, and wrapped frames have none', async () => {
    expect((await frame({ range: 'bytes=2048-' })).statusCode).toBe(416);
    const wrapped = await frame({ range: 'bytes=0-9', accept: 'multipart/related' });
    expect([wrapped.statusCode, wrapped.headers['accept-ranges']]).toEqual([200, undefined]);
  });
});

describe('PS3.18 section 10.4.1.1.2: metadata in XML', () => {
  const accept = 'multipart/related; type="application/dicom+xml"';

  test('one document a part, with the same values', async () => {
    const answer = await get(`${series}/metadata`, { accept });
    const parts = await partsOf(answer);
    expect(parts.map(({ type }) => type)).toEqual(files.map(() => 'application/dicom+xml'));
    expect(parts[0]?.bytes.toString()).toContain(
      `<DicomAttribute tag="0020000D" vr="UI" keyword="StudyInstanceUID"><Value number="1">${ct.studyUid}</Value>`,
    );
    const again = await get(`${series}/metadata`, { accept, 'if-none-match': String(answer.headers.etag) });
    expect(again.statusCode).toBe(304);
    expect((await get(`${series}/metadata`)).headers.etag).not.toBe(answer.headers.etag);
  });

  test('names and addresses are escaped', async () => {
    const [part] = await partsOf(await get(`${raw}/metadata`, { accept }));
    const text = String(part?.bytes);
    expect(text).toContain('<FamilyName>O&amp;Hara</FamilyName><GivenName>&lt;Bob&gt;</GivenName>');
    expect(text).toMatch(/<BulkData uri="http[^"]+\/bulkdata\/00420011"\/>/);
  });

  test.each(['image/jpeg', 'application/dicom+json;q=0'])('%s is refused with the list', async (wanted) => {
    const answer = await get(`${series}/metadata`, { accept: wanted });
    expect([answer.statusCode, answer.json().code]).toEqual([406, 'MEDIA_TYPE_UNAVAILABLE']);
  });
});

describe('PS3.18 section 8.9: capabilities', () => {
  test.each(['/dicom-web', '/dicom-web/', '/dicom-web/studies'])('OPTIONS %s names every service', async (url) => {
    const answer = await get(url, {}, 'OPTIONS');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/vnd.sun.wadl+xml']);
    expect(answer.body).toMatch(/<resources base="http[^"]+\/dicom-web\/">/);
    expect(answer.body).toContain(
      '<resource path="studies/{studyUid}/series/{seriesUid}/instances/{sopInstanceUid}/frames/{frames}">',
    );
    expect(answer.body).toMatch(/<resource path="studies">.*<method name="POST"/);
    expect(answer.body).not.toContain('/api/');
    const allowed = answer.headers.allow;
    expect(allowed).toBe(url === '/dicom-web/studies' ? 'GET, HEAD, OPTIONS, POST' : 'OPTIONS');
  });

  test('to people without a session or a part in this nothing is said', async () => {
    expect((await server.anonymous({ method: 'OPTIONS', url: '/dicom-web' })).statusCode).toBe(401);
    const auditor = await server.as('auditor');
    expect((await auditor.inject({ method: 'OPTIONS', url: '/dicom-web' })).statusCode).toBe(403);
    expect((await get('/dicom-web', { accept: 'text/html' }, 'OPTIONS')).statusCode).toBe(406);
  });
});

describe('PS3.18 section 10.4.1.1.5: bulk data', () => {
  const value = (path: string, headers: Record<string, string> = {}) =>
    get(`${raw}/bulkdata/${path}`, { accept: 'application/octet-stream', ...headers });

  test('every BulkDataURI of the metadata leads to the bytes of the value', async () => {
    const [dataset] = (await get(`${raw}/metadata`)).json();
    const found: string[] = JSON.stringify(dataset).match(/"BulkDataURI":"[^"]+"/g) ?? [];
    expect(found).toHaveLength(2);
    const bytes = await Promise.all(
      found.map(async (text) => {
        const url = text.slice('"BulkDataURI":"'.length, -1).replace(/^https?:\/\/[^/]+/, '');
        return (await get(url, { accept: 'application/octet-stream' })).rawPayload;
      }),
    );
    expect(bytes.map((one) => one.equals(nested) || one.equals(long))).toEqual([true, true]);
  });

  test('as one part for clients that say nothing', async () => {
    const answer = await get(`${raw}/bulkdata/00420011`);
    const [part, ...more] = await partsOf(answer);
    expect([more, part?.bytes.equals(long)]).toEqual([[], true]);
    expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length);
  });

  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=9000-', 9000, 9002],
    ['bytes=-5', 17_997, 5],
    ['bytes=18000-99999', 18_000, 2],
  ])('RFC 9110 section 14: %s', async (range, from, length) => {
    const answer = await value('00420011', { range });
    expect([answer.statusCode, answer.headers['content-range']]).toEqual([
      206,
      `bytes ${from}-${from + length - 1}/${long.length}`,
    ]);
    expect(answer.rawPayload.equals(long.subarray(from, from + length))).toBe(true);
    expect(answer.headers['content-length']).toBe(String(length));
  });

  test('a range past the end is 416 and says how long the value is', async () => {
    const answer = await value('00420011', { range: `bytes=${long.length}-` });
    expect([answer.statusCode, answer.json().code]).toEqual([416, 'RANGE_UNSATISFIABLE']);
    expect(answer.headers['content-range']).toBe(`bytes */${long.length}`);
  });

  test('a range of another version is answered with the whole, a known version with 304', async () => {
    const { etag, 'cache-control': kept } = (await value('00420011')).headers;
    expect(kept).toBe('private, max-age=31536000, immutable');
    const range = 'bytes=0-9';
    expect((await value('00420011', { range, 'if-range': String(etag) })).statusCode).toBe(206);
    expect((await value('00420011', { range, 'if-range': '"other"' })).statusCode).toBe(200);
    expect((await value('00420011', { 'if-none-match': String(etag) })).statusCode).toBe(304);
  });

  test('inside a sequence items count from 1', async () => {
    expect((await value('00400555/2/00420011')).rawPayload.equals(nested)).toBe(true);
    expect((await value('00400555/1/00420011')).rawPayload.equals(Buffer.alloc(2))).toBe(true);
  });

  test.each([
    ['00420012', 404],
    ['00400555', 404],
    ['00400555/3/00420011', 404],
    ['00420011/1/00420011', 404],
    ['00400555/0/00420011', 400],
    ['0042001', 400],
    ['00400555/2', 400],
    ['00420011/', 400],
  ])('%s: %i', async (path, status) => {
    expect((await value(path)).statusCode).toBe(status);
  });

  test('of a deflated object is the value, not the file’s bytes', async () => {
    const instance = fixtureUid('raw-deflated');
    const dataset = RAW.map((one) => (one.tag === '00080018' ? { ...one, value: instance } : one));
    const meta = encodeFileMeta('1.2.840.10008.5.1.4.1.1.66', instance, '1.2.840.10008.1.2.1.99');
    const answer = await referrer.inject({
      method: 'POST',
      url: `/dicom-web/studies?consultation=${mine.id}`,
      headers: { 'content-type': STOW_TYPE },
      payload: stowBody([Buffer.concat([meta, deflateRawSync(encodeDataset(dataset))])]),
    });
    expect(answer.statusCode, answer.body).toBe(200);
    const url = `${raw.replace(uids.instance, instance)}/bulkdata/00400555/2/00420011`;
    const accept = 'application/octet-stream';
    expect((await get(url, { accept })).rawPayload.equals(nested)).toBe(true);
    const part = await get(url, { accept, range: 'bytes=10-19' });
    expect([part.statusCode, part.rawPayload.equals(nested.subarray(10, 20))]).toEqual([206, true]);
  });

  test('other forms are refused with the list', async () => {
    const answer = await value('00420011', { accept: 'image/jpeg' });
    expect([answer.statusCode, answer.json().message]).toEqual([
      406,
      expect.stringContaining('application/octet-stream'),
    ]);
  });
});
