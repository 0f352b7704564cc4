import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import * as tus from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { clinicalPhoto, referralLetter } from '#fixtures/documents.ts';
import { writeSlide } from '#fixtures/slide.ts';
import { encodeZip } from '#fixtures/zip-file.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { sendByTus } from '#server/uploads/test-upload.ts';
import { type Material, materialPaths, type UploadOutcome } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';

let server: TestServer;
let base: string;
let referrer: SignedIn;
let consultation: Consultation;
let slices: Buffer[];
let slide: Buffer;

beforeAll(async () => {
  server = await startTestServer();
  base = await server.app.listen({ port: 0, host: '127.0.0.1' });
  referrer = await server.as('referrer');
  consultation = await server.draft();
  const folder = join(server.dataDir, 'made');
  const ct = await writeCtSeries(join(folder, 'ct'), { slices: 5, size: 64 });
  slices = await Promise.all(ct.instances.map(({ file }) => readFile(join(ct.folder, file))));
  const written = await writeSlide(join(folder, 'slide.svs'), { width: 1500, height: 1100 });
  slide = await readFile(written.path);
}, 60_000);
afterAll(() => server.close());

const send = (name: string, bytes: Buffer, chunkSize?: number) =>
  sendByTus(base, referrer, consultation.id, chunkSize === undefined ? { name, bytes } : { name, bytes, chunkSize });
const material = async (): Promise<Material> => (await referrer.get(materialPaths.material(consultation.id))).json();
const leftovers = async () => {
  const folders = ['uploads', 'staging', 'blobs/incoming'].map((name) => join(server.dataDir, name));
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(folder, { recursive: true })).map((name) => join(folder, name))),
  );
  const files = await Promise.all(names.flat().map(async (name) => ((await stat(name)).isFile() ? [name] : [])));
  return files.flat();
};
const tusHeaders = { 'tus-resumable': '1.0.0' };
const begin = (person: SignedIn, id: string, length: number, name = 'a.txt') =>
  person.inject({
    method: 'POST',
    url: materialPaths.uploads(id),
    headers: {
      ...tusHeaders,
      'upload-length': String(length),
      'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
    },
  });

