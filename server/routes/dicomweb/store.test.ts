import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { FAILURE_REASON } from './store-response.ts';
import { BOUNDARY, STOW_TYPE, stowBody } from './test-stow.ts';

type Dataset = Record<string, { vr: string; Value?: Record<string, { Value?: unknown[] }>[] }>;

let server: TestServer;
let referrer: SignedIn;
let mine: Consultation;
let ct: CtSeries;
let files: Buffer[];
let address: string;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  mine = await server.draft();
  ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 5, size: 32 });
  files = await Promise.all(ct.instances.map(({ file }) => readFile(join(ct.folder, file))));
  address = await server.app.listen({ port: 0, host: '127.0.0.1' });
}, 60_000);
afterAll(() => server.close());

interface Sent {
  readonly body: Buffer | Readable;
  readonly type?: string | null;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly person?: SignedIn;
}
const send = ({ body, type = STOW_TYPE, path = `/studies?consultation=${mine.id}`, headers = {}, person }: Sent) =>
  (person ?? referrer).inject({
    method: 'POST',
    url: `/dicom-web${path}`,
    headers: { ...(type === null ? {} : { 'content-type': type }), ...headers },
    payload: body,
  });
const items = (dataset: Dataset, tag: string) => dataset[tag]?.Value ?? [];
const reasons = (dataset: Dataset, tag: string) => items(dataset, tag).map((item) => item['00081197']?.Value?.[0]);
const uidsOf = (dataset: Dataset, tag: string) => items(dataset, tag).map((item) => item['00081155']?.Value?.[0]);
/** Nothing of a request may stay behind in the folder of files on their way in. */
async function staged(): Promise<string[]> {
  const folder = join(server.dataDir, 'staging');
  const names = await Promise.all((await readdir(folder)).map((name) => readdir(join(folder, name)).catch(() => [])));
  return names.flat().filter((name) => /^[0-9a-f-]{36}$/.test(name));
}
/** Another series of the same shape: nothing of it is stored yet. */
async function fresh(name: string, options: { slices?: number; studyUid?: string } = {}) {
  const series = await writeCtSeries(join(server.dataDir, name), {
    ...{ slices: 2, size: 32, seed: name.length + name.charCodeAt(0) * 100, ...options },
  });
  const bytes = await Promise.all(series.instances.map(({ file }) => readFile(join(series.folder, file))));
  return { series, bytes };
}

