import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { toDicomJson } from '#shared/dicom/dicom-json.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { readMultipart } from './multipart-reader.ts';
import { STOW_TYPE, stowBody } from './test-stow.ts';

const NATIVE = '1.2.840.10008.1.2.1';
const JPEG_LS = '1.2.840.10008.1.2.4.80';
const HTJ2K = '1.2.840.10008.1.2.4.202';

let server: TestServer;
let referrer: SignedIn;
let ct: CtSeries;
let files: Buffer[];
let series: string;
let study: string;
let instance: string;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  const mine = await server.draft();
  ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 3, size: 128 });
  files = await Promise.all(ct.instances.map(({ file }) => readFile(join(ct.folder, file))));
  // The second one comes with something in its preamble, the third with the header of a TIFF that leads somewhere.
  files[1]?.write('made by a scanner', 0);
  files[2]?.set([0x49, 0x49, 42, 0, 0, 1, 0, 0]);
  const answer = await referrer.inject({
    method: 'POST',
    url: `/dicom-web/studies?consultation=${mine.id}`,
    headers: { 'content-type': STOW_TYPE },
    payload: stowBody(files),
  });
  expect(answer.statusCode, answer.body).toBe(200);
  study = `/dicom-web/studies/${ct.studyUid}`;
  series = `${study}/series/${ct.seriesUid}`;
  instance = `${series}/instances/${ct.instances[0]!.sopInstanceUid}`;
}, 60_000);
afterAll(() => server.close());

const get = (url: string, accept: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  referrer.inject({ method, url, headers: { accept, ...headers } });

async function partsOf(answer: { headers: Record<string, unknown>; rawPayload: Buffer }) {
  const boundary = /boundary="([^"]+)"/.exec(String(answer.headers['content-type']))?.[1] ?? '';
  async function* body() {
    yield answer.rawPayload;
  }
  const found: { type: string | undefined; bytes: Buffer }[] = [];
  for await (const { headers, content } of readMultipart(body(), boundary, {
    ...{ maxParts: 100, maxHeaderBytes: 1000, maxBytes: 1e9 },
  })) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    found.push({ type: headers.get('content-type'), bytes: Buffer.concat(chunks) });
  }
  return found;
}

describe('PS3.18 section 8.7.3: frames in another transfer syntax', () => {
  test.each([
    ['image/jls', 'image/jls', JPEG_LS, 'ffd8fff7'],
    [`image/jls; transfer-syntax=${JPEG_LS}`, 'image/jls', JPEG_LS, 'ffd8fff7'],
    ['image/jphc', 'image/jphc', HTJ2K, 'ff4fff51'],
    [`image/jphc; transfer-syntax="${HTJ2K}"`, 'image/jphc', HTJ2K, 'ff4fff51'],
    ['image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201', 'image/jphc', '1.2.840.10008.1.2.4.201', 'ff4fff51'],
  ])('%s', async (accept, mediaType, uid, start) => {
    const answer = await get(`${instance}/frames/1`, accept);
    expect(answer.headers['content-type']).toBe(`${mediaType}; transfer-syntax=${uid}`);
    expect(answer.rawPayload.subarray(0, 4).toString('hex')).toBe(start);
    expect(answer.rawPayload.length).toBeLessThan(128 * 128 * 2);
    expect(answer.headers['cache-control']).toBe('private, max-age=31536000, immutable');
  });

  test('in parts, and several at once', async () => {
    const accept = `multipart/related; type="image/jls"; transfer-syntax=${JPEG_LS}`;
    const [part, ...more] = await partsOf(await get(`${instance}/frames/1`, accept));
    expect(more).toEqual([]);
    expect(part?.type).toBe(`image/jls; transfer-syntax=${JPEG_LS}`);
    const parts = await partsOf(await get(`${instance}/frames/1,1`, accept));
    expect(parts.map(({ bytes }) => bytes.equals(part?.bytes ?? Buffer.alloc(0)))).toEqual([true, true]);
    expect((await get(`${instance}/frames/1,1`, 'image/jls')).statusCode).toBe(406);
  });

  test('each form has an entity tag of its own, and is recognised by it', async () => {
    const url = `${instance}/frames/1`;
    const tags = await Promise.all(
      ['application/octet-stream', 'image/jls', 'image/jphc', 'multipart/related; type="image/jls"'].map(
        async (accept) => String((await get(url, accept)).headers.etag),
      ),
    );
    expect(new Set(tags).size).toBe(4);
    expect((await get(url, 'image/jls', { 'if-none-match': tags[1]! })).statusCode).toBe(304);
    expect((await get(url, 'image/jls', { 'if-none-match': tags[2]! })).statusCode).toBe(200);
  });

  test('RFC 9110 section 14: HTJ2K comes in ranges, for a coarse picture first', async () => {
    const url = `${instance}/frames/1`;
    const whole = await get(url, 'image/jphc');
    const part = await get(url, 'image/jphc', { range: 'bytes=0-999' });
    expect([part.statusCode, part.headers['content-range']]).toEqual([206, `bytes 0-999/${whole.rawPayload.length}`]);
    expect(part.rawPayload.equals(whole.rawPayload.subarray(0, 1000))).toBe(true);
    const rest = await get(url, 'image/jphc', { range: 'bytes=1000-', 'if-range': String(whole.headers.etag) });
    expect(Buffer.concat([part.rawPayload, rest.rawPayload]).equals(whole.rawPayload)).toBe(true);
  });

  test.each(['image/jpeg', 'image/jp2', `image/jls; transfer-syntax=${HTJ2K}`, 'image/jls;q=0'])(
    '%s: 406 with the list',
    async (accept) => {
      const answer = await get(`${instance}/frames/1`, accept);
      expect([answer.statusCode, answer.json().code]).toEqual([406, 'MEDIA_TYPE_UNAVAILABLE']);
      expect(answer.json().message).toContain(`image/jls; transfer-syntax=${JPEG_LS}`);
      // 16 bits do not fit into a baseline JPEG.
      expect(answer.json().message).not.toContain('image/jpeg');
    },
  );

  test('rule 4: to a stranger they are not there', async () => {
    const stranger = await server.as('referrer2');
    const answer = await stranger.inject({
      method: 'GET',
      url: `${instance}/frames/1`,
      headers: { accept: 'image/jls' },
    });
    expect(answer.statusCode).toBe(404);
  });
});

