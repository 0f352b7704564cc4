import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { greyJpeg } from '#fixtures/grey-jpeg.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { type DicomJsonDataset, type DicomJsonElement, toDicomJson } from '#shared/dicom/dicom-json.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { FAILURE_REASON, WARNING_REASON } from './store-response.ts';

interface JsonPart {
  readonly type: string;
  readonly location?: string;
  readonly bytes: Uint8Array | string;
}
type Answer = Record<string, { Value?: Record<string, { Value?: unknown[] }>[] }>;

const BOUNDARY = 'json-parts';
const MIXED = `multipart/related; type="application/dicom+json"; boundary=${BOUNDARY}`;
const JSON_TYPE = 'application/dicom+json';
const OCTETS = 'application/octet-stream';

let server: TestServer;
let referrer: SignedIn;
let mine: Consultation;
/** Metadata of a CT slice without its pixels, as the server gives it. */
let slice: DicomJsonDataset;
let pixels: Uint8Array;
let counter = 0;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  mine = await server.draft();
  const ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 1, size: 32 });
  const file = await readFile(join(ct.folder, ct.instances[0]?.file ?? ''));
  const header = parseDicomHeader(file);
  slice = toDicomJson(header);
  pixels = file.subarray(header.pixelData?.offsetBytes);
}, 60_000);
afterAll(() => server.close());

