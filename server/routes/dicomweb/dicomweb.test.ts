import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { importPath } from '#server/domain/import-path.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';

const DATA = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../../shared/data'));
const present = existsSync(join(DATA, 'transfer-syntax'));
const signal = new AbortController().signal;

let server: TestServer;
let referrer: SignedIn;
let mine: Consultation;
let ct: CtSeries;
let study: string;
let series: string;
let instance: string;

async function bring(consultation: Consultation, person: SignedIn, path: string) {
  const request = { path, consultationId: consultation.id, actor: person.principal };
  return importPath(server.services.material.ingest, request, signal);
}

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  mine = await server.draft();
  ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 6, size: 64 });
  const report = await bring(mine, referrer, ct.folder);
  expect(report.refused).toEqual([]);
  study = `/dicom-web/studies/${ct.studyUid}`;
  series = `${study}/series/${ct.seriesUid}`;
  instance = `${series}/instances/${ct.instances[0]!.sopInstanceUid}`;
}, 60_000);
afterAll(() => server.close());

const get = (url: string, accept?: string, person = referrer) =>
  person.inject({ method: 'GET', url, headers: accept === undefined ? {} : { accept } });
const OCTETS = 'application/octet-stream; transfer-syntax=*';

/** Cuts a multipart body into its parts. */
function parts(answer: { headers: Record<string, unknown>; rawPayload: Buffer }): { head: string; body: Buffer }[] {
  const boundary = /boundary="([^"]+)"/.exec(String(answer.headers['content-type']))?.[1];
  if (boundary === undefined) throw new Error('the answer is not multipart');
  const found: { head: string; body: Buffer }[] = [];
  const mark = Buffer.from(`--${boundary}`);
  let at = answer.rawPayload.indexOf(mark);
  for (;;) {
    const next = answer.rawPayload.indexOf(mark, at + mark.length);
    if (next === -1) return found;
    const part = answer.rawPayload.subarray(at + mark.length + 2, next - 2);
    const split = part.indexOf('\r\n\r\n');
    found.push({ head: part.subarray(0, split).toString(), body: part.subarray(split + 4) });
    at = next;
  }
}

