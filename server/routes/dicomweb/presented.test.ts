import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { type SampleElement, sample, sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { picturePixels } from './test-pictures.ts';
import { bring } from './test-renderables.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../../shared/data');
const GSPS = join(data, 'objects/on-lung-ct-derived/gsps.dcm');
const LUNG = join(data, 'ct/lung-dx-a0002/1-16.dcm');
const LUNG_STUDY = '1.3.6.1.4.1.14519.5.2.1.6655.2359.104855313699639828167809534834';
const dcmp2pgm = spawnSync('dcmp2pgm', ['--version']).status === 0;
const oracle = dcmp2pgm && existsSync(GSPS) && existsSync(LUNG);
const note = oracle
  ? ''
  : ` (skipped: ${dcmp2pgm ? 'no test data at CONSILIUM_TEST_DATA' : 'dcmp2pgm is not installed'})`;

let server: TestServer;
let referrer: SignedIn;
let ct: CtSeries;

const SERIES = '1.2.3.9.40';
const place = (number: number, study = ct.studyUid) =>
  `/dicom-web/studies/${study}/series/${SERIES}/instances/${SERIES}.${number}`;
const slice = (at: number) =>
  `/dicom-web/studies/${ct.studyUid}/series/${ct.seriesUid}/instances/${ct.instances[at]?.sopInstanceUid}`;
const get = (url: string, accept = 'image/png', person = referrer) =>
  person.inject({ method: 'GET', url, headers: { accept } });
const picture = async (url: string) => picturePixels((await get(url)).rawPayload);

function reference(uid: string): SampleElement[] {
  return [sample(0x00081150, 'UI', '1.2.840.10008.5.1.4.1.1.2'), sample(0x00081155, 'UI', uid)];
}

function state(
  number: number,
  images: readonly string[],
  changes: readonly SampleElement[],
  sopClass = '11.1',
): Uint8Array {
  const area = [
    sample(0x00700052, 'SL', [1, 1]),
    sample(0x00700053, 'SL', [64, 32]),
    sample(0x00700100, 'CS', 'SCALE TO FIT'),
  ];
  return samplePart10(
    sampleInstance(
      [
        sample(0x00080016, 'UI', `1.2.840.10008.5.1.4.1.1.${sopClass}`),
        sample(0x00080018, 'UI', `${SERIES}.${number}`),
        sample(0x00080060, 'CS', 'PR'),
        sample(0x00081115, 'SQ', [
          [sample(0x00081140, 'SQ', images.map(reference)), sample(0x0020000e, 'UI', ct.seriesUid)],
        ]),
        sample(0x00100010, 'PN', 'Somebody'),
        sample(0x00100020, 'LO', 'ID-7'),
        sample(0x0020000d, 'UI', ct.studyUid),
        sample(0x0020000e, 'UI', SERIES),
        sample(0x00281052, 'DS', '-1024'),
        sample(0x00281053, 'DS', '1'),
        sample(0x00281054, 'LO', 'HU'),
        sample(0x00283110, 'SQ', [[sample(0x00281050, 'DS', '40'), sample(0x00281051, 'DS', '400')]]),
        sample(0x0070005a, 'SQ', [area]),
        sample(0x20500020, 'CS', 'IDENTITY'),
        ...changes,
      ].sort((one, other) => one.tag - other.tag),
      false,
    ),
  );
}

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  const consultation = await server.draft();
  ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 3, size: 64 });
  const uids = ct.instances.map(({ sopInstanceUid }) => sopInstanceUid);
  const [first = '', second = ''] = uids;
  const folder = join(server.dataDir, 'states');
  await mkdir(folder);
  const quarter = [sample(0x00700041, 'CS', 'N'), sample(0x00700042, 'US', [90])];
  const states = [
    state(1, [first], quarter),
    state(2, [first, second], []),
    state(3, ['1.2.3.999'], []),
    state(4, [first], [], '11.4'),
    state(5, [first], [sample(0x00181600, 'CS', 'BITMAP')]),
  ];
  for (const [at, bytes] of states.entries()) await writeFile(join(folder, `${at}.dcm`), bytes);
  await bring(server, consultation, referrer, join(server.dataDir, 'ct'));
  await bring(server, consultation, referrer, folder);
  if (!oracle) return;
  await mkdir(join(server.dataDir, 'lung'));
  await copyFile(GSPS, join(server.dataDir, 'lung/gsps.dcm'));
  await copyFile(LUNG, join(server.dataDir, 'lung/image.dcm'));
  await bring(server, consultation, referrer, join(server.dataDir, 'lung'));
}, 60_000);
afterAll(() => server.close());

