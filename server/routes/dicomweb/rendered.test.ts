import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { pictureMetadata, picturePixels } from './test-pictures.ts';
import { PDF_BYTES, type RenderableStudy, storeRenderables, VIDEO_BYTES } from './test-renderables.ts';

let server: TestServer;
let referrer: SignedIn;
let at: RenderableStudy;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  at = await storeRenderables(server, referrer);
}, 60_000);
afterAll(() => server.close());

const get = (url: string, accept?: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  referrer.inject({ method, url, headers: { ...(accept === undefined ? {} : { accept }), ...headers } });
type Answer = Awaited<ReturnType<typeof get>>;

/** Media type, place and body of each part. */
function parts(answer: Answer): { type: string; location: string; body: Buffer }[] {
  const boundary = /boundary="([^"]+)"/.exec(String(answer.headers['content-type']))?.[1] ?? 'none';
  const pieces = answer.rawPayload.toString('latin1').split(`\r\n--${boundary}`);
  return pieces.slice(1, -1).map((piece) => {
    const split = piece.indexOf('\r\n\r\n');
    const head = piece.slice(0, split);
    return {
      type: /Content-Type: (.*)/.exec(head)?.[1]?.trim() ?? '',
      location: /Content-Location: (.*)/.exec(head)?.[1]?.trim() ?? '',
      body: Buffer.from(piece.slice(split + 4), 'latin1'),
    };
  });
}

describe('PS3.18 section 8.7.4: which form', () => {
  test.each([
    ['slice', undefined, 'image/jpeg'],
    ['slice', '*/*', 'image/jpeg'],
    ['slice', 'image/*', 'image/jpeg'],
    ['slice', 'image/png', 'image/png'],
    ['slice', 'image/gif', 'image/gif'],
    ['slice', 'image/webp', 'image/webp'],
    ['slice', 'image/jpeg;q=0.5, image/png', 'image/png'],
    ['slice', 'image/jpeg;q=0, image/*', 'image/png'],
    ['slice', 'image/avif, image/webp, */*;q=0.8', 'image/webp'],
    ['slice', 'multipart/related; type="image/png"', 'multipart/related; type="image/png"'],
    ['cine', undefined, 'image/jpeg'],
    ['cine', 'image/gif', 'image/gif'],
    ['report', undefined, 'text/html; charset=utf-8'],
    ['report', 'text/plain, text/html;q=0.9', 'text/plain; charset=utf-8'],
    ['pdf', undefined, 'application/pdf'],
    ['pdf', 'application/*', 'application/pdf'],
    ['video', undefined, 'video/mp4'],
    ['video', 'video/*', 'video/mp4'],
    ['study', undefined, 'multipart/related; type="'],
    ['study', 'image/jpeg', 'image/jpeg'],
    ['ctSeries', 'multipart/related; type="image/jpeg"', 'multipart/related; type="image/jpeg"'],
    ['ctSeries', 'image/png', 'image/png'],
    ['ctSeries', 'image/gif', 'image/gif'],
  ] as const)('%s with %s is %s', async (what, accept, type) => {
    const answer = await get(`${at[what]}/rendered`, accept);
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
    expect(String(answer.headers['content-type']).startsWith(type), String(answer.headers['content-type'])).toBe(true);
  });

  test.each([
    ['slice', 'video/mp4', 'image/jpeg, image/png, image/gif, image/webp'],
    ['slice', 'image/jpeg;q=0', 'image/jpeg'],
    ['slice', '*/*;q=0', 'image/jpeg'],
    ['slice', 'text/html', 'image/jpeg'],
    ['report', 'image/jpeg', 'text/html, text/plain'],
    ['pdf', 'text/html', 'application/pdf'],
    ['video', 'image/jpeg', 'video/mp4'],
    ['study', 'image/gif', 'image/jpeg'],
  ] as const)('%s as %s is refused with the list', async (what, accept, list) => {
    const answer = await get(`${at[what]}/rendered`, accept);
    expect([answer.statusCode, answer.json().code]).toEqual([406, 'MEDIA_TYPE_UNAVAILABLE']);
    expect(answer.json().message).toContain(list);
  });

  test('what has no rendered form says so', async () => {
    const answer = await get(`${at.plan}/rendered`);
    expect([answer.statusCode, answer.json().code]).toEqual([406, 'NOT_RENDERABLE']);
    expect(answer.json().message).toContain('RT Plan');
    for (const path of [at.plan, at.pdf, at.report]) {
      const small = await get(`${path}/thumbnail`);
      expect([small.statusCode, small.json().code], path).toEqual([406, 'NO_THUMBNAIL']);
    }
  });

  test('the query parameter accept counts before the header (section 8.3.3.1)', async () => {
    const answer = await get(`${at.slice}/rendered?accept=image/png`, 'image/jpeg');
    expect(answer.headers['content-type']).toBe('image/png');
  });
});