describe('frames', () => {
  let pixels: Buffer;
  beforeAll(async () => {
    const file = await readFile(join(ct.folder, ct.instances[0]!.file));
    pixels = file.subarray(file.length - 64 * 64 * 2);
  });

  test('one frame by itself, exactly as stored', async () => {
    const answer = await get(`${instance}/frames/1`, OCTETS);
    expect(answer.headers['content-type']).toBe('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1');
    expect(answer.rawPayload.equals(pixels)).toBe(true);
    expect(answer.headers['cache-control']).toBe('private, max-age=31536000, immutable');
  });

  test('one frame as multipart, which is what a client gets that says nothing', async () => {
    const answer = await get(`${instance}/frames/1`);
    const [part, ...more] = parts(answer);
    expect(more).toEqual([]);
    expect(part?.head).toBe('Content-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1');
    expect(part?.body.equals(pixels)).toBe(true);
    expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length);
  });

  test('the entity tag saves the second answer, and tells the two forms apart', async () => {
    const { etag } = (await get(`${instance}/frames/1`, OCTETS)).headers;
    const again = (accept: string) =>
      referrer.inject({
        method: 'GET',
        url: `${instance}/frames/1`,
        headers: { accept, 'if-none-match': String(etag) },
      });
    expect((await again(OCTETS)).statusCode).toBe(304);
    expect((await again('multipart/related')).statusCode).toBe(200);
  });

  test.each([
    ['0', 404, 'FRAME_UNKNOWN'],
    ['2', 404, 'FRAME_UNKNOWN'],
    ['1,2', 404, 'FRAME_UNKNOWN'],
    ['x', 400, 'REQUEST_INVALID'],
    ['1,,2', 400, 'REQUEST_INVALID'],
  ])('frame %s: %i %s', async (frames, status, code) => {
    const answer = await get(`${instance}/frames/${frames}`, OCTETS);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('a form that does not exist is refused with what there is', async () => {
    const answer = await get(`${instance}/frames/1`, 'image/jpeg');
    expect(answer.statusCode).toBe(406);
    expect(answer.json().message).toContain('application/octet-stream');
  });

  test('an instance under another series is not there', async () => {
    const url = `${study}/series/1.2.3/instances/${ct.instances[0]!.sopInstanceUid}/frames/1`;
    expect((await get(url, OCTETS)).statusCode).toBe(404);
    const otherStudy = instance.replace(ct.studyUid, '1.2.3');
    expect((await get(`${otherStudy}/frames/1`, OCTETS)).statusCode).toBe(404);
    expect((await get(`${otherStudy}/metadata`)).statusCode).toBe(404);
  });
});

describe('metadata', () => {
  test('of study, series and instance as DICOM JSON', async () => {
    for (const [place, count] of [
      [study, 6],
      [series, 6],
      [instance, 1],
    ] as const) {
      const answer = await get(`${place}/metadata`);
      expect(answer.headers['content-type']).toBe('application/dicom+json');
      const datasets = answer.json() as Record<string, { vr: string; Value?: unknown[] }>[];
      expect(datasets).toHaveLength(count);
      expect(datasets[0]?.['0020000D']?.Value).toEqual([ct.studyUid]);
      expect(datasets[0]?.['7FE00010']).toBeUndefined();
    }
  });

  test('is sent compressed, and once', async () => {
    const url = `${series}/metadata`;
    const packed = await referrer.inject({ method: 'GET', url, headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.rawPayload).toString()).toBe((await get(url)).body);
    const etag = String(packed.headers.etag);
    const conditional = (headers: Record<string, string>) =>
      referrer.inject({ method: 'GET', url, headers: { 'if-none-match': `"other", ${etag}`, ...headers } });
    const again = await conditional({ 'accept-encoding': 'br, gzip' });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    // RFC 9110 section 8.8.3.3: the packed and the plain representation are not the same bytes.
    for (const coding of ['identity', 'gzip;q=0', 'br']) {
      const plain = await conditional({ 'accept-encoding': coding });
      expect([plain.statusCode, plain.headers['content-encoding']]).toEqual([200, undefined]);
      expect(plain.headers.etag).not.toBe(etag);
    }
  });

  test('instances that come later change the tag', async () => {
    const before = await referrer.get(`${series}/metadata`);
    const more = await writeCtSeries(join(server.dataDir, 'more'), {
      // Instances 1 to 6 are known with other bytes and stay as they are.
      ...{ slices: 7, size: 32, seed: 77, studyUid: ct.studyUid, seriesUid: ct.seriesUid },
    });
    const added = (await bring(mine, referrer, more.folder)).stored.filter(({ outcome }) => outcome === 'stored');
    const after = await referrer.get(`${series}/metadata`);
    expect(after.json()).toHaveLength(before.json().length + added.length);
    expect(added).toHaveLength(1);
    expect(after.headers.etag).not.toBe(before.headers.etag);
  });
});

describe('search', () => {
  const search = async (query: string) => {
    const answer = await get(`/dicom-web/${query}`);
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json() as Record<string, { Value: unknown[] }>[];
  };

  test.each([
    ['studies', 1],
    ['studies?PatientName=demo*', 1],
    ['studies?PatientName=nobody', 0],
    ['studies?00100010=DEMO^PHANTOM', 1],
    ['studies?PatientID=DEMO*', 1],
    ['studies?ModalitiesInStudy=CT', 1],
    ['studies?ModalitiesInStudy=MR', 0],
    ['studies?StudyDate=20000101-20991231', 1],
    ['studies?StudyDate=-20000101', 0],
    ['studies?includefield=all&fuzzymatching=true&limit=10', 1],
    ['studies?limit=10&offset=1', 0],
    ['studies?StudyInstanceUID=1.2.3', 0],
    ['series?Modality=CT', 1],
    ['series?SeriesInstanceUID=1.2', 0],
    ['instances?InstanceNumber=2', 1],
    ['instances?limit=3', 3],
  ])('%s finds %i', async (query, count) => {
    expect(await search(query)).toHaveLength(count);
  });

  test('a study says how much it holds and where it is', async () => {
    const [found] = await search('studies');
    expect(found).toMatchObject({
      '0020000D': { Value: [ct.studyUid] },
      '00080061': { Value: ['CT'] },
      '00201206': { Value: [1] },
    });
    expect(found?.['00081190']?.Value[0]).toMatch(new RegExp(`/dicom-web/studies/${ct.studyUid}$`));
  });

  test('below a study and a series', async () => {
    expect(await search(`studies/${ct.studyUid}/series`)).toMatchObject([{ '0020000E': { Value: [ct.seriesUid] } }]);
    const all = await search(`studies/${ct.studyUid}/instances`);
    expect(all.length).toBeGreaterThanOrEqual(6);
    expect(await search(`studies/${ct.studyUid}/series/${ct.seriesUid}/instances?limit=100`)).toHaveLength(all.length);
    expect(all[0]).toHaveProperty('00080018');
    expect(all[0]).toHaveProperty('00100010');
  });
});

describe('pictures', () => {
  test.each([
    ['/thumbnail', 'jpeg', 64],
    ['/rendered', 'jpeg', 64],
    ['/rendered?viewport=32,32', 'jpeg', 32],
    ['/rendered?window=40,400,linear', 'jpeg', 64],
  ])('instance%s', async (path, format, side) => {
    const answer = await get(`${instance}${path}`);
    expect(answer.statusCode, answer.body.slice(0, 200)).toBe(200);
    expect(answer.headers['content-type']).toBe(`image/${format}`);
    // SOF0 (T.81 B.2.2): height and width stand 5 and 7 bytes behind the marker.
    const frame = answer.rawPayload.indexOf(Buffer.from([0xff, 0xc0]));
    expect([answer.rawPayload.readUInt16BE(frame + 5), answer.rawPayload.readUInt16BE(frame + 7)]).toEqual([
      side,
      side,
    ]);
  });

  test('PNG when asked for, frames and series too', async () => {
    const answer = await get(`${instance}/frames/1/rendered`, 'image/png');
    expect(answer.headers['content-type']).toBe('image/png');
    expect((await get(`${series}/thumbnail`)).statusCode).toBe(200);
  });

  test.each([
    [`/frames/2/rendered`, 404],
    ['/rendered?window=wide', 400],
    ['/rendered?viewport=1', 400],
  ])('%s: %i', async (path, status) => {
    expect((await get(`${instance}${path}`)).statusCode).toBe(status);
  });

  test('a form nobody makes', async () => {
    expect((await get(`${instance}/rendered`, 'video/mp4')).statusCode).toBe(406);
  });
});

describe('whole instances', () => {
  test('rule 3: bit for bit as they were sent', async () => {
    const file = await readFile(join(ct.folder, ct.instances[0]!.file));
    const alone = await get(instance, 'application/dicom');
    expect(alone.rawPayload.equals(file)).toBe(true);
    expect(alone.headers['content-type']).toBe('application/dicom; transfer-syntax=1.2.840.10008.1.2.1');
    const [part] = parts(await get(instance));
    expect(part?.body.equals(file)).toBe(true);
  });
});

describe('rule 4: nobody reads what is not theirs', () => {
  test('to another referrer nothing of it exists, and searches find nothing', async () => {
    const stranger = await server.as('referrer2');
    for (const path of [
      `${study}/series`,
      `${study}/instances`,
      `${study}/metadata`,
      `${series}/instances`,
      `${series}/metadata`,
      `${series}/thumbnail`,
      instance,
      `${instance}/metadata`,
      `${instance}/frames/1`,
      `${instance}/rendered`,
      `${instance}/frames/1/thumbnail`,
    ]) {
      const [theirs, missing] = [await stranger.get(path), await stranger.get(path.replace(ct.studyUid, '1.2.3'))];
      expect([theirs.statusCode, theirs.json()], path).toEqual([404, missing.json()]);
    }
    for (const path of ['studies', 'series', 'instances', `studies?StudyInstanceUID=${ct.studyUid}`]) {
      expect((await stranger.get(`/dicom-web/${path}`)).json(), path).toEqual([]);
    }
    expect((await server.anonymous({ method: 'GET', url: `${instance}/frames/1` })).statusCode).toBe(401);
  });

  test('who holds one instance of a series sees that one and not the others', async () => {
    const stranger = await server.as('referrer2');
    const answer = await stranger.post('/api/consultations', {
      ...{
        title: 'Own',
        speciality: 'radiology',
        urgency: 'routine',
        history: '',
        workingDiagnosis: '',
        questions: [],
      },
      patient: { initials: 'X', birthYear: null, sex: 'unknown', reference: '' },
    });
    const own = answer.json() as Consultation;
    const [first, second] = ct.instances;
    await bring(own, stranger, join(ct.folder, first!.file));
    // What was asked lately is believed for some seconds.
    await new Promise((done) => setTimeout(done, 3100));
    const url = (uid: string) => `${series}/instances/${uid}/frames/1`;
    expect((await stranger.get(url(first!.sopInstanceUid))).statusCode).toBe(200);
    expect((await stranger.get(url(second!.sopInstanceUid))).statusCode).toBe(404);
    expect((await stranger.get(`${series}/metadata`)).json()).toHaveLength(1);
    expect((await stranger.get(`${series}/instances`)).json()).toHaveLength(1);
    expect((await stranger.get(`/dicom-web/instances`)).json()).toHaveLength(1);
  }, 20_000);

  test('rule 5: looking leaves rows, a stack one row', async () => {
    const rows = await server.services.db.audit.page({ limit: 500 });
    const looks = rows.filter(({ action, outcome, actorId }) => {
      return action === 'dicom.view' && outcome === 'success' && actorId === referrer.account.id;
    });
    expect(looks).toHaveLength(1);
    expect(rows.some(({ action }) => action === 'dicom.retrieve')).toBe(true);
    expect(rows.some(({ action, outcome }) => action === 'dicom.view' && outcome === 'refused')).toBe(true);
  });
});

describe.skipIf(!present)(`every transfer syntax (${present ? DATA : 'absent: no test data folder'})`, () => {
  let base: string;
  const files = {
    little: 'CTImage_LittleEndianExplicit_1.2.840.10008.1.2.1.dcm',
    big: 'CTImage_BigEndianExplicit_1.2.840.10008.1.2.2.dcm',
    deflated: 'CTImage_DeflatedExplicitVRLittleEndian_1.2.840.10008.1.2.1.99.dcm',
    rle: 'CTImage_RLELossless_1.2.840.10008.1.2.5.dcm',
  };
  const frameOf = async (file: string) => {
    // The files are copies of one image under one UID, so each goes to a server of its own.
    const one = await startTestServer();
    try {
      const person = await one.as('referrer');
      const consultation = await one.draft();
      const path = join(DATA, 'transfer-syntax', file);
      const { ingest } = one.services.material;
      await importPath(ingest, { path, consultationId: consultation.id, actor: person.principal }, signal);
      const [found] = (await person.get('/dicom-web/instances')).json() as Record<string, { Value: string[] }>[];
      base = String(found?.['00081190']?.Value[0]).replace(/^https?:\/\/[^/]+/, '');
      const headers = { accept: OCTETS };
      return await person.inject({ method: 'GET', url: `${base}/frames/1`, headers });
    } finally {
      await one.close();
    }
  };

  test('big endian and deflated arrive as the little endian original', async () => {
    const original = await frameOf(files.little);
    expect(original.rawPayload).toHaveLength(512 * 512 * 2);
    for (const file of [files.big, files.deflated]) {
      const answer = await frameOf(file);
      expect(answer.headers['content-type'], file).toBe(
        'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1',
      );
      expect(answer.rawPayload.equals(original.rawPayload), file).toBe(true);
    }
  }, 30_000);

  test('compressed frames go as stored', async () => {
    const answer = await frameOf(files.rle);
    expect(answer.headers['content-type']).toBe('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.5');
    // PS3.5 annex G: the number of segments, two for 16-bit grey.
    expect(answer.rawPayload.readUInt32LE(0)).toBe(2);
  });

  test('a list of frames of a cine run, each with its own head', async () => {
    const consultation = await server.draft();
    await bring(consultation, referrer, join(DATA, 'multiframe/MOVEKNEE.dcm'));
    const { studies } = (await referrer.get(`/api/consultations/${consultation.id}/material`)).json();
    const [found] = studies;
    const where = `/dicom-web/studies/${found.studyUid}/series/${found.series[0].seriesUid}/instances/${found.series[0].representativeInstanceUid}`;
    const frames = parts(await get(`${where}/frames/3,1,2`));
    expect(frames).toHaveLength(3);
    const [first] = parts(await get(`${where}/frames/1`));
    expect(frames[1]?.body.equals(first!.body)).toBe(true);
    expect((await get(`${where}/frames/1,2`, 'application/octet-stream')).statusCode).toBe(406);
  });
});
