import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { picturePixels } from './test-pictures.ts';
import { PDF_BYTES, type RenderableStudy, storeRenderables } from './test-renderables.ts';

let server: TestServer;
let referrer: SignedIn;
let at: RenderableStudy;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  at = await storeRenderables(server, referrer);
}, 60_000);
afterAll(() => server.close());

/** The query of WADO-URI for a path of WADO-RS. */
function wado(path: string, more = '', base = '/dicom-web/wado'): string {
  const [, study, series, object] = /studies\/([^/]+)\/series\/([^/]+)\/instances\/([^/]+)/.exec(path) ?? [];
  return `${base}?requestType=WADO&studyUID=${study}&seriesUID=${series}&objectUID=${object}${more}`;
}
const get = (url: string, headers: Record<string, string> = {}, person = referrer) =>
  person.inject({ method: 'GET', url, headers });

describe('PS3.18 section 9: what an instance is sent as', () => {
  test.each([
    ['slice', '', 'image/jpeg'],
    ['slice', '&contentType=image/png', 'image/png'],
    ['slice', '&contentType=video/mp4,image/gif', 'image/gif'],
    ['slice', '&contentType=application/dicom', 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1'],
    ['cine', '', 'image/jpeg'],
    ['cine', '&contentType=image/gif', 'image/gif'],
    ['report', '', 'text/html; charset=utf-8'],
    ['report', '&contentType=text/plain&charset=iso-8859-1,utf-8', 'text/plain; charset=utf-8'],
    ['pdf', '', 'application/pdf'],
    ['plan', '', 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1'],
  ] as const)('%s%s is %s', async (what, more, type) => {
    const answer = await get(wado(at[what], more));
    expect([answer.statusCode, answer.headers['content-type']], answer.body.slice(0, 200)).toEqual([200, type]);
  });

  test('the Accept header counts when no contentType is given', async () => {
    expect((await get(wado(at.slice), { accept: 'image/webp' })).headers['content-type']).toBe('image/webp');
    const both = await get(wado(at.slice, '&contentType=image/png'), { accept: 'image/webp, */*' });
    expect(both.headers['content-type']).toBe('image/png');
  });

  test('rule 3: the object itself is what was sent', async () => {
    const file = await readFile(join(at.ct.folder, at.ct.instances[1]?.file ?? ''));
    const answer = await get(wado(at.slice, '&contentType=application/dicom'));
    expect(answer.rawPayload.equals(file)).toBe(true);
    expect((await get(wado(at.pdf))).rawPayload.equals(PDF_BYTES)).toBe(true);
  });

  test('both addresses, and the same picture as WADO-RS makes', async () => {
    const [first, second, restful] = await Promise.all([
      get(wado(at.slice)),
      get(wado(at.slice, '', '/wado')),
      get(`${at.slice}/rendered`),
    ]);
    expect(first.rawPayload.equals(restful.rawPayload)).toBe(true);
    expect(second.rawPayload.equals(restful.rawPayload)).toBe(true);
    expect(first.headers.etag).toBe(restful.headers.etag);
  });
});

describe('PS3.18 section 9.5: parameters', () => {
  const picture = async (path: string, more: string) =>
    picturePixels((await get(wado(path, `&contentType=image/png${more}`))).rawPayload);

  test('rows and columns are the most there may be, the shape stays', async () => {
    expect(await picture(at.cine, '&rows=40')).toMatchObject({ width: 80, height: 40 });
    expect(await picture(at.cine, '&columns=40')).toMatchObject({ width: 40, height: 20 });
    expect(await picture(at.cine, '&rows=40&columns=40')).toMatchObject({ width: 40, height: 20 });
  });

  test('region, frame and window', async () => {
    const whole = await picture(at.slice, '');
    const part = await picture(at.slice, '&region=0.5,0.25,1,0.5');
    expect([part.width, part.height]).toEqual([32, 16]);
    expect([...part.data.subarray(0, 32)]).toEqual([...whole.data.subarray(16 * 64 + 32, 17 * 64)]);
    const shown = await picture(at.cine, '&frameNumber=3&windowCenter=100&windowWidth=101');
    expect(shown.first).toBe(Math.round(((120 - 99.5) / 100 + 0.5) * 255));
  });

  test.each([
    ['windowCenter=40', 'windowWidth'],
    ['windowWidth=40', 'windowCenter'],
    ['windowCenter=40&windowWidth=0', 'windowWidth'],
    ['rows=0', 'rows'],
    ['columns=1e3', 'columns'],
    ['region=0,0,1', 'region'],
    ['region=0,0,1,1.1', 'region'],
    ['region=0.5,0,0.5,1', 'region'],
    ['imageQuality=101', 'imageQuality'],
    ['frameNumber=one', 'frameNumber'],
    ['annotation=all', 'annotation'],
    ['anonymize=yes', 'anonymize'],
    ['presentationUID=1.2.3', 'presentationUID'],
    ['presentationSeriesUID=1.2.3', 'presentationSeriesUID'],
    ['transferSyntax=1.2.840.10008.1.2.1', 'transferSyntax'],
    ['contentType=application/dicom&rows=10', 'rows'],
    ['contentType=application/dicom&annotation=patient', 'annotation'],
  ])('%s is a bad request that names %s', async (more, name) => {
    const answer = await get(wado(at.slice, `&${more}`));
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST_INVALID']);
    expect(answer.json().message).toContain(`querystring.${name} `);
  });

  test.each([
    ['slice', '&contentType=video/mp4', 406],
    ['slice', '&contentType=multipart/related', 406],
    ['report', '&contentType=text/html&charset=iso-8859-1', 406],
    ['slice', '&contentType=application/dicom&transferSyntax=1.2.840.10008.1.2.5', 406],
    ['slice', '&frameNumber=2', 404],
    ['cine', '&frameNumber=0', 404],
  ] as const)('%s%s: %i', async (what, more, status) => {
    expect((await get(wado(at[what], more))).statusCode).toBe(status);
  });

  test.each([
    ['requestType=WADO&', ''],
    [/studyUID=[^&]+&/, ''],
    [/seriesUID=[^&]+&/, ''],
    [/&objectUID=.*/, ''],
    ['requestType=WADO', 'requestType=wado'],
  ])('without or with a wrong %s the request is bad', async (part, other) => {
    const answer = await get(wado(at.slice).replace(part, other));
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST_INVALID']);
  });
});

test('rule 4: an outsider, and a place the instance is not at', async () => {
  const stranger = await server.as('referrer2');
  for (const more of ['', '&contentType=application/dicom']) {
    expect((await get(wado(at.slice, more), {}, stranger)).statusCode).toBe(404);
  }
  expect((await get(wado(at.slice).replace(at.ct.studyUid, '1.2.3'))).statusCode).toBe(404);
  expect((await server.anonymous({ method: 'GET', url: wado(at.slice) })).statusCode).toBe(401);
});

test('a second request is answered 304', async () => {
  for (const more of ['', '&contentType=application/dicom', '&contentType=image/png&rows=20']) {
    const { etag = '' } = (await get(wado(at.slice, more))).headers;
    expect((await get(wado(at.slice, more), { 'if-none-match': String(etag) })).statusCode, more).toBe(304);
  }
});
