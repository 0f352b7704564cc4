import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { importPath } from '#server/domain/import-path.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';

const signal = new AbortController().signal;
const STUDIES = 5;

let server: TestServer;
let referrer: SignedIn;
const series: CtSeries[] = [];

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  const consultation = await server.draft();
  for (let index = 0; index < STUDIES; index += 1) {
    const one = await writeCtSeries(join(server.dataDir, `ct-${index}`), {
      ...{ slices: 2, size: 16, seed: index + 1, seriesNumber: index },
      ...{ patientName: `Patient^Number ${index}`, patientId: `ID-${index}`, accessionNumber: `A${index}` },
    });
    series.push(one);
    const request = { path: one.folder, consultationId: consultation.id, actor: referrer.principal };
    const report = await importPath(server.services.material.ingest, request, signal);
    expect(report.refused).toEqual([]);
  }
}, 60_000);
afterAll(() => server.close());

const ask = (query: string, accept?: string) =>
  referrer.inject({
    method: 'GET',
    url: `/dicom-web/${query}`,
    headers: accept === undefined ? {} : { accept },
  });
const found = async (query: string): Promise<DicomJsonDataset[]> => {
  const answer = await ask(query);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

describe('attributes are named (PS3.18 8.3.4.1)', () => {
  test.each([
    ['studies?PatientID=ID-3', 1],
    ['studies?00100020=ID-3', 1],
    ['studies?AccessionNumber=A1&PatientName=patient*', 1],
    ['studies?AccessionNumber=A1&PatientName=nobody', 0],
    ['studies?fuzzymatching=true&PatientName=3%20pat', 1],
    ['studies?fuzzymatching=false&PatientName=3%20pat', 0],
    ['studies?PatientID=ID-1&PatientID=ID-2', 2],
    ['series?SeriesNumber=2', 1],
    ['series?PatientName=*number%204', 1],
    ['instances?AccessionNumber=A2', 2],
    ['instances?AccessionNumber=A2&InstanceNumber=1', 1],
    ['studies?Modality=CT', STUDIES],
    ['studies?emptyvaluematching=true&StudyDate=%22%22', 0],
    ['series?RequestAttributesSequence.ScheduledProcedureStepID=none', 0],
    ['series?00400275.00400009=none', 0],
    // Attributes that are not in the index are compared on the instances.
    ['instances?Rows=16&PatientID=ID-0', 2],
    ['instances?Rows=17', 0],
    ['series?Manufacturer=nobody*', 0],
    ['studies?PatientAge=*', STUDIES],
  ])('%s finds %i', async (query, count) => {
    expect(await found(query)).toHaveLength(count);
  });

  test.each([
    ['studies?limit=-1', 'limit'],
    ['studies?limit=1&limit=2', 'limit'],
    ['studies?offset=x', 'offset'],
    ['studies?StudyDate=yesterday', 'StudyDate'],
    ['studies?StudyDate=20240230', 'StudyDate'],
    ['studies?StudyTime=25', 'StudyTime'],
    ['studies?StudyInstanceUID=1.2.*', 'StudyInstanceUID'],
    ['series?SeriesNumber=one', 'SeriesNumber'],
    ['studies?includefield=NoSuchKeyword', 'includefield'],
    ['studies?fuzzymatching=maybe', 'fuzzymatching'],
    ['series?RequestAttributesSequence=1', 'RequestAttributesSequence'],
  ])('%s is a bad request that names the place and not the value (PS3.18 10.6.3.1)', async (query, where) => {
    const answer = await ask(query);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST_INVALID']);
    expect(answer.json().message).toContain(where);
    expect(answer.json().message).not.toContain('yesterday');
  });

  test('what is not supported has no effect, and a warning says so', async () => {
    const answer = await ask('studies?PatientNam=x&Rows=16');
    expect(answer.json()).toHaveLength(STUDIES);
    expect(String(answer.headers.warning)).toMatch(/^299 \S+ "These parameters .*PatientNam, Rows"$/);
    expect((await ask('studies')).headers.warning).toBeUndefined();
  });

  test('a header holds no text that could be a name', async () => {
    const answer = await ask(`studies?${encodeURIComponent('Doe John"\r\nX: y')}=1`);
    expect(String(answer.headers.warning)).not.toContain('Doe');
  });
});

test('an answer is packed for who understands it (RFC 9110 12.5.3), and says how long it is', async () => {
  const askFor = (coding: string) =>
    referrer.inject({ method: 'GET', url: '/dicom-web/studies', headers: { 'accept-encoding': coding } });
  const plain = await askFor('gzip;q=0');
  const packed = await askFor('br, gzip');
  expect([plain, packed].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip']);
  expect(packed.headers.vary).toContain('accept-encoding');
  expect(packed.headers['content-length']).toBe(String(packed.rawPayload.byteLength));
  expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true);
});

describe('pages (PS3.18 8.3.4.4)', () => {
  test('a page tells how many there are in all and how many remain', async () => {
    const first = await ask('studies?limit=2');
    expect(first.headers['x-total-count']).toBe(String(STUDIES));
    expect(String(first.headers.warning)).toContain('"There are 3 additional results that can be requested"');
    const last = await ask('studies?limit=2&offset=4');
    expect([last.json().length, last.headers['x-total-count']]).toEqual([1, String(STUDIES)]);
    expect(last.headers.warning).toBeUndefined();
    const behind = await ask('studies?offset=9');
    expect([behind.statusCode, behind.json(), behind.headers['x-total-count']]).toEqual([200, [], String(STUDIES)]);
  });

  test('a page of nothing asks for the total only', async () => {
    const answer = await ask('instances?limit=0');
    expect([answer.json(), answer.headers['x-total-count']]).toEqual([[], String(2 * STUDIES)]);
  });

  test('instances come by number', async () => {
    const numbers = (await found('instances?PatientID=ID-1')).map((one) => one['00200013']?.Value?.[0]);
    expect(numbers).toEqual([1, 2]);
  });
});

describe('the answer (PS3.18 10.6.3.3)', () => {
  test('a study holds the attributes of table 10.6.3-3, empty when the study does not say', async () => {
    const [study] = await found('studies?PatientID=ID-2');
    const tags = ['00080020', '00080030', '00080050', '00080056', '00080061', '00080090', '00081190', '00100010'];
    for (const tag of [...tags, '00100020', '00100030', '00100040', '0020000D', '00200010', '00201206', '00201208']) {
      expect(study, tag).toHaveProperty(tag);
    }
    expect(study).toMatchObject({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00080056': { Value: ['ONLINE'] },
      '00080061': { Value: ['CT'] },
      '00201206': { Value: [1] },
      '00201208': { Value: [2] },
    });
    // What has no value has no Value either: viewers take it for a list.
    for (const element of Object.values(study ?? {})) expect(element.Value).not.toEqual([]);
    expect(Object.keys(study ?? {})).toEqual(Object.keys(study ?? {}).sort());
  });

  test('series and instances say where they are, with the attributes above them', async () => {
    const one = series[1]!;
    const [ofSeries] = await found(`studies/${one.studyUid}/series`);
    expect(ofSeries?.['00081190']?.Value?.[0]).toMatch(new RegExp(`/studies/${one.studyUid}/series/${one.seriesUid}$`));
    expect(ofSeries).toMatchObject({ '00201209': { Value: [2] }, '00100020': { Value: ['ID-1'] } });
    const [instance] = await found(`studies/${one.studyUid}/series/${one.seriesUid}/instances`);
    expect(instance).toMatchObject({
      '00080018': { Value: [one.instances[0]?.sopInstanceUid] },
      '00280010': { Value: [16] },
      '00200011': { Value: [1] },
    });
  });

  test('includefield adds attributes of the level by keyword and tag, and all of them', async () => {
    const [bare] = await found('studies?PatientID=ID-1');
    expect(bare).not.toHaveProperty('00080070');
    const [asked] = await found('series?PatientID=ID-1&includefield=Manufacturer,00200052');
    expect(asked).toHaveProperty('00080070');
    expect(asked).toHaveProperty('00200052');
    const [study] = await found('studies?PatientID=ID-1&includefield=Modality,00080070');
    // A study has neither a modality nor a manufacturer.
    expect(study).not.toHaveProperty('00080060');
    expect(study).not.toHaveProperty('00080070');
    const [all] = await found('instances?PatientID=ID-1&includefield=all');
    expect(all).toHaveProperty('00280030');
    expect(all).not.toHaveProperty('7FE00010');
    expect(JSON.stringify(all)).not.toContain('BulkDataURI');
  });

  test('what was asked for by value is answered', async () => {
    const [instance] = await found('instances?PatientID=ID-1&BitsStored=*');
    expect(instance).toHaveProperty('00280101');
  });
});

describe('media types (PS3.18 10.6.4)', () => {
  test.each([
    [undefined, 'application/dicom+json'],
    ['*/*', 'application/dicom+json'],
    ['application/json', 'application/json'],
    ['application/dicom+json, application/json;q=0.5', 'application/dicom+json'],
  ])('%s is answered as %s', async (accept, type) => {
    const answer = await ask('studies', accept);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, type]);
  });

  test('XML comes with one part a match', async () => {
    const answer = await ask('studies', 'multipart/related; type="application/dicom+xml"');
    expect(answer.headers['content-type']).toContain('application/dicom+xml');
    expect(answer.body.match(/<NativeDicomModel/g)).toHaveLength(STUDIES);
    expect(answer.body).toContain('keyword="PatientName"');
  });

  test('anything else is refused with what there is', async () => {
    const answer = await ask('studies', 'text/html');
    expect([answer.statusCode, answer.json().code]).toEqual([406, 'MEDIA_TYPE_UNAVAILABLE']);
  });
});

test('rule 4: another referrer finds nothing and counts nothing', async () => {
  const stranger = await server.as('referrer2');
  for (const path of ['studies', 'series', 'instances', 'studies?limit=0', 'instances?Rows=16']) {
    const answer = await stranger.get(`/dicom-web/${path}`);
    expect([answer.json(), answer.headers['x-total-count'], answer.headers.warning], path).toEqual([
      [],
      '0',
      undefined,
    ]);
  }
});
