import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sha256 } from '#shared/ids.ts';
import { createS3BlobStore, type S3BlobStore } from './s3.ts';
import { createS3Client } from './s3-client.ts';
import { makeTestBucket, type TestBucket, testS3Server } from './test-bucket.ts';
import { type FaultyLine, openFaultyLine } from './test-faulty-line.ts';

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256;

describe('S3 that is not there', () => {
  const settings = { bucket: 'bucket', region: 'us-east-1', accessKey: 'a', secretKey: 's' };
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('rule 3: every operation says so, with the cause, and no file is taken away', async () => {
    const gone = await openFaultyLine(new URL('http://127.0.0.1'));
    await gone.close();
    const store = createS3BlobStore({ ...settings, endpoint: gone.endpoint });
    const path = join(folder, 'file');
    await writeFile(path, 'bytes');
    const sha256 = sha(Buffer.from('bytes'));
    const list = async () => {
      for await (const _ of store.list()) throw new Error('listed something');
    };
    const operations = [
      () => store.probe(),
      () => store.put(Buffer.from('bytes')),
      () => store.adopt(path),
      () => store.open(sha256),
      () => store.verify(sha256),
      list,
    ];
    for (const operation of operations) {
      await expect(operation()).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        status: 503,
        retryAfterSeconds: 5,
        cause: expect.any(Error),
      });
    }
    expect((await stat(path)).size).toBe(5);
    await store.close();
  });

  test('a store that never answers is left when the signal says so, or when the store is closed', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    const address = await new Promise<string>((resolve) => {
      silent.on('listening', () => resolve(`http://127.0.0.1:${(silent.address() as { port: number }).port}`));
    });
    const store = createS3BlobStore({ ...settings, endpoint: new URL(address) });
    const leaving = new AbortController();
    const reading = store.open(sha(Buffer.from('x')), leaving.signal);
    setTimeout(() => leaving.abort(new Error('gone')), 50);
    await expect(reading).rejects.toThrow('gone');
    const putting = store.put(Buffer.from('x'));
    setTimeout(() => void store.close(), 50);
    await expect(putting).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    silent.close();
  });
});

