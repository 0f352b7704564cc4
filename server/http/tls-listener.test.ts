import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '#fixtures/certificate.ts';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { STOW_TYPE, stowBody } from '#server/routes/dicomweb/test-stow.ts';
import { accountPaths } from '#shared/api/account.ts';
import { materialPaths } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { answerOf, connectH2, type H2Client } from './test-h2-client.ts';
import { type SignedIn, startTestServer, TEST_PASSWORD, type TestServer } from './test-server.ts';
import { renewCertificate } from './tls-listener.ts';

const PATIENCE_MS = 5000;
const pair = selfSignedCertificate('first');
let server: TestServer;
let referrer: SignedIn;
let mine: Consultation;
let base: string;
let client: H2Client;
let ct: CtSeries;
let files: Buffer[];

beforeAll(async () => {
  server = await startTestServer({ TLS_CERT: pair.cert, TLS_KEY: pair.key });
  referrer = await server.as('referrer');
  mine = await server.draft();
  ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 4, size: 512 });
  files = await Promise.all(ct.instances.map(({ file }) => readFile(join(ct.folder, file))));
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  base = `https://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
  client = await connectH2(base, { cookie: referrer.cookie });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await server?.close();
});

const store = (body: Buffer) =>
  client.ask(
    { ':method': 'POST', ':path': `/dicom-web/studies?consultation=${mine.id}`, 'content-type': STOW_TYPE },
    body,
  );
const framePath = (index: number): string =>
  materialPaths.frame(ct.studyUid, ct.seriesUid, ct.instances[index]?.sopInstanceUid ?? '', 1);
const SINGLE = 'application/octet-stream; transfer-syntax=*';

async function subjectCn(): Promise<string> {
  const { port, hostname } = new URL(base);
  const socket = tlsConnect({ port: Number(port), host: hostname, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

describe('HTTP/2 over TLS (RFC 9113)', () => {
  test('is chosen by ALPN, and HTTP/1.1 is there for who asks for it (RFC 7301)', async () => {
    const { port, hostname } = new URL(base);
    for (const [offered, chosen] of [
      [['h2', 'http/1.1'], 'h2'],
      [['http/1.1'], 'http/1.1'],
    ] as const) {
      const socket = tlsConnect({
        ...{ port: Number(port), host: hostname, rejectUnauthorized: false, ALPNProtocols: [...offered] },
      });
      await once(socket, 'secureConnect');
      expect(socket.alpnProtocol).toBe(chosen);
      socket.destroy();
    }
    const request = httpsRequest(`${base}/healthz`, { rejectUnauthorized: false }).end();
    const [answer] = (await once(request, 'response')) as [{ statusCode: number; httpVersion: string }];
    expect([answer.statusCode, answer.httpVersion]).toEqual([200, '1.1']);
  });

  test('stores and gives back: STOW-RS, metadata with https addresses, frames bit for bit', async () => {
    const stored = await store(stowBody(files));
    expect(stored.status, stored.body.toString()).toBe(200);
    expect(stored.body.toString()).toContain(`"${base}/dicom-web/studies/${ct.studyUid}`);

    const metadata = await client.ask({
      ...{ ':path': materialPaths.seriesMetadata(ct.studyUid, ct.seriesUid), accept: 'application/dicom+json' },
    });
    expect([metadata.status, (JSON.parse(metadata.body.toString()) as unknown[]).length]).toEqual([200, 4]);

    const frame = await client.ask({ ':path': framePath(0), accept: SINGLE });
    expect([frame.status, frame.body.byteLength]).toEqual([200, 512 * 512 * 2]);
    expect(files[0]?.includes(frame.body)).toBe(true);
    const again = await client.ask({
      ...{ ':path': framePath(0), accept: SINGLE, 'if-none-match': String(frame.headers.etag) },
    });
    expect([again.status, again.body.byteLength]).toEqual([304, 0]);
  });

  test('many large answers at once on one connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 96 }, (_, at) => client.ask({ ':path': framePath(at % 4), accept: SINGLE })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const [at, { body }] of answers.entries()) expect(files[at % 4]?.includes(body)).toBe(true);
  });

  test('whoever leaves gives the memory back and is no error: frames go on being right', async () => {
    const leaving = Array.from({ length: 24 }, (_, at) => client.begin({ ':path': framePath(at % 4), accept: SINGLE }));
    for (const stream of leaving) {
      stream.on('error', () => {});
      stream.once('data', () => stream.close(8));
      stream.end();
    }
    await Promise.all(leaving.map((stream) => once(stream, 'close')));
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, at) => client.ask({ ':path': framePath(at % 4), accept: SINGLE })),
    );
    for (const [at, { body }] of answers.entries()) expect(files[at % 4]?.includes(body)).toBe(true);
  });

  test('rule 3: an object that breaks off with its stream is not stored as if it were whole', async () => {
    const other = await writeCtSeries(join(server.dataDir, 'other'), { slices: 2, size: 256, seed: 9 });
    const [bytes = Buffer.alloc(0)] = await Promise.all(
      other.instances.map(({ file }) => readFile(join(other.folder, file))),
    );
    const place = { ':method': 'POST', ':path': `/dicom-web/studies?consultation=${mine.id}` };
    // One whole object as the body: nothing but the end of the stream says where it ends.
    const stream = client.begin({ ...place, 'content-type': 'application/dicom' });
    stream.on('error', () => {});
    stream.write(bytes.subarray(0, bytes.byteLength - 4000));
    await wait(200);
    stream.close(8);
    await once(stream, 'close');
    // The same when the whole connection is lost.
    const lost = await connectH2(base, { cookie: referrer.cookie });
    const second = lost.begin({ ...place, 'content-type': 'application/dicom' });
    second.on('error', () => {});
    second.write(bytes.subarray(0, bytes.byteLength - 4000));
    await wait(200);
    lost.session.destroy();
    await wait(300);

    const staging = join(server.dataDir, 'staging');
    const held = async () =>
      (await Promise.all((await readdir(staging)).map((name) => readdir(join(staging, name)).catch(() => []))))
        .flat()
        .filter((name) => /^[0-9a-f-]{36}$/.test(name));
    await expect.poll(held, { timeout: PATIENCE_MS }).toEqual([]);
    const whole = await client.ask({ ...place, 'content-type': 'application/dicom' }, bytes);
    expect(whole.status, whole.body.toString()).toBe(200);
  });

  test('a refusal is heard while the body is still being sent, and the connection lives on', async () => {
    const stream = client.begin({
      ...{ ':method': 'POST', ':path': `/dicom-web/studies?consultation=${mine.id}`, 'content-type': 'text/plain' },
    });
    stream.on('error', () => {});
    const answer = answerOf(stream);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let sent = 0; !stream.destroyed && sent < 80; sent += 1) {
      await Promise.race([new Promise((written) => stream.write(chunk, written)), answer]);
    }
    expect((await answer).status).toBe(415);
    // What the client had no chance to send would keep its half open for ever.
    stream.destroy();
    expect((await client.ask({ ':path': '/healthz' })).status).toBe(200);
  });

  test('resumable uploads go on where a reset stream left them (tus 1.0)', async () => {
    const bytes = Buffer.alloc(3_000_000, 'Lorem ipsum dolor sit amet. ');
    const created = await client.ask({
      ...{ ':method': 'POST', ':path': materialPaths.uploads(mine.id), 'tus-resumable': '1.0.0' },
      ...{ 'upload-length': String(bytes.byteLength), origin: base },
      'upload-metadata': `filename ${Buffer.from('long.txt').toString('base64')}`,
    });
    expect(created.status, created.body.toString()).toBe(201);
    const path = String(created.headers.location);
    const patch = (offset: number) => ({
      ...{ ':method': 'PATCH', ':path': path, 'tus-resumable': '1.0.0', 'upload-offset': String(offset) },
      'content-type': 'application/offset+octet-stream',
    });
    const broken = client.begin(patch(0));
    broken.on('error', () => {});
    broken.write(bytes.subarray(0, 1_000_000));
    await wait(300);
    broken.close(8);
    await once(broken, 'close');
    const offsetNow = async (): Promise<number> => {
      const head = await client.ask({ ':method': 'HEAD', ':path': path, 'tus-resumable': '1.0.0' });
      return Number(head.headers['upload-offset']);
    };
    await expect.poll(offsetNow, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    const offset = await offsetNow();
    const done = await client.ask(patch(offset), bytes.subarray(offset));
    expect(done.status, done.body.toString()).toBe(200);
    expect(JSON.parse(done.body.toString())).toMatchObject({
      ...{ sizeBytes: bytes.byteLength, results: [{ outcome: 'stored', kind: 'document' }] },
    });
  });
});