function bodyOf(parts: readonly JsonPart[]): Buffer {
  const pieces = parts.flatMap(({ type, location, bytes }) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Type: ${type}\r\n${location === undefined ? '' : `Content-Location: ${location}\r\n`}\r\n`,
    ),
    Buffer.from(bytes),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
const send = (parts: readonly JsonPart[] | Buffer, type = MIXED) =>
  referrer.inject({
    method: 'POST',
    url: `/dicom-web/studies?consultation=${mine.id}`,
    headers: { 'content-type': type },
    payload: Buffer.isBuffer(parts) ? parts : bodyOf(parts),
  });
/** A copy with a SOP Instance UID of its own. */
function fresh(changes: Record<string, DicomJsonElement | undefined> = {}): DicomJsonDataset {
  const uid: DicomJsonElement = { vr: 'UI', Value: [`1.2.826.0.1.9.${++counter}`] };
  const all: Record<string, DicomJsonElement | undefined> = { ...slice, '00080018': uid, ...changes };
  return Object.fromEntries(
    Object.entries(all)
      .filter((entry): entry is [string, DicomJsonElement] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
const json = (...datasets: unknown[]): JsonPart => ({ type: JSON_TYPE, bytes: JSON.stringify(datasets) });
const withPixels = (uri: string) => ({ '7FE00010': { vr: 'OW', BulkDataURI: uri } });
const instanceUrl = (dataset: DicomJsonDataset) => {
  const uid = (tag: string) => String(dataset[tag]?.Value?.[0]);
  return `/dicom-web/studies/${uid('0020000D')}/series/${uid('0020000E')}/instances/${uid('00080018')}`;
};
const metadataOf = async (dataset: DicomJsonDataset) =>
  ((await referrer.get(`${instanceUrl(dataset)}/metadata`)).json() as DicomJsonDataset[])[0] ?? {};
const fileOf = async (dataset: DicomJsonDataset) =>
  (
    await referrer.inject({
      method: 'GET',
      url: instanceUrl(dataset),
      headers: { accept: 'application/dicom; transfer-syntax=*' },
    })
  ).rawPayload;
const reasons = (answer: Answer, tag: string, reason: string) =>
  (answer[tag]?.Value ?? []).map((item) => item[reason]?.Value?.[0]);
async function staged(): Promise<string[]> {
  const folder = join(server.dataDir, 'staging');
  const names = await Promise.all((await readdir(folder)).map((name) => readdir(join(folder, name)).catch(() => [])));
  return names.flat().filter((name) => /^[0-9a-f-]{36}$/.test(name));
}
function withoutPixels({ '7FE00010': _, ...rest }: DicomJsonDataset): DicomJsonDataset {
  return rest;
}

describe('PS3.18 section 10.5.2 and annex F: metadata and bulk data', () => {
  test('become a file whose metadata is what was sent, with the pixels of their part', async () => {
    const dataset = fresh(withPixels('bulk/1'));
    const answer = await send([json(dataset), { type: OCTETS, location: 'bulk/1', bytes: pixels }]);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(await metadataOf(dataset)).toEqual(withoutPixels(dataset));
    const frame = await referrer.inject({
      method: 'GET',
      url: `${instanceUrl(dataset)}/frames/1`,
      headers: { accept: 'application/octet-stream; transfer-syntax=*' },
    });
    expect(frame.rawPayload.equals(Buffer.from(pixels))).toBe(true);
    expect(await staged()).toEqual([]);
  });

  test('several objects in one request, relative and absolute addresses, parts in any order', async () => {
    const [one, two] = [fresh(withPixels('a')), fresh(withPixels('http://elsewhere.example/b'))];
    const answer = await send([
      json(one),
      { type: OCTETS, location: 'http://elsewhere.example/b', bytes: pixels },
      json(two),
      { type: `${OCTETS}; transfer-syntax=1.2.840.10008.1.2.1`, location: './a', bytes: pixels },
    ]);
    expect([answer.statusCode, reasons(answer.json(), '00081199', '00081155')]).toEqual([
      200,
      [one['00080018']?.Value?.[0], two['00080018']?.Value?.[0]],
    ]);
  });

  test('InlineBinary instead of a part (F.2.7), and a body that is only metadata', async () => {
    const inline = fresh({ '7FE00010': { vr: 'OW', InlineBinary: Buffer.from(pixels).toString('base64') } });
    const answer = await send(Buffer.from(JSON.stringify([inline])), JSON_TYPE);
    expect([answer.statusCode, answer.body]).toEqual([200, expect.any(String)]);
    expect(await metadataOf(inline)).toEqual(withoutPixels(inline));
  });

  test('compressed frames, a part each, keep their syntax and their bytes (PS3.5 A.4)', async () => {
    const frames = await Promise.all([40, 200].map((grey) => greyJpeg(32, grey)));
    const dataset = fresh({
      ...withPixels('frames'),
      '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7.2'] },
      '00280008': { vr: 'IS', Value: [2] },
      '00280100': { vr: 'US', Value: [8] },
      '00280101': { vr: 'US', Value: [8] },
      '00280102': { vr: 'US', Value: [7] },
      '00280103': { vr: 'US', Value: [0] },
    });
    const parts = frames.map((bytes) => ({ type: 'image/jpeg', location: 'frames', bytes }));
    const answer = await send([json(dataset), ...parts]);
    expect(answer.statusCode, answer.body).toBe(200);
    const metadata = await metadataOf(dataset);
    // Baseline, whatever image/jpeg means when nothing is said.
    expect(metadata['00083002']?.Value).toEqual(['1.2.840.10008.1.2.4.50']);
    for (const [i, bytes] of frames.entries()) {
      const frame = await referrer.inject({
        method: 'GET',
        url: `${instanceUrl(dataset)}/frames/${i + 1}`,
        headers: { accept: 'image/jpeg; transfer-syntax=*, multipart/related; type="image/jpeg"; transfer-syntax=*' },
      });
      expect(frame.rawPayload.includes(bytes)).toBe(true);
    }
  });

  test('bulk data inside of sequences, and of text', async () => {
    const dataset = fresh({
      ...withPixels('p'),
      '00081140': { vr: 'SQ', Value: [{ '00091010': { vr: 'OB', BulkDataURI: 'inner' } }] },
      '00104000': { vr: 'LT', BulkDataURI: 'text' },
    });
    const answer = await send([
      json(dataset),
      { type: OCTETS, location: 'p', bytes: pixels },
      { type: OCTETS, location: 'inner', bytes: Uint8Array.of(1, 2, 3, 4) },
      { type: OCTETS, location: 'text', bytes: 'Spoken by the patient. ' },
    ]);
    expect(answer.statusCode, answer.body).toBe(200);
    const metadata = await metadataOf(dataset);
    expect(metadata['00104000']?.Value).toEqual(['Spoken by the patient.']);
    expect(metadata['00081140']?.Value).toEqual([{ '00091010': { vr: 'OB', InlineBinary: 'AQIDBA==' } }]);
  });
});

describe('PS3.18 F.2.2: Specific Character Set', () => {
  const named = (term: string, name: string) =>
    fresh({
      ...withPixels('p'),
      '00080005': { vr: 'CS', Value: [term] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: name }] },
    });
  const store = (dataset: DicomJsonDataset) => send([json(dataset), { type: OCTETS, location: 'p', bytes: pixels }]);

  test.each([
    ['ISO_IR 100', 'Buc^Jérôme', 'Buc^J\xe9r\xf4me'],
    ['ISO_IR 144', 'Люксембург', '\xbb\xee\xda\xe1\xd5\xdc\xd1\xe3\xe0\xd3'],
    ['GB18030', '王^小东', '\xcd\xf5^\xd0\xa1\xb6\xab'],
    ['ISO_IR 192', 'Müller', 'M\xc3\xbcller'],
  ])('%s is written as it is named', async (term, name, bytes) => {
    const dataset = named(term, name);
    expect((await store(dataset)).statusCode).toBe(200);
    expect(await metadataOf(dataset)).toEqual(withoutPixels(dataset));
    expect((await fileOf(dataset)).includes(Buffer.from(bytes, 'latin1'))).toBe(true);
  });

  test('a set that lacks a character becomes Unicode, with a warning (B000H, table 10.5.3-1: 202)', async () => {
    const dataset = named('ISO_IR 100', '王^小东');
    const answer = await store(dataset);
    expect([answer.statusCode, reasons(answer.json(), '00081199', '00081196')]).toEqual([
      202,
      [WARNING_REASON.coerced],
    ]);
    expect(answer.headers.warning).toContain('1 of 1 stored with warnings.');
    const { '00080005': set, '00100010': name } = await metadataOf(dataset);
    expect([set?.Value, name?.Value]).toEqual([['ISO_IR 192'], [{ Alphabetic: '王^小东' }]]);
  });
});

describe('objects that cannot be made', () => {
  const uri = withPixels('p');
  const bulk = (bytes: Uint8Array, type = OCTETS): JsonPart => ({ type, location: 'p', bytes });
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 4, 0, 0, 0xff, 0xda, 0, 4, 0, 0);
  const VALUES = FAILURE_REASON.cannotUnderstand;

  test.each<[string, Record<string, DicomJsonElement | undefined>, JsonPart[], number, string]>([
    ['no part for a BulkDataURI', uri, [], VALUES, '00081198'],
    ['text where a number belongs', { '00280010': { vr: 'US', Value: ['x'] } }, [], VALUES, '00081198'],
    ['a number out of range', { '00280010': { vr: 'US', Value: [70_000] } }, [], VALUES, '00081198'],
    ['a VR that does not exist', { '00280010': { vr: 'ZZ', Value: [1] } }, [], VALUES, '00081198'],
    ['a name that is no tag', { Rows: { vr: 'US', Value: [1] } }, [], VALUES, '00081198'],
    ['a backslash in a value (F.2.4)', { '00081030': { vr: 'LO', Value: ['a\\b'] } }, [], VALUES, '00081198'],
    ['damaged base64', { '00091010': { vr: 'OB', InlineBinary: '*' } }, [], VALUES, '00081198'],
    [
      'two forms of one value',
      { '00091010': { vr: 'OB', InlineBinary: '', BulkDataURI: 'p' } },
      [],
      VALUES,
      '00081198',
    ],
    ['a stream that is no JPEG', uri, [bulk(new Uint8Array(64), 'image/jpeg')], VALUES, '00081198'],
    [
      'another syntax than named',
      uri,
      [bulk(jpeg, 'image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.70')],
      VALUES,
      '00081198',
    ],
    ['two parts for one frame', uri, [bulk(jpeg, 'image/jpeg'), bulk(jpeg, 'image/jpeg')], VALUES, '00081198'],
    [
      'big endian pixels',
      uri,
      [bulk(new Uint8Array(2048), `${OCTETS}; transfer-syntax=1.2.840.10008.1.2.2`)],
      VALUES,
      '00081198',
    ],
    ['too few pixels', uri, [bulk(new Uint8Array(16))], VALUES, '0008119A'],
    ['no SOP Instance UID', { '00080018': undefined }, [], VALUES, '0008119A'],
  ])('%s: 409 and a reason', async (_, changes, parts, reason, sequence) => {
    const answer = await send([json(fresh(changes)), ...parts]);
    expect([answer.statusCode, reasons(answer.json(), sequence, '00081197')], answer.body).toEqual([409, [reason]]);
    expect(answer.headers.warning).toMatch(/1 of 1 not stored/);
    expect(await staged()).toEqual([]);
  });

  test('one does not keep the others back (202)', async () => {
    const [good, bad] = [fresh(uri), fresh(withPixels('nowhere'))];
    const answer = await send([json(bad, good), bulk(pixels)]);
    expect([answer.statusCode, reasons(answer.json(), '00081199', '00081155')]).toEqual([202, good['00080018']?.Value]);
  });

  test('sequences nested without end meet a limit', async () => {
    let deep: DicomJsonElement = { vr: 'SQ' };
    for (let i = 0; i < 200; i++) deep = { vr: 'SQ', Value: [{ '00081140': deep }] };
    const answer = await send([json(fresh({ '00081140': deep }))]);
    expect(answer.statusCode).toBe(409);
    expect(answer.headers.warning).toContain('nested deeper than 32');
  });
});

describe('requests that are refused whole', () => {
  test.each<[string, JsonPart[], number, string]>([
    ['metadata that is no JSON', [{ type: JSON_TYPE, bytes: '{"00100010": PATIENT^NAME' }], 400, 'REQUEST_INVALID'],
    [
      'metadata that is not UTF-8',
      [{ type: JSON_TYPE, bytes: Uint8Array.of(0x22, 0xff, 0x22) }],
      400,
      'REQUEST_INVALID',
    ],
    ['no metadata', [{ type: OCTETS, location: 'p', bytes: 'x' }], 400, 'REQUEST_INVALID'],
    [
      'bulk data without address',
      [
        { type: JSON_TYPE, bytes: '[]' },
        { type: OCTETS, bytes: 'x' },
      ],
      400,
      'MULTIPART_INVALID',
    ],
    ['too much metadata', [{ type: JSON_TYPE, bytes: Buffer.alloc(33 * 1024 * 1024, ' ') }], 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_, parts, status, code) => {
    const answer = await send(parts);
    expect([answer.statusCode, answer.json().code], answer.body).toEqual([status, code]);
    expect(answer.body).not.toContain('PATIENT');
    expect(await staged()).toEqual([]);
  });
});

const dciodvfy = spawnSync('dciodvfy', ['-version']).error === undefined;
// Oracle: a validator of others finds nothing in the file that it does not find in the one the metadata came from.
test.skipIf(!dciodvfy)(`the file is valid${dciodvfy ? '' : ' (skipped: dciodvfy is not installed)'}`, async () => {
  const dataset = fresh(withPixels('p'));
  await send([json(dataset), { type: OCTETS, location: 'p', bytes: pixels }]);
  const path = join(server.dataDir, 'composed.dcm');
  await writeFile(path, await fileOf(dataset));
  const { stderr } = spawnSync('dciodvfy', [path], { encoding: 'utf8' });
  expect(stderr.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
});