describe('PS3.18 section 10.4.1.1.1: objects in another transfer syntax', () => {
  const values = (bytes: Uint8Array) => {
    const json: Record<string, unknown> = { ...toDicomJson(parseDicomHeader(bytes)) };
    delete json['00083002'];
    return json;
  };

  test('one by itself: the same header, the new transfer syntax', async () => {
    const answer = await get(instance, `application/dicom; transfer-syntax=${JPEG_LS}`);
    expect(answer.headers['content-type']).toBe(`application/dicom; transfer-syntax=${JPEG_LS}`);
    const header = parseDicomHeader(answer.rawPayload);
    expect(header.transferSyntaxUid).toBe(JPEG_LS);
    expect(header.meta.text(0x00020003)).toBe(ct.instances[0]!.sopInstanceUid);
    expect(header.pixelData?.encapsulated).toBe(true);
    expect(values(answer.rawPayload)).toEqual(values(files[0]!));
    const frame = await get(`${instance}/frames/1`, 'image/jls');
    expect(answer.rawPayload.includes(frame.rawPayload)).toBe(true);
  });

  test('a series, each part with its transfer syntax', async () => {
    const parts = await partsOf(
      await get(series, `multipart/related; type="application/dicom"; transfer-syntax=${HTJ2K}`),
    );
    expect(parts.map(({ type }) => type)).toEqual(files.map(() => `application/dicom; transfer-syntax=${HTJ2K}`));
    expect(parts.map(({ bytes }) => parseDicomHeader(bytes).transferSyntaxUid)).toEqual([HTJ2K, HTJ2K, HTJ2K]);
  });

  test('by preference', async () => {
    const accept = `application/dicom; transfer-syntax=1.2.840.10008.1.2.4.90, application/dicom; transfer-syntax=${JPEG_LS};q=0.5, */*;q=0.1`;
    expect((await get(instance, accept)).headers['content-type']).toContain(JPEG_LS);
  });

  test('lossy ones are not made of whole objects: 406 with the list', async () => {
    const answer = await get(instance, 'application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50');
    expect(answer.statusCode).toBe(406);
    expect(answer.json().message).toContain(`application/dicom; transfer-syntax=${HTJ2K}`);
  });

  test('section 8.3: HEAD has the headers of GET', async () => {
    for (const accept of ['application/dicom', `application/dicom; transfer-syntax=${JPEG_LS}`, 'multipart/related']) {
      const [head, whole] = [await get(instance, accept, {}, 'HEAD'), await get(instance, accept)];
      expect([head.statusCode, head.rawPayload.length], accept).toEqual([200, 0]);
      expect(head.headers.etag, accept).toBe(whole.headers.etag);
    }
    for (const accept of ['multipart/related', 'application/zip']) {
      expect((await get(series, accept, {}, 'HEAD')).statusCode, accept).toBe(200);
    }
  });
});