describe('what https changes', () => {
  test('people sign in from our own page, with a cookie that leaves no other way; other pages are refused', async () => {
    const fresh = await connectH2(base);
    const signIn = (origin: string) =>
      fresh.ask(
        {
          ':method': 'POST',
          ':path': `${accountPaths.auth}/sign-in/email`,
          origin,
          'content-type': 'application/json',
        },
        Buffer.from(JSON.stringify({ email: referrer.account.email, password: TEST_PASSWORD })),
      );
    const answer = await signIn(base);
    expect(answer.status, answer.body.toString()).toBe(200);
    const cookies = answer.headers['set-cookie'] ?? [];
    expect(cookies.some((cookie) => /^__Secure-consilium\.session_token=.*; Secure/i.test(cookie))).toBe(true);
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
    for (const origin of ['https://elsewhere.example.org', base.replace('https:', 'http:').replace(/\d$/, '')]) {
      const refused = await signIn(origin);
      expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([403, 'ORIGIN_REFUSED']);
    }
    await fresh.close();
  });

  test('nobody behind the own listener is believed about addresses', async () => {
    const answer = await client.ask({
      ...{ ':path': `/dicom-web/studies?limit=1&StudyInstanceUID=${ct.studyUid}` },
      ...{ 'x-forwarded-host': 'evil.example.org', 'x-forwarded-proto': 'http' },
    });
    expect(answer.body.toString()).toContain(`${base}/dicom-web/studies/${ct.studyUid}`);
    expect(answer.body.toString()).not.toContain('evil');
  });

  test('a renewed certificate is shown to new connections', async () => {
    expect(await subjectCn()).toBe('first');
    renewCertificate(server.app.server, selfSignedCertificate('second'));
    expect(await subjectCn()).toBe('second');
    expect((await client.ask({ ':path': '/healthz' })).status).toBe(200);
  });
});