describe('a presentation state, rendered (PS3.18 section 10.4.1.1.3)', () => {
  test('is its image: the displayed area, turned, in its window', async () => {
    const plain = await picture(`${slice(0)}/rendered?window=40,400,linear`);
    const shown = await picture(`${place(1)}/rendered`);
    expect([shown.width, shown.height]).toEqual([32, 64]);
    const expected = Uint8Array.from({ length: 32 * 64 }, (_, at) => {
      const [x, y] = [at % 32, Math.floor(at / 32)];
      return plain.data[(31 - x) * 64 + y] ?? 0;
    });
    expect(Buffer.from(shown.data).equals(Buffer.from(expected))).toBe(true);
    expect(new Set(expected).size).toBeGreaterThan(3);
    expect(await picture(`${place(1)}/rendered?viewport=16,16`)).toMatchObject({ width: 8, height: 16 });
  });

  test('of several images each is a part; one picture stands for them on demand', async () => {
    const all = await get(`${place(2)}/rendered`, '*/*');
    expect(String(all.headers['content-type'])).toContain('multipart/related; type="image/jpeg"');
    expect(all.rawPayload.toString('latin1').match(/Content-Type: image\/jpeg/g)).toHaveLength(2);
    expect(await picture(`${place(2)}/rendered`)).toMatchObject({ width: 64, height: 32 });
    expect((await get(`${place(2)}/rendered`, 'image/gif')).headers['content-type']).toBe('image/gif');
  });

  test.each([
    [3, '', 404, 'NOT_FOUND'],
    [4, '', 406, 'NOT_RENDERABLE'],
    [5, '', 406, 'NOT_RENDERABLE'],
    [1, '?window=40,400,linear', 400, 'REQUEST_INVALID'],
    [1, '?viewport=10,10,0,0,5,5', 400, 'REQUEST_INVALID'],
  ])('state %i%s: %i %s', async (number, query, status, code) => {
    const answer = await get(`${place(number)}/rendered${query}`);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('in a study they stand beside the images; one whose image is not here has its refusal in its place', async () => {
    const answer = await get(`/dicom-web/studies/${ct.studyUid}/rendered`, '*/*');
    const text = answer.rawPayload.toString('latin1');
    expect([answer.statusCode, text.match(/Content-Type: image\/jpeg/g)?.length]).toEqual([200, 3 + 1 + 2]);
    expect(text.match(/Content-Type: application\/json/g)).toHaveLength(1);
    expect(text).toContain(`Content-Location: ${place(3)}/rendered`);
  });

  test('rule 4: an outsider', async () => {
    expect((await get(`${place(1)}/rendered`, 'image/png', await server.as('referrer2'))).statusCode).toBe(404);
  });

  test.skipIf(!oracle)(`DCMTK shows the same${note}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consilium-presented-'));
    try {
      const file = join(folder, 'out.pgm');
      expect(spawnSync('dcmp2pgm', ['-p', GSPS, LUNG, file]).status).toBe(0);
      const whole = (await readFile(file)).subarray(-512 * 512);
      const path = `/dicom-web/studies/${LUNG_STUDY}/series/2.25.508514114738304267045087755149969052`;
      const ours = await picture(`${path}/instances/2.25.366324971592503382748078656087889984/rendered`);
      expect([ours.width, ours.height]).toEqual([410, 410]);
      // dcmp2pgm turns the whole image and draws nothing into it: the area begins at column 512 - 460 there.
      let near = 0;
      for (let y = 0; y < 410; y++) {
        for (let x = 0; x < 410; x++) {
          const theirs = whole[(y + 50) * 512 + x + 52] ?? -9;
          if (Math.abs((ours.data[y * 410 + x] ?? 0) - theirs) <= 1) near++;
        }
      }
      expect(near / 410 ** 2).toBeGreaterThan(0.94);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('PS3.18 section 9.5.2.3: WADO-URI with presentationUID', () => {
  const wado = (at: number, more: string) =>
    `/dicom-web/wado?requestType=WADO&studyUID=${ct.studyUid}&seriesUID=${ct.seriesUid}` +
    `&objectUID=${ct.instances[at]?.sopInstanceUid}&contentType=image/png${more}`;
  const by = (number: number) => `&presentationUID=${SERIES}.${number}&presentationSeriesUID=${SERIES}`;

  test('the image as the state wants it, and not as it is without', async () => {
    const shown = await get(wado(0, by(1)));
    expect(shown.rawPayload.equals((await get(`${place(1)}/rendered`)).rawPayload)).toBe(true);
    expect(shown.rawPayload.equals((await get(wado(0, ''))).rawPayload)).toBe(false);
    expect(shown.headers.etag).not.toBe((await get(wado(0, ''))).headers.etag);
    expect(await picture(wado(1, `${by(2)}&rows=16`))).toMatchObject({ width: 32, height: 16 });
  });

  test.each([
    [1, by(1), 400, 'presentationUID '],
    [0, `${by(1)}&windowCenter=1&windowWidth=2`, 400, 'windowCenter '],
    [0, `${by(1)}&region=0,0,1,0.5`, 400, 'region '],
    [0, '&presentationUID=1.2.3&presentationSeriesUID=1.2.3', 404, 'nothing here'],
    [0, by(4), 406, 'no rendered form'],
  ] as const)('slice %i%s: %i', async (at, more, status, message) => {
    const answer = await get(wado(at, more));
    expect(answer.statusCode, answer.body.slice(0, 200)).toBe(status);
    expect(answer.json().message).toContain(message);
  });

  test('a state that is an image', async () => {
    const [one, other] = [ct.instances[0]?.sopInstanceUid, ct.seriesUid];
    const answer = await get(wado(0, `&presentationUID=${one}&presentationSeriesUID=${other}`));
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST_INVALID']);
  });
});
