import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { referralLetter } from '#fixtures/documents.ts';
import { writeSlide } from '#fixtures/slide.ts';
import { makeTestBucket, type TestBucket, testS3Server } from '#server/blobs/test-bucket.ts';
import { type FaultyLine, openFaultyLine } from '#server/blobs/test-faulty-line.ts';
import { isIntact, verifyStorage } from '#server/domain/verify-storage.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { type Material, materialPaths, type UploadOutcome } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { sendByTus } from './test-upload.ts';

const signal = new AbortController().signal;
const s3 = testS3Server('upload to pixel');

/** A server with what the tests look at: a CT series, a slide and a letter, all sent by tus. */
async function serve(environment: Readonly<Record<string, string>>, files: ReadonlyMap<string, Buffer>) {
  const server = await startTestServer({ LOG_LEVEL: 'silent', ...environment });
  const base = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const referrer = await server.as('referrer');
  const consultation = await server.draft();
  const outcomes: UploadOutcome[] = [];
  for (const [name, bytes] of files) outcomes.push(await sendByTus(base, referrer, consultation.id, { name, bytes }));
  const material: Material = (await referrer.get(materialPaths.material(consultation.id))).json();
  return { server, referrer, consultation, outcomes, material };
}

describe.skipIf(s3 === null)('upload to pixel on S3 (skipped without TEST_S3_ENDPOINT)', () => {
  const files = new Map<string, Buffer>();
  let bucket: TestBucket;
  let line: FaultyLine;
  let ct: CtSeries;
  let onS3: Awaited<ReturnType<typeof serve>>;
  let onDisk: Awaited<ReturnType<typeof serve>>;
  let server: TestServer;
  let referrer: SignedIn;
  let consultation: Consultation;
  let made: TestServer;

  beforeAll(async () => {
    bucket = await makeTestBucket(s3!);
    line = await openFaultyLine(s3!.endpoint);
    made = await startTestServer({ LOG_LEVEL: 'silent' });
    const folder = join(made.dataDir, 'made');
    ct = await writeCtSeries(folder, { slices: 3, size: 64 });
    for (const { file } of ct.instances) files.set(file, await readFile(join(ct.folder, file)));
    await writeSlide(join(folder, 'biopsy.svs'), { width: 5000, height: 4000 });
    files.set('biopsy.svs', await readFile(join(folder, 'biopsy.svs')));
    // Of which nothing has been read when the storage goes down: what was read is kept for a while.
    await writeSlide(join(folder, 'untouched.svs'), { width: 1200, height: 900, seed: 2 });
    files.set('untouched.svs', await readFile(join(folder, 'untouched.svs')));
    files.set('letter.pdf', referralLetter());
    onS3 = await serve({ ...bucket.environment, S3_ENDPOINT: line.endpoint.href }, files);
    onDisk = await serve({}, files);
    ({ server, referrer, consultation } = onS3);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([onS3, onDisk].map((each) => each?.server.close()));
    await made.close();
    await line.close();
    await bucket.drop();
  });

  test('everything was stored, in the bucket and nowhere else', async () => {
    for (const { results } of onS3.outcomes) expect(results).toMatchObject([{ outcome: 'stored' }]);
    const keys = await bucket.keys();
    expect(keys).toHaveLength(files.size);
    expect(keys.every((key) => /^blobs\/[0-9a-f]{64}$/.test(key))).toBe(true);
    await expect(access(join(server.dataDir, 'blobs'))).rejects.toThrow('ENOENT');
  });

  test('the same again adds nothing', async () => {
    const again = await sendByTus(server.app.listeningOrigin, referrer, consultation.id, {
      name: 'letter.pdf',
      bytes: referralLetter(),
    });
    expect(again.results).toMatchObject([{ outcome: 'duplicate' }]);
    expect(await bucket.keys()).toHaveLength(files.size);
  });

  const slideOf = ({ material }: Awaited<ReturnType<typeof serve>>, name: string) =>
    material.slides.find((slide) => slide.name === name)!;

  test('a slide is opened and a screen of it read with a few ranged reads', async () => {
    const slide = slideOf(onS3, 'biopsy.svs');
    line.seen.length = 0;
    const [columns, rows] = [5, 4];
    const answers = await Promise.all(
      Array.from({ length: columns * rows }, (_, at) =>
        referrer.get(materialPaths.tile(slide.id, 0, 4 + (at % columns), 3 + Math.floor(at / columns))),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
    // Header and directories at both ends of the file, then four rows of tiles.
    expect(line.seen.length).toBeLessThanOrEqual(10);
  });

  const instanceOf = (index: number) =>
    `/dicom-web/studies/${ct.studyUid}/series/${ct.seriesUid}/instances/${ct.instances[index]!.sopInstanceUid}`;
  const frame = (index: number) =>
    referrer.inject({
      method: 'GET',
      url: `${instanceOf(index)}/frames/1`,
      headers: { accept: 'application/octet-stream; transfer-syntax=*' },
    });

  test('frames are the bytes of the files, each one ranged read', async () => {
    for (const [index, { file }] of ct.instances.entries()) {
      line.seen.length = 0;
      const answer = await frame(index);
      expect(answer.statusCode).toBe(200);
      const stored = files.get(file)!;
      expect(answer.rawPayload.equals(stored.subarray(stored.length - 64 * 64 * 2))).toBe(true);
      expect(line.seen).toEqual(['GET']);
    }
  });

  test('rendered frames, metadata, tiles, thumbnails and documents are those of a server on the file system', async () => {
    const [slide, document] = [slideOf(onS3, 'biopsy.svs'), onS3.material.documents[0]!];
    const [diskSlide, diskDocument] = [slideOf(onDisk, 'biopsy.svs'), onDisk.material.documents[0]!];
    const own = { id: '', addedAt: '', consultationId: '' };
    expect({ ...slide, ...own }).toEqual({ ...diskSlide, ...own });
    const pairs = [
      [`${instanceOf(1)}/rendered`, `${instanceOf(1)}/rendered`],
      [
        materialPaths.seriesMetadata(ct.studyUid, ct.seriesUid),
        materialPaths.seriesMetadata(ct.studyUid, ct.seriesUid),
      ],
      [materialPaths.slideThumbnail(slide.id), materialPaths.slideThumbnail(diskSlide.id)],
      [materialPaths.document(document.id), materialPaths.document(diskDocument.id)],
    ];
    for (const [level, { columns, rows }] of slide.levels.entries()) {
      for (const [column, row] of [
        [0, 0],
        [columns - 1, rows - 1],
      ] as const) {
        pairs.push([
          materialPaths.tile(slide.id, level, column, row),
          materialPaths.tile(diskSlide.id, level, column, row),
        ]);
      }
    }
    for (const [url = '', diskUrl = ''] of pairs) {
      const [here, there] = [await referrer.get(url), await onDisk.referrer.get(diskUrl)];
      expect([url, here.statusCode]).toEqual([url, 200]);
      expect(here.rawPayload.length).toBeGreaterThan(0);
      expect(here.rawPayload.equals(there.rawPayload)).toBe(true);
    }
    expect((await referrer.get(materialPaths.document(document.id))).rawPayload.equals(referralLetter())).toBe(true);
  }, 60_000);

  test('rule 3: verify finds what is lost, what is changed and what nobody knows', async () => {
    const check = () => verifyStorage(server.services, signal);
    const before = await check();
    expect(before).toEqual({ objects: files.size, missing: [], corrupt: [], unlisted: [], unknown: [] });
    expect(isIntact(before)).toBe(true);
    const [lost, changed] = [Buffer.from('to be lost'), Buffer.from('to be changed')];
    for (const [name, bytes] of [
      ['lost.txt', lost],
      ['changed.txt', changed],
    ] as const) {
      await sendByTus(server.app.listeningOrigin, referrer, consultation.id, { name, bytes });
    }
    const fingerprints = await server.services.db.material.blobs('', 1000);
    const sized = (bytes: Buffer) => fingerprints.find(({ sizeBytes }) => sizeBytes === bytes.length)!.sha256;
    await bucket.removeRaw(`blobs/${sized(lost)}`);
    await bucket.putRaw(`blobs/${sized(changed)}`, 'was changed!!');
    const stray = await server.services.blobs.put(Buffer.from('nobody knows me'));
    const after = await check();
    expect(after).toMatchObject({
      missing: [sized(lost)],
      corrupt: [sized(changed)],
      unlisted: [],
      unknown: [stray.sha256],
    });
    expect(isIntact(after)).toBe(false);
  });

  describe('while the object storage is down', () => {
    test('rule 3: 503 with Retry-After, nothing is confirmed, and the client goes on when it is back', async () => {
      const bytes = Buffer.from('sent while the storage was down');
      const created = await referrer.inject({
        method: 'POST',
        url: materialPaths.uploads(consultation.id),
        headers: {
          'tus-resumable': '1.0.0',
          'upload-length': String(bytes.length),
          'upload-metadata': `filename ${Buffer.from('down.txt').toString('base64')}`,
        },
      });
      const url = new URL(String(created.headers.location), 'http://x').pathname;
      const id = url.split('/').at(-1) ?? '';
      const send = () =>
        referrer.inject({
          method: 'PATCH',
          url,
          headers: {
            'tus-resumable': '1.0.0',
            'upload-offset': '0',
            'content-type': 'application/offset+octet-stream',
          },
          payload: bytes,
        });
      const ask = () => referrer.inject({ method: 'HEAD', url, headers: { 'tus-resumable': '1.0.0' } });
      const keys = await bucket.keys();

      line.fail('busy', '*', 1_000_000);
      const refused = await send();
      expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5']);
      expect(refused.json()).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
      const asked = await ask();
      expect([asked.statusCode, asked.headers['retry-after']]).toEqual([503, '5']);
      expect(await server.services.db.material.outcome(id)).toBeNull();
      expect(await bucket.keys()).toEqual(keys);

      line.fail('busy', '*', 0);
      const answered = await ask();
      expect([answered.statusCode, answered.headers['upload-offset']]).toEqual([200, String(bytes.length)]);
      expect(await server.services.db.material.outcome(id)).toMatchObject({ results: [{ outcome: 'stored' }] });
      expect(await bucket.keys()).toHaveLength(keys.length + 1);
    }, 30_000);

    test('what is asked for is 503 with Retry-After and is not kept; the server is not ready, and lives', async () => {
      const slide = slideOf(onS3, 'untouched.svs');
      line.fail('busy', '*', 1_000_000);
      for (const answer of [
        await frame(0),
        await referrer.get(materialPaths.tile(slide.id, 0, 1, 1)),
        await referrer.get(materialPaths.document(onS3.material.documents[0]!.id)),
        await referrer.get(`${instanceOf(0)}/rendered`),
        await referrer.get('/readyz'),
      ]) {
        expect(answer.statusCode).toBe(503);
        expect(answer.headers).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' });
        expect(answer.body).not.toContain('blobs/');
      }
      expect((await referrer.get('/healthz')).statusCode).toBe(200);
      line.fail('busy', '*', 0);
      expect((await frame(0)).statusCode).toBe(200);
      expect((await referrer.get(materialPaths.tile(slide.id, 0, 1, 1))).statusCode).toBe(200);
      expect((await referrer.get('/readyz')).statusCode).toBe(200);
    }, 60_000);
  });

  test('a bucket that does not exist stops the start with a sentence, a store that is down does not', async () => {
    await expect(startTestServer({ ...bucket.environment, S3_BUCKET: 'no-such-bucket-here' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      params: { key: 'S3_BUCKET' },
    });
    const gone = await openFaultyLine(s3!.endpoint);
    await gone.close();
    const down = await startTestServer({
      ...bucket.environment,
      S3_ENDPOINT: gone.endpoint.href,
      LOG_LEVEL: 'silent',
    });
    const [ready, alive] = ['/readyz', '/healthz'].map((url) => down.anonymous({ method: 'GET', url }));
    expect([(await ready!).statusCode, (await alive!).statusCode]).toEqual([503, 200]);
    await down.close();
  }, 30_000);
});