describe('PS3.18 section 8.3.5.1: parameters', () => {
  test('the region is cropped, flipped and made to fit', async () => {
    const whole = await picturePixels((await get(`${at.slice}/rendered`, 'image/png')).rawPayload);
    expect([whole.width, whole.height]).toEqual([64, 64]);
    const flipped = await picturePixels(
      (await get(`${at.slice}/rendered?viewport=20,20,10,30,-20,20`, 'image/png')).rawPayload,
    );
    const expected = [...whole.data.subarray(30 * 64 + 10, 30 * 64 + 30)].reverse();
    expect([flipped.width, flipped.height, [...flipped.data.subarray(0, 20)]]).toEqual([20, 20, expected]);
    const larger = await picturePixels((await get(`${at.slice}/rendered?viewport=256,100`, 'image/png')).rawPayload);
    expect([larger.width, larger.height]).toEqual([100, 100]);
  });

  test('the three window functions give three pictures (PS3.3 C.11.2.1.2)', async () => {
    // Value 120 of frame 3.
    const shade = async (window: string) => {
      const answer = await get(`${at.cine}/frames/3/rendered?window=${window}`, 'image/png');
      return (await picturePixels(answer.rawPayload)).first;
    };
    expect(await shade('100,101,linear')).toBe(Math.round(((120 - 99.5) / 100 + 0.5) * 255));
    expect(await shade('100,100,linear-exact')).toBe(Math.round(0.7 * 255));
    expect(await shade('100,100,sigmoid')).toBe(Math.round(255 / (1 + Math.exp(-0.8))));
  });

  test('quality, profile and annotation change the picture', async () => {
    const plain = (await get(`${at.slice}/rendered`)).rawPayload;
    const poor = (await get(`${at.slice}/rendered?quality=5`)).rawPayload;
    expect(poor.length).toBeLessThan(plain.length);
    const profiled = await get(`${at.slice}/rendered?iccprofile=srgb`, 'image/png');
    expect((await pictureMetadata(profiled.rawPayload)).icc?.length).toBeGreaterThan(100);
    const named = await get(`${at.slice}/rendered?annotation=patient,technique&viewport=400,400`, 'image/png');
    const unnamed = await get(`${at.slice}/rendered?viewport=400,400`, 'image/png');
    expect(named.statusCode).toBe(200);
    expect(named.rawPayload.equals(unnamed.rawPayload)).toBe(false);
  });

  test.each([
    'window=40,400',
    'window=40,400,wide',
    'viewport=1',
    'viewport=10,10,0,0,65,10',
    'viewport=10,10&viewport=20,20',
    'quality=0',
    'iccprofile=maybe',
    'annotation=doctor',
    // 64 px hold no text that can be read.
    'annotation=patient,technique&viewport=12,12',
  ])('%s is a bad request with a sentence', async (query) => {
    const answer = await get(`${at.slice}/rendered?${query}`);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST_INVALID']);
    expect(answer.json().message).toMatch(/querystring\.\w+ (is|must|has|names|needs|asks)/);
  });

  test('a thumbnail is small and takes a size alone', async () => {
    const { width } = await picturePixels((await get(`${at.slice}/thumbnail?viewport=16,16`)).rawPayload);
    expect(width).toBe(16);
    expect((await get(`${at.slice}/thumbnail?viewport=16,16,0,0,4,4`)).statusCode).toBe(400);
    for (const path of [at.study, at.ctSeries, at.cine, `${at.cine}/frames/2`]) {
      expect((await get(`${path}/thumbnail`)).headers['content-type'], path).toBe('image/jpeg');
    }
  });
});