describe('what becomes of an upload', () => {
  test('a slice, the same slice again, and a slide in chunks', async () => {
    const first = await send('CT/slice 1.dcm', slices[0]!);
    expect(first.results).toMatchObject([{ name: 'CT/slice 1.dcm', outcome: 'stored', kind: 'instance', code: null }]);
    expect(first.results[0]?.title).toMatch(/^CT · /);
    const again = await send('renamed.bin', slices[0]!);
    expect(again.results).toMatchObject([{ outcome: 'duplicate', kind: 'instance' }]);

    const sent = await send('slide.svs', slide, 256 * 1024);
    expect(sent.results).toMatchObject([{ outcome: 'stored', kind: 'slide', title: 'Slide · 1500 × 1100 px' }]);
    const twice = await send('copy.svs', slide);
    expect(twice.results).toMatchObject([{ outcome: 'duplicate', slideId: sent.results[0]?.slideId }]);

    const held = await material();
    expect(held.slides).toHaveLength(1);
    expect(held.studies[0]?.series[0]).toMatchObject({ instanceCount: 1, isImage: true });
    expect(await leftovers()).toEqual([]);
  });

  test('a mixed .zip: each file has its own result and one bad entry loses nothing', async () => {
    const archive = encodeZip([
      ...slices.map((data, index) => ({ name: `CT/${index}.dcm`, data })),
      { name: 'letter.pdf', data: referralLetter() },
      { name: 'photo.jpg', data: await clinicalPhoto() },
      { name: 'junk.bin', data: Buffer.from([1, 2, 3, 4]) },
      { name: '../escape.txt', data: Buffer.from('up and away') },
      { name: '__MACOSX/._0.dcm', data: Buffer.from('dropping') },
    ]);
    const { results } = await send('case.zip', archive);
    const of = (name: string) => results.find((result) => result.name === `case.zip/${name}`);
    expect(results).toHaveLength(slices.length + 4);
    expect(of('CT/0.dcm')).toMatchObject({ outcome: 'duplicate' });
    expect(of('CT/4.dcm')).toMatchObject({ outcome: 'stored', kind: 'instance' });
    expect(of('letter.pdf')).toMatchObject({ outcome: 'stored', kind: 'document', title: 'PDF document' });
    expect(of('photo.jpg')).toMatchObject({ outcome: 'stored', kind: 'document' });
    expect(of('junk.bin')).toMatchObject({ outcome: 'refused', code: 'UPLOAD_TYPE_UNKNOWN' });
    expect(of('escape.txt')).toMatchObject({ outcome: 'refused', code: 'ZIP_PATH_UNSAFE' });
    for (const { sentence } of results.filter((result) => result.outcome === 'refused'))
      expect(sentence).toMatch(/\.$/);

    const repeated = await send('case.zip', archive);
    expect(repeated.results.filter(({ outcome }) => outcome === 'stored')).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  test('rule 3: the same SOP Instance UID with other bytes is a conflict and the stored object is untouched', async () => {
    const changed = Buffer.from(slices[1]!);
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 0xff;
    const { results } = await send('changed.dcm', changed);
    expect(results).toMatchObject([{ outcome: 'refused', code: 'DICOM_CONFLICT', kind: null }]);
    const { studies } = await material();
    const [study] = studies;
    const url = `/dicom-web/studies/${study?.studyUid}/series/${study?.series[0]?.seriesUid}/instances`;
    const instances = (await referrer.get(url)).json() as Record<string, { Value: string[] }>[];
    const bodies = await Promise.all(
      instances.map(async (one) =>
        referrer.inject({
          method: 'GET',
          url: `${url}/${one['00080018']?.Value[0]}`,
          headers: { accept: 'application/dicom' },
        }),
      ),
    );
    expect(bodies.some(({ rawPayload }) => rawPayload.equals(slices[1]!))).toBe(true);
    expect(bodies.some(({ rawPayload }) => rawPayload.equals(changed))).toBe(false);
  });

  test('an empty file is refused with a sentence', async () => {
    const { results } = await send('empty.dcm', Buffer.alloc(0));
    expect(results).toMatchObject([{ outcome: 'refused', code: 'UPLOAD_EMPTY', sentence: 'The file is empty.' }]);
  });

  test('a name is shown, never used as a path', async () => {
    const { results, name } = await send('../../..\\C:\\evil\u202egpj.txt', Buffer.from('harmless text'));
    expect(name).toBe('evilgpj.txt');
    expect(results).toMatchObject([{ outcome: 'stored', kind: 'document' }]);
  });

  test('outcomes are listed newest first and every upload leaves an audit row', async () => {
    const listed = (await referrer.get(materialPaths.outcomes(consultation.id))).json() as {
      outcomes: UploadOutcome[];
    };
    const times = listed.outcomes.map(({ finishedAt }) => finishedAt);
    expect(times.length).toBeGreaterThanOrEqual(9);
    expect(times).toEqual(times.toSorted().reverse());
    const rows = await server.services.db.audit.page({ consultationId: consultation.id, limit: 500 });
    expect(rows.filter(({ action }) => action === 'material.add').length).toBeGreaterThanOrEqual(times.length);
    expect(await server.services.db.audit.verify()).toMatchObject({ brokenAt: null });
  });
});

describe('the protocol', () => {
  test('an upload goes on where a killed connection left it', async () => {
    const bytes = Buffer.alloc(3_000_000, 'Lorem ipsum dolor sit amet. ');
    const location = (await begin(referrer, consultation.id, bytes.length, 'long.txt')).headers.location;
    await new Promise<void>((resolve, reject) => {
      const { port, hostname } = new URL(base);
      const socket = createConnection({ port: Number(port), host: hostname });
      socket.on('error', reject);
      socket.on('close', () => resolve());
      socket.write(
        `PATCH ${location} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${referrer.cookie}\r\nTus-Resumable: 1.0.0\r\n` +
          `Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: ${bytes.length}\r\n\r\n`,
      );
      socket.write(bytes.subarray(0, 1_000_000), () => setTimeout(() => socket.destroy(), 200));
    });
    const offsets: number[] = [];
    const outcome = await new Promise<string>((resolve, reject) => {
      const upload = new tus.Upload(bytes as never, {
        uploadUrl: `${base}${location}`,
        headers: { cookie: referrer.cookie },
        chunkSize: 1_000_000,
        retryDelays: [0, 100, 500],
        onProgress: (sent) => offsets.push(sent),
        onSuccess: ({ lastResponse }) => resolve(lastResponse.getBody()),
        onError: reject,
      });
      upload.start();
    });
    expect(Math.min(...offsets)).toBeGreaterThan(0);
    expect(JSON.parse(outcome)).toMatchObject({
      sizeBytes: bytes.length,
      results: [{ outcome: 'stored', kind: 'document' }],
    });
  });

  test('rule 3: a client that lost the last answer is told that everything arrived, and finds the outcome', async () => {
    const { uploadId } = await send('answered.txt', Buffer.from('one line of text'));
    const head = await referrer.inject({
      method: 'HEAD',
      url: `${materialPaths.uploads(consultation.id)}/${uploadId}`,
      headers: tusHeaders,
    });
    expect(head.statusCode).toBe(200);
    expect(head.headers).toMatchObject({ 'upload-offset': '16', 'upload-length': '16' });
  });

  test('rule 3: complete bytes without an outcome, as a crash leaves them, are ingested at the next start', async () => {
    const text = Buffer.from('left behind by a crash');
    const created = await begin(referrer, consultation.id, text.length, 'crash.txt');
    const id = created.headers.location?.split('/').at(-1) ?? '';
    await writeFile(join(server.dataDir, 'uploads', id), text);
    expect(await server.services.material.uploads.recover()).toBe(1);
    const outcome = await server.services.db.material.outcome(id);
    expect(outcome).toMatchObject({ name: 'crash.txt', results: [{ outcome: 'stored' }] });
    expect(await server.services.material.uploads.recover()).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  test('rule 3: a crash between storing the bytes and committing what they are is made good as well', async () => {
    const text = Buffer.from('stored and not yet committed');
    const created = await begin(referrer, consultation.id, text.length, 'between.txt');
    const id = created.headers.location?.split('/').at(-1) ?? '';
    const path = join(server.dataDir, 'uploads', id);
    await writeFile(path, text);
    const { blobs } = server.services;
    await blobs.adoptAll([{ path, fingerprint: await blobs.fingerprint(path) }]);
    expect(await server.services.material.uploads.recover()).toBe(1);
    expect(await server.services.db.material.outcome(id)).toMatchObject({ results: [{ outcome: 'stored' }] });
    expect(await leftovers()).toEqual([]);
  });

  test('an unfinished upload is kept, an old one is removed', async () => {
    const created = await begin(referrer, consultation.id, 100);
    const id = created.headers.location?.split('/').at(-1) ?? '';
    const info = join(server.dataDir, 'uploads', `${id}.json`);
    expect(await server.services.material.uploads.removeExpired()).toBe(0);
    const record = JSON.parse(await readFile(info, 'utf8'));
    await writeFile(info, JSON.stringify({ ...record, creation_date: '2020-01-01T00:00:00.000Z' }));
    expect(await server.services.material.uploads.removeExpired()).toBe(1);
    expect(await leftovers()).toEqual([]);
  });

  test('more than the largest upload is refused before a byte is sent', async () => {
    const answer = await begin(referrer, consultation.id, 50 * 1024 ** 3);
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
  });

  test('a missing length and a wrong offset are refused', async () => {
    const noLength = await referrer.inject({
      method: 'POST',
      url: materialPaths.uploads(consultation.id),
      headers: { ...tusHeaders, 'upload-defer-length': '1' },
    });
    expect(noLength.statusCode).toBe(400);
    const created = await begin(referrer, consultation.id, 10);
    const patch = await referrer.inject({
      method: 'PATCH',
      url: created.headers.location ?? '',
      headers: { ...tusHeaders, 'upload-offset': '5', 'content-type': 'application/offset+octet-stream' },
      payload: Buffer.from('12345'),
    });
    expect(patch.statusCode).toBe(409);
    const removed = await referrer.inject({
      method: 'DELETE',
      url: created.headers.location ?? '',
      headers: tusHeaders,
    });
    expect(removed.statusCode).toBe(204);
    expect(await leftovers()).toEqual([]);
  });
});

describe('rule 4: whose upload it is', () => {
  test('an upload does not exist for another person nor under another consultation', async () => {
    const created = await begin(referrer, consultation.id, 4);
    const location = created.headers.location ?? '';
    const other = await server.draft();
    const moved = location.replace(consultation.id, other.id);
    const stranger = await server.as('referrer2');
    for (const [person, url] of [
      [stranger, location],
      [referrer, moved],
    ] as const) {
      for (const method of ['HEAD', 'PATCH', 'DELETE'] as const) {
        const answer = await person.inject({
          method,
          url,
          headers: { ...tusHeaders, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
          ...(method === 'PATCH' ? { payload: Buffer.from('evil') } : {}),
        });
        expect(answer.statusCode, `${method} ${url}`).toBe(404);
      }
    }
    await referrer.inject({ method: 'DELETE', url: location, headers: tusHeaders });
  });

  test('who may not add material may not begin an upload', async () => {
    const ready = await server.ready();
    expect((await begin(await server.as('referrer2'), ready.id, 4)).statusCode).toBe(404);
    expect((await begin(await server.as('radiologist'), ready.id, 4)).statusCode).toBe(403);
    const anonymous = await server.anonymous({
      method: 'POST',
      url: materialPaths.uploads(ready.id),
      headers: { ...tusHeaders, 'upload-length': '4' },
    });
    expect(anonymous.statusCode).toBe(401);
  });
});