const server = testS3Server('S3 in trouble');
describe.skipIf(server === null)('S3 in trouble (skipped without TEST_S3_ENDPOINT)', () => {
  let folder: string;
  let bucket: TestBucket;
  let line: FaultyLine;
  let store: S3BlobStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-'));
    bucket = await makeTestBucket(server!);
    line = await openFaultyLine(server!.endpoint);
    store = createS3BlobStore({ ...bucket.settings, endpoint: line.endpoint });
  });
  afterEach(async () => {
    await store.close();
    await line.close();
    await bucket.drop();
    await rm(folder, { recursive: true });
  });

  const file = async (bytes: Uint8Array) => {
    const path = join(folder, 'file');
    await writeFile(path, bytes);
    return path;
  };

  test('a new object costs two requests, a known one a single request, a read one', async () => {
    const bytes = randomBytes(1000);
    const { sha256 } = await store.put(bytes);
    expect(line.seen.splice(0)).toEqual(['HEAD', 'PUT']);
    await store.put(bytes);
    expect(line.seen.splice(0)).toEqual(['HEAD']);
    const handle = await store.open(sha256);
    expect(Buffer.from(await handle.read(10, 20)).equals(bytes.subarray(10, 30))).toBe(true);
    expect(line.seen.splice(0)).toEqual(['GET']);
  });

  test.each(['busy', 'dead', 'lost'] as const)('a "%s" line that recovers costs nothing but time', async (fault) => {
    const bytes = randomBytes(9_000_000);
    for (const method of ['HEAD', 'POST', 'PUT']) {
      line.fail(fault, method, 2);
      const piece = Buffer.concat([bytes, Buffer.from(method)]);
      expect(await store.adopt(await file(piece))).toEqual({ sha256: sha(piece), sizeBytes: piece.byteLength });
      expect(await store.verify(sha(piece))).toBe('intact');
    }
    line.fail(fault, 'GET', 2);
    const handle = await store.open(sha(Buffer.concat([bytes, Buffer.from('PUT')])));
    expect(Buffer.from(await handle.read(5, 1000)).equals(bytes.subarray(5, 1005))).toBe(true);
  });

  test('a small object whose answer was lost is found to be there', async () => {
    line.fail('lost', 'PUT', 1);
    const bytes = randomBytes(100);
    expect(await store.put(bytes)).toEqual({ sha256: sha(bytes), sizeBytes: 100 });
    expect(line.seen).toEqual(['HEAD', 'PUT', 'PUT', 'HEAD']);
    expect(await store.verify(sha(bytes))).toBe('intact');
  });

  test('rule 1: half of an answer never passes for the whole', async () => {
    const bytes = randomBytes(200_000);
    const { sha256 } = await store.put(bytes);
    const handle = await store.open(sha256);
    line.fail('cut', 'GET', 2);
    expect(Buffer.from(await handle.read(0, 200_000)).equals(bytes)).toBe(true);
    line.fail('cut', 'GET', 100);
    await expect(handle.read(0, 200_000)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(store.verify(sha256)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  test('rule 3: a large file that fails midway is not stored, its parts are given up, the file stays', async () => {
    const bytes = randomBytes(40_000_000);
    const path = await file(bytes);
    line.fail('busy', 'PUT', 1000);
    await expect(store.adopt(path)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect((await stat(path)).size).toBe(40_000_000);
    expect(await bucket.keys()).toEqual([]);
    expect(await bucket.openUploads()).toBe(0);
    line.fail('busy', 'PUT', 0);
    await store.adopt(path);
    expect(await store.verify(sha(bytes))).toBe('intact');
  });

  test('an upload that is aborted gives its parts up', async () => {
    const path = await file(randomBytes(40_000_000));
    const leaving = new AbortController();
    line.fail('busy', 'PUT', 1000);
    const storing = store.adopt(path, leaving.signal);
    setTimeout(() => leaving.abort(new Error('gone')), 600);
    await expect(storing).rejects.toThrow('gone');
    expect(await bucket.openUploads()).toBe(0);
    expect(await bucket.keys()).toEqual([]);
  });

  test('an object of another length under the name of ours is not confirmed', async () => {
    const bytes = Buffer.from('the right bytes');
    await bucket.putRaw(`blobs/${sha(bytes)}`, 'short');
    await expect(store.put(bytes)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    const path = await file(bytes);
    await expect(store.adopt(path)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    expect((await stat(path)).size).toBe(bytes.byteLength);
  });

  test('an object that went away after it was opened is missing', async () => {
    const { sha256 } = await store.put(Buffer.from('here and gone'));
    const handle = await store.open(sha256);
    await bucket.removeRaw(`blobs/${sha256}`);
    await expect(handle.read(0, 5)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    await expect(store.open(sha256)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });

  test('a bucket that is gone is trouble with the storage, not a missing object', async () => {
    const other = createS3BlobStore({ ...bucket.settings, bucket: `${bucket.settings.bucket}-x` });
    await expect(other.probe()).rejects.toMatchObject({ code: 'CONFIG_INVALID', params: { key: 'S3_BUCKET' } });
    const sha256 = sha(Buffer.from('x'));
    await expect(other.open(sha256)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(other.verify(sha256)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(other.put(Buffer.from('x'))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await other.close();
  });

  test('wrong keys are named, without their value', async () => {
    const other = createS3BlobStore({ ...bucket.settings, secretKey: 'not-the-secret' });
    const refusal = await other.probe().catch((error: unknown) => error as Error);
    expect(refusal).toMatchObject({ code: 'CONFIG_INVALID', params: { key: 'S3_ACCESS_KEY' } });
    expect((refusal as Error).message).not.toContain('not-the-secret');
    await expect(other.put(Buffer.from('x'))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await other.close();
  });

  test('lists more than one page', async () => {
    const names = Array.from({ length: 1005 }, (_, index) => sha(Buffer.from(String(index))));
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(names.slice(start, start + 50).map((name) => bucket.putRaw(`blobs/${name}`, '')));
    }
    const listed: string[] = [];
    for await (const sha256 of store.list()) listed.push(sha256);
    expect(listed).toEqual([...names].sort());
  }, 60_000);

  test('parts that an ended process left are removed when they are old, never when they are new', async () => {
    const client = createS3Client(bucket.settings);
    const begun = { method: 'POST', query: { uploads: '' } } as const;
    await client.send({ ...begun, key: `blobs/${sha(Buffer.from('x'))}` }, undefined, (answer) => answer.text());
    await client.send({ ...begun, key: 'of/somebody-else' }, undefined, (answer) => answer.text());
    expect(await store.tidy(new Date())).toBe(0);
    expect(await bucket.openUploads()).toBe(2);
    expect(await store.tidy(new Date(Date.now() + 8 * 24 * 3600 * 1000))).toBe(1);
    expect(await bucket.openUploads()).toBe(1);
    client.close();
  });
});