describe('PS3.18 section 10.5: a batch', () => {
  test('is stored bit for bit, and each object is referenced with its address (table 10.5.3-1: 200)', async () => {
    const answer = await send({ body: stowBody(files) });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/dicom+json']);
    const dataset = answer.json() as Dataset;
    expect(uidsOf(dataset, '00081199')).toEqual(ct.instances.map(({ sopInstanceUid }) => sopInstanceUid));
    expect(dataset['00081190']).toEqual({ vr: 'UR', Value: [expect.stringMatching(new RegExp(`${ct.studyUid}$`))] });
    expect(dataset).not.toHaveProperty('00081198');
    expect(dataset).not.toHaveProperty('0008119A');
    const [first] = items(dataset, '00081199');
    expect(first?.['00081150']?.Value).toEqual(['1.2.840.10008.5.1.4.1.1.2']);
    const url = String(first?.['00081190']?.Value?.[0]).replace(/^https?:\/\/[^/]+/, '');
    const back = await referrer.inject({ method: 'GET', url, headers: { accept: 'application/dicom' } });
    expect(back.rawPayload.equals(files[0]!)).toBe(true);
    expect(await staged()).toEqual([]);
  });

  test('sent again adds nothing and is stored all the same (section 10.5.3: idempotent)', async () => {
    const before = (await referrer.get('/dicom-web/instances')).json().length;
    const answer = await send({ body: stowBody([files[1]!, files[1]!]) });
    expect([answer.statusCode, items(answer.json(), '00081199').length]).toEqual([200, 2]);
    expect((await referrer.get('/dicom-web/instances')).json()).toHaveLength(before);
  });

  test('the header names the consultation as well as the query', async () => {
    const headers = { 'x-consultation': mine.id };
    expect((await send({ body: stowBody(files), path: '/studies', headers })).statusCode).toBe(200);
    expect((await send({ body: stowBody(files), headers })).statusCode).toBe(200);
  });

  test('of one object without wrapping', async () => {
    const answer = await send({ body: files[2]!, type: 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1' });
    expect([answer.statusCode, uidsOf(answer.json(), '00081199')]).toEqual([200, [ct.instances[2]!.sopInstanceUid]]);
  });

  test('streams: 150 parts arrive in small pieces', async () => {
    const { bytes } = await fresh('many', { slices: 5 });
    const body = stowBody(Array.from({ length: 150 }, (_, at) => bytes[at % 5]!));
    async function* pieces() {
      for (let at = 0; at < body.length; at += 5000) yield body.subarray(at, at + 5000);
    }
    const answer = await send({ body: Readable.from(pieces()) });
    expect([answer.statusCode, items(answer.json(), '00081199').length]).toEqual([200, 150]);
  });

  test('leaves one row in the audit trail that names the consultation', async () => {
    const rows = await server.services.db.audit.page({ limit: 500 });
    const added = rows.find(({ action, subject }) => action === 'material.add' && subject === 'dicom-web');
    expect(added).toMatchObject({ outcome: 'success', consultationId: mine.id, actorId: referrer.account.id });
  });

  test('is answered in XML for those who ask (PS3.18 annex F.3)', async () => {
    const answer = await send({ body: stowBody(files), headers: { accept: 'application/dicom+xml' } });
    expect(answer.headers['content-type']).toBe('application/dicom+xml');
    expect(answer.body).toContain('<DicomAttribute tag="00081199" vr="SQ" keyword="ReferencedSOPSequence">');
    expect(answer.body).toContain(`<Value number="1">${ct.instances[0]!.sopInstanceUid}</Value>`);
    expect((await send({ body: stowBody(files), headers: { accept: 'text/html' } })).statusCode).toBe(406);
  });
});

describe('PS3.18 table 10.5.3-1: objects that cannot be stored', () => {
  const garbage = Buffer.from('this is no object at all, only words');

  test('some: 202 with both lists; what has no identity is among the Other Failures', async () => {
    const answer = await send({ body: stowBody([garbage, files[0]!, Buffer.alloc(0)]) });
    const dataset = answer.json() as Dataset;
    expect(answer.statusCode).toBe(202);
    expect(uidsOf(dataset, '00081199')).toEqual([ct.instances[0]!.sopInstanceUid]);
    expect(reasons(dataset, '0008119A')).toEqual([FAILURE_REASON.cannotUnderstand, FAILURE_REASON.cannotUnderstand]);
    expect(answer.headers.warning).toMatch(/^299 Consilium "2 of 3 not stored\. This is not a DICOM Part 10 file/);
    expect(await staged()).toEqual([]);
  });

  test('none: 409', async () => {
    const answer = await send({ body: stowBody([garbage]) });
    expect([answer.statusCode, items(answer.json(), '00081199')]).toEqual([409, []]);
    // Type 2 (PS3.3 table I.1-1): there, but without a value.
    expect(answer.json()['00081190']).toEqual({ vr: 'UR' });
  });

  test('rule 3: the same SOP Instance UID with other bytes is a conflict and the stored object stays', async () => {
    const other = Buffer.from(files[0]!);
    other[other.length - 1] = other[other.length - 1]! ^ 1;
    const answer = await send({ body: stowBody([other, files[1]!]) });
    const dataset = answer.json() as Dataset;
    expect(answer.statusCode).toBe(202);
    expect(reasons(dataset, '00081198')).toEqual([FAILURE_REASON.duplicateInstance]);
    expect(uidsOf(dataset, '00081198')).toEqual([ct.instances[0]!.sopInstanceUid]);
    const url = `/dicom-web/studies/${ct.studyUid}/series/${ct.seriesUid}/instances/${ct.instances[0]!.sopInstanceUid}`;
    const stored = await referrer.inject({ method: 'GET', url, headers: { accept: 'application/dicom' } });
    expect(stored.rawPayload.equals(files[0]!)).toBe(true);
  });

  test('a conflict within the batch: the first one counts', async () => {
    const { bytes } = await fresh('within');
    const other = Buffer.from(bytes[0]!);
    other[other.length - 1] = other[other.length - 1]! ^ 1;
    const dataset = (await send({ body: stowBody([bytes[0]!, other]) })).json() as Dataset;
    expect([items(dataset, '00081199').length, reasons(dataset, '00081198')]).toEqual([
      1,
      [FAILURE_REASON.duplicateInstance],
    ]);
  });

  test('section 10.5.1.1: objects of another study than the address names', async () => {
    const { series, bytes } = await fresh('study');
    const path = `/studies/${series.studyUid}?consultation=${mine.id}`;
    const answer = await send({ body: stowBody([bytes[0]!, files[0]!]), path });
    expect([answer.statusCode, reasons(answer.json(), '00081198')]).toEqual([202, [FAILURE_REASON.studyDiffers]]);
    const wrong = await send({ body: stowBody([bytes[1]!]), path: `/studies/1.2.3?consultation=${mine.id}` });
    expect([wrong.statusCode, uidsOf(wrong.json(), '00081198')]).toEqual([409, [series.instances[1]!.sopInstanceUid]]);
    expect((await referrer.get(`/dicom-web/instances?StudyInstanceUID=${series.studyUid}`)).json()).toHaveLength(1);
  });

  test('objects cut short and objects without identity have their reasons', async () => {
    const [cut, anonymous] = [files[3]!.subarray(0, 700), Buffer.from(files[3]!)];
    const at = anonymous.indexOf(Buffer.from([0x20, 0x00, 0x0d, 0x00]));
    anonymous[at + 2] = 0x0c;
    const answer = await send({ body: stowBody([cut, anonymous]) });
    expect([answer.statusCode, reasons(answer.json(), '0008119A')]).toEqual([
      409,
      [FAILURE_REASON.cannotUnderstand, FAILURE_REASON.doesNotMatchSopClass],
    ]);
  });
});

describe('requests that are refused whole', () => {
  const type = (boundary: string) => `multipart/related; type="application/dicom"; boundary=${boundary}`;

  test.each([
    ['no Content-Type', { type: null }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['another type', { type: 'application/json' }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['form data', { type: `multipart/form-data; boundary=${BOUNDARY}` }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    [
      'metadata in XML',
      { type: STOW_TYPE.replace('application/dicom', 'application/dicom+xml') },
      415,
      'CONTENT_TYPE_UNSUPPORTED',
    ],
    ['no boundary', { type: 'multipart/related; type="application/dicom"' }, 400, 'REQUEST_INVALID'],
    ['a boundary too long', { type: type('x'.repeat(71)) }, 400, 'REQUEST_INVALID'],
    ['the wrong boundary', { type: type('other') }, 400, 'MULTIPART_INVALID'],
    ['an empty body', { body: Buffer.alloc(0) }, 400, 'MULTIPART_INVALID'],
    ['no part', { body: Buffer.from(`--${BOUNDARY}--\r\n`) }, 400, 'MULTIPART_INVALID'],
    ['a body that breaks off', { body: Buffer.from(`--${BOUNDARY}\r\n\r\nabc`) }, 400, 'MULTIPART_INVALID'],
    ['10,000 parts', { body: stowBody(Array(10_000).fill(Buffer.from('x'))) }, 400, 'MULTIPART_INVALID'],
    ['a study that is no UID', { path: '/studies/abc' }, 400, 'REQUEST_INVALID'],
  ])(
    '%s: a sentence',
    async (_, sent, status, code) => {
      const path = 'path' in sent ? `${sent.path}?consultation=${mine.id}` : undefined;
      const answer = await send({ body: stowBody([files[0]!]), ...sent, ...(path === undefined ? {} : { path }) });
      expect([answer.statusCode, answer.json().code], answer.body).toEqual([status, code]);
      expect(answer.json().message).toMatch(/^[A-Z].*\.$/);
      expect(await staged()).toEqual([]);
    },
    60_000,
  );

  test('nothing of a body that breaks off is stored', async () => {
    const { series, bytes } = await fresh('broken');
    const whole = stowBody(bytes);
    const answer = await send({ body: whole.subarray(0, whole.length - 10) });
    expect(answer.statusCode).toBe(400);
    expect((await referrer.get(`/dicom-web/instances?StudyInstanceUID=${series.studyUid}`)).json()).toEqual([]);
  });

  test('a listening server answers a refusal while the client is still sending, and the next request too', async () => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    const heard: string[] = [];
    socket.on('data', (bytes) => heard.push(bytes.toString()));
    const body = Buffer.alloc(3 * 1024 * 1024, 'x');
    const request = [
      `POST /dicom-web/studies?consultation=${mine.id} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Cookie: ${referrer.cookie}`,
      'Content-Type: multipart/related; type="image/jpeg"; boundary=x',
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${request.join('\r\n')}\r\n\r\n`);
    socket.write(body);
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`);
    await new Promise((closed) => socket.once('close', closed));
    expect(heard.join('')).toMatch(/^HTTP\/1\.1 415 /);
    expect(heard.join('')).toMatch(/HTTP\/1\.1 200 /);
  });

  test('a client that leaves in the middle leaves nothing behind', async () => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    const head = [
      `POST /dicom-web/studies?consultation=${mine.id} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Cookie: ${referrer.cookie}`,
      `Content-Type: ${STOW_TYPE}`,
      'Content-Length: 1000000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(stowBody(files).subarray(0, 3000));
    await expect.poll(staged, { timeout: 5000 }).toHaveLength(1);
    socket.destroy();
    await expect.poll(staged, { timeout: 5000 }).toEqual([]);
  });
});

describe('whose consultation it is', () => {
  test('a request that names none is told how to', async () => {
    for (const path of ['/studies', '/studies?consultation=', `/studies/${ct.studyUid}`]) {
      const answer = await send({ body: stowBody(files), path });
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'CONSULTATION_UNNAMED']);
      expect(answer.json().message).toContain('query parameter consultation or the header X-Consultation');
    }
  });

  test('nor does one that names two', async () => {
    const two = await send({ body: stowBody(files), path: `/studies?consultation=${mine.id}&consultation=${mine.id}` });
    expect(two.statusCode).toBe(400);
    const headers = { 'x-consultation': '3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c11' };
    expect((await send({ body: stowBody(files), headers })).json().code).toBe('CONSULTATION_UNNAMED');
  });

  test('rule 4: to others an existing and a missing consultation look alike', async () => {
    const person = await server.as('referrer2');
    const theirs = await send({ body: stowBody(files), person });
    const missing = await send({
      ...{ body: stowBody(files), person, path: '/studies?consultation=3f0c9a52-6f0e-4b39-9a66-0d8f6a3b7c11' },
    });
    expect([theirs.statusCode, theirs.json()]).toEqual([404, missing.json()]);
    expect((await server.anonymous({ method: 'POST', url: '/dicom-web/studies' })).statusCode).toBe(401);
  });

  test('an expert sees the consultation but does not add to it', async () => {
    const { id } = await server.ready();
    const person = await server.as('radiologist');
    const answer = await send({ body: stowBody(files), person, path: `/studies?consultation=${id}` });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'NOT_ALLOWED']);
  });
});