describe('PS3.10 section 7.1: what is served of a stored file', () => {
  const retrieve = async (at: number, headers: Record<string, string> = {}) =>
    get(`${series}/instances/${ct.instances[at]!.sopInstanceUid}`, 'application/dicom', headers);

  test('rule 3: every byte but a preamble that is no TIFF header', async () => {
    const blank = Buffer.from(files[1]!);
    blank.fill(0, 0, 128);
    expect((await retrieve(0)).rawPayload.equals(files[0]!)).toBe(true);
    expect((await retrieve(1)).rawPayload.equals(blank)).toBe(true);
    expect((await retrieve(2)).rawPayload.equals(files[2]!)).toBe(true);
    const parts = await partsOf(await get(series, 'multipart/related'));
    expect(parts[1]?.bytes.equals(blank)).toBe(true);
  });

  test('in ranges as in the whole, whatever their place', async () => {
    const whole = (await retrieve(1)).rawPayload;
    for (const [first, last] of [
      [0, 9],
      [120, 140],
      [128, 131],
      [whole.length - 5, whole.length - 1],
    ] as const) {
      const part = await retrieve(1, { range: `bytes=${first}-${last}` });
      expect(part.statusCode).toBe(206);
      expect(part.rawPayload.equals(whole.subarray(first, last + 1)), `${first}-${last}`).toBe(true);
    }
    expect((await retrieve(1, { range: `bytes=${whole.length}-` })).statusCode).toBe(416);
  });
});

describe('PS3.18 table 8.7.3-1: application/zip', () => {
  /** Entries of an archive by its local headers; they are stored and their sizes stand behind them. */
  function namesOf(archive: Buffer): string[] {
    const end = archive.lastIndexOf(Buffer.from('PK\x05\x06'));
    expect(end).toBeGreaterThan(0);
    const [, ...entries] = archive.toString('latin1').split('PK\x01\x02');
    return entries.map((entry) => entry.slice(42, 42 + entry.charCodeAt(24)));
  }

  /** The last entry, which the description of its size follows. */
  function directoryOf(archive: Buffer) {
    const start = archive.lastIndexOf(Buffer.from('DICM')) - 128;
    return parseDicomHeader(archive.subarray(start, archive.lastIndexOf(Buffer.from('PK\x07\x08'))));
  }

  test.each(['study', 'series', 'instance'])(
    'the objects of a %s, and a DICOMDIR that leads to them',
    async (level) => {
      const url = { study, series, instance }[level]!;
      const answer = await get(url, 'application/zip');
      expect(answer.headers['content-type']).toBe('application/zip');
      expect(answer.headers['content-disposition']).toBe(`attachment; filename="${level}.zip"`);
      const count = level === 'instance' ? 1 : 3;
      const names = Array.from({ length: count }, (_, at) => `DICOM/ST000001/SE000001/IM00000${at + 1}`);
      expect(namesOf(answer.rawPayload)).toEqual([...names, 'DICOMDIR']);
      expect(answer.rawPayload.includes(files[0]!)).toBe(true);
      expect(answer.rawPayload.includes('made by a scanner')).toBe(false);
      const { dataset, meta } = directoryOf(answer.rawPayload);
      expect(meta.text(0x00020002)).toBe('1.2.840.10008.1.3.10');
      expect(dataset.items(0x00041220).flatMap((record) => record.texts(0x00041500).join('/') || [])).toEqual(names);
    },
  );

  test('in another transfer syntax, which the directory says as well', async () => {
    const answer = await get(series, `application/zip; transfer-syntax=${JPEG_LS}`);
    const { dataset } = directoryOf(answer.rawPayload);
    const syntaxes = dataset.items(0x00041220).flatMap((record) => record.text(0x00041512) ?? []);
    expect(syntaxes).toEqual([JPEG_LS, JPEG_LS, JPEG_LS]);
    expect(answer.rawPayload.includes(files[0]!)).toBe(false);
  });

  test('is for those who ask for it by name', async () => {
    expect((await get(study, '*/*')).headers['content-type']).toMatch(/^multipart/);
    expect((await get(study, 'application/*')).statusCode).toBe(406);
    expect((await get(study, 'application/zip;q=0, */*')).headers['content-type']).toMatch(/^multipart/);
    expect((await get('/dicom-web/studies/1.2.3', 'application/zip')).statusCode).toBe(404);
  });
});

test('plain bytes of a native image need no coder: as stored', async () => {
  const answer = await get(`${instance}/frames/1`, `application/octet-stream; transfer-syntax=${NATIVE}`);
  expect(answer.rawPayload.equals(files[0]!.subarray(-128 * 128 * 2))).toBe(true);
});