describe('frames', () => {
  test('the right one, and several as parts in the order asked for', async () => {
    const third = await picturePixels((await get(`${at.cine}/frames/3/rendered`, 'image/png')).rawPayload);
    // Window 128 / 256: the value itself, to the rounding of the formula.
    expect(Math.abs(third.first - 120)).toBeLessThanOrEqual(1);
    const listed = parts(await get(`${at.cine}/frames/4,1/rendered`, 'multipart/related; type="image/png"'));
    expect(listed.map(({ type, location }) => [type, location])).toEqual([
      ['image/png', `${at.cine}/frames/4/rendered`],
      ['image/png', `${at.cine}/frames/1/rendered`],
    ]);
    const shades = await Promise.all(listed.map(async ({ body }) => (await picturePixels(body)).first));
    expect([Math.abs((shades[0] ?? 0) - 180) <= 1, shades[1]]).toEqual([true, 0]);
  });

  test('all frames of an instance as an animation at its own speed (PS3.3 C.7.6.5)', async () => {
    const gif = (await get(`${at.cine}/rendered`, 'image/gif')).rawPayload;
    const mark = Buffer.from([0x21, 0xf9, 4]);
    const delays: number[] = [];
    for (let found = gif.indexOf(mark); found >= 0; found = gif.indexOf(mark, found + 1)) {
      delays.push(gif.readUInt16LE(found + 4));
    }
    expect(delays).toEqual([4, 4, 4, 4]);
    expect(parts(await get(`${at.cine}/rendered`, 'multipart/related; type="image/jpeg"'))).toHaveLength(4);
  });

  test.each([
    ['frames/5/rendered', 404, 'FRAME_UNKNOWN'],
    ['frames/0/rendered', 404, 'FRAME_UNKNOWN'],
    ['frames/1,9/rendered', 404, 'FRAME_UNKNOWN'],
    ['frames/x/rendered', 400, 'REQUEST_INVALID'],
    ['frames/1,/rendered', 400, 'REQUEST_INVALID'],
    ['frames/9/thumbnail', 404, 'FRAME_UNKNOWN'],
  ])('%s: %i', async (path, status, code) => {
    const answer = await get(`${at.cine}/${path}`);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('several frames are no single picture', async () => {
    expect((await get(`${at.cine}/frames/1,2/rendered`, 'image/jpeg')).statusCode).toBe(406);
  });
});

describe('study and series', () => {
  test('each instance in its own form, those without one left out', async () => {
    const found = parts(await get(`${at.study}/rendered`));
    expect(found.map(({ type }) => type).sort()).toEqual([
      'application/pdf',
      ...Array(4).fill('image/jpeg'),
      'text/html; charset=utf-8',
      'video/mp4',
    ]);
    expect(found.map(({ location }) => location)).not.toContain(`${at.plan}/rendered`);
    const pdf = found.find(({ type }) => type === 'application/pdf');
    expect(pdf?.body.equals(PDF_BYTES)).toBe(true);
  });

  test('only what the client accepts', async () => {
    const found = parts(await get(`${at.study}/rendered`, 'multipart/related; type="image/png"'));
    expect(found.map(({ type }) => type)).toEqual(Array(4).fill('image/png'));
  });

  test('a frame that cannot be rendered leaves its refusal in its place', async () => {
    const found = parts(
      await get(`${at.study}/rendered?viewport=10,10,0,0,20,20`, 'multipart/related; type="image/png"'),
    );
    const refused = found.filter(({ type }) => type === 'application/json');
    // The cine run has 8 × 4 px.
    expect(refused.map(({ location }) => location)).toEqual([`${at.cine}/frames/3/rendered`]);
    expect(JSON.parse(refused[0]?.body.toString() ?? '').code).toBe('REQUEST_INVALID');
  });
});

describe('documents', () => {
  test('a PDF without its pad byte, in parts too, in a sandbox', async () => {
    const answer = await get(`${at.pdf}/rendered`);
    expect(answer.rawPayload.equals(PDF_BYTES)).toBe(true);
    expect(answer.headers['content-disposition']).toBe('inline');
    expect(answer.headers['content-security-policy']).toMatch(/^sandbox;/);
    const part = await get(`${at.pdf}/rendered`, undefined, { range: 'bytes=1-3' });
    expect([part.statusCode, part.body]).toEqual([206, 'PDF']);
  });

  test('a video as its stream, across fragments, in parts too', async () => {
    expect((await get(`${at.video}/rendered`)).rawPayload.equals(VIDEO_BYTES)).toBe(true);
    const part = await get(`${at.video}/rendered`, undefined, { range: 'bytes=8-13' });
    expect([part.statusCode, part.body]).toEqual([206, VIDEO_BYTES.subarray(8, 14).toString()]);
  });

  test('an SR as a page: escaped, without scripts, linked to what the reader may see', async () => {
    const { headers, body } = await get(`${at.report}/rendered`);
    expect(body).toContain('&lt;script&gt;alert(&quot;ü&quot;)&lt;/script&gt;');
    expect(body).not.toMatch(/<script/i);
    expect(body).toContain('12.5 mm');
    expect(body).toContain('Müller, Анна');
    const first = at.ct.instances[0]?.sopInstanceUid;
    expect(body).toContain(`href="${at.ctSeries}/instances/${first}/rendered"`);
    expect(body.match(/href=/g)).toHaveLength(1);
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
  });
});

describe('RFC 9110: tags, HEAD', () => {
  test.each(['slice', 'cine', 'pdf', 'video', 'report', 'ctSeries'] as const)('%s is sent once', async (what) => {
    const accept = what === 'ctSeries' ? 'image/jpeg' : '*/*';
    const { etag = '' } = (await get(`${at[what]}/rendered`, accept)).headers;
    const again = await get(`${at[what]}/rendered`, accept, { 'if-none-match': String(etag) });
    expect([again.statusCode, again.rawPayload.length, again.headers.etag]).toEqual([304, 0, etag]);
  });

  test('every parameter and form has its own tag', async () => {
    const tag = async (path: string, accept = 'image/png') => (await get(`${at.slice}/${path}`, accept)).headers.etag;
    const tags = await Promise.all([
      tag('rendered'),
      tag('rendered', 'image/jpeg'),
      tag('rendered?quality=50'),
      tag('rendered?window=40,400,linear'),
      tag('rendered?window=40,400,sigmoid'),
      tag('rendered?viewport=64,64'),
      tag('rendered?annotation=technique&viewport=400,400'),
      tag('thumbnail'),
    ]);
    expect(new Set(tags).size).toBe(tags.length);
  });

  test.each(['slice', 'report', 'pdf', 'video'] as const)(
    'HEAD of %s says what GET says, without a body',
    async (what) => {
      const [head, full] = [
        await get(`${at[what]}/rendered`, undefined, {}, 'HEAD'),
        await get(`${at[what]}/rendered`),
      ];
      expect([head.statusCode, head.rawPayload.length]).toEqual([200, 0]);
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control']) {
        expect(head.headers[name], name).toBe(full.headers[name]);
      }
    },
  );

  test('HEAD of parts has no length, for nobody knows it yet', async () => {
    const head = await get(`${at.study}/rendered`, undefined, {}, 'HEAD');
    expect([head.statusCode, head.headers['content-length'], head.rawPayload.length]).toEqual([200, undefined, 0]);
  });

  test('nobody else keeps a copy', async () => {
    expect((await get(`${at.slice}/rendered`)).headers).toMatchObject({
      'cache-control': 'private, max-age=86400',
      vary: expect.stringContaining('cookie'),
    });
    expect((await get(`${at.study}/thumbnail`)).headers['cache-control']).toBe('private, no-cache');
  });
});

test('rule 4: to an outsider nothing of it exists, rendered or not', async () => {
  const stranger = await server.as('referrer2');
  // Rendered for its owner a moment ago: what is remembered is not for everybody.
  await get(`${at.slice}/rendered`);
  for (const path of [at.study, at.ctSeries, at.slice, `${at.cine}/frames/1`, at.report, at.pdf, at.plan]) {
    for (const form of ['rendered', 'thumbnail']) {
      const answer = await stranger.get(`${path}/${form}`);
      expect([path, answer.statusCode, answer.json().code]).toEqual([path, 404, 'NOT_FOUND']);
    }
  }
  const elsewhere = at.slice.replace(at.ct.seriesUid, '1.2.3.9.1');
  expect((await get(`${elsewhere}/rendered`)).statusCode).toBe(404);
});
