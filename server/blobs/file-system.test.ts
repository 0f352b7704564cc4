import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sha256 } from '#shared/ids.ts';
import { openFileBlobStore, storing } from './file-system.ts';
import type { OpenedDerivedStore } from './opened-store.ts';

/** What a folder has beyond the contract of every store, which blob-contract.test.ts holds. */

let folder: string;
let store: OpenedDerivedStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobs-'));
  store = await openFileBlobStore(join(folder, 'blobs'));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256;
const where = (hash: string) => join(folder, 'blobs', hash.slice(0, 2), hash);
const file = async (name: string, bytes: Uint8Array) => {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
};

test('adopts a file bit for bit under its hash and takes the source away', async () => {
  const bytes = Buffer.alloc(3_000_001, 'consilium');
  const path = await file('incoming.bin', bytes);
  expect(await store.adopt(path)).toEqual({ sha256: sha(bytes), sizeBytes: 3_000_001 });
  expect(await readFile(where(sha(bytes)))).toEqual(bytes);
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('the same bytes again leave the stored object untouched', async () => {
  const bytes = Buffer.from('twice');
  await store.adopt(await file('a', bytes));
  const before = await stat(where(sha(bytes)));
  const second = await file('b', bytes);
  await store.adopt(second);
  const after = await stat(where(sha(bytes)));
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  await expect(stat(second)).rejects.toThrow('ENOENT');
});

test('rule 3: an object whose bytes differ from its name is reported, never repaired silently', async () => {
  const { sha256 } = await store.put(Buffer.from('original bytes'));
  expect(await store.verify(sha256)).toBe('intact');
  await rm(where(sha256));
  expect(await store.verify(sha256)).toBe('missing');
  await writeFile(where(sha256), 'changed bytes!');
  expect(await store.verify(sha256)).toBe('corrupt');
});

test('several at once keep their old names until the caller removes them', async () => {
  const path = await file('kept', Buffer.from('kept until committed'));
  const fingerprint = await store.fingerprint(path);
  await store.adoptAll([{ path, fingerprint }]);
  await store.adoptAll([{ path, fingerprint }]);
  expect((await stat(path)).ino).toBe((await stat(where(fingerprint.sha256))).ino);
  await rm(path);
  expect(await store.verify(fingerprint.sha256)).toBe('intact');
});

test('objects of earlier versions are read, verified, listed once and removed where they lie', async () => {
  const bytes = Buffer.from('stored by an earlier version');
  const hash = sha(bytes);
  const before = join(folder, 'blobs', hash.slice(0, 2), hash.slice(2, 4));
  await mkdir(before, { recursive: true });
  await writeFile(join(before, hash), bytes);
  const listed = async () => {
    const hashes: string[] = [];
    for await (const one of store.list()) hashes.push(one);
    return hashes;
  };
  const handle = await store.open(hash);
  expect(Buffer.from(await handle.read(0, handle.sizeBytes))).toEqual(bytes);
  expect(handle.path).toBe(join(before, hash));
  await handle.close();
  expect(await store.verify(hash)).toBe('intact');
  expect(await listed()).toEqual([hash]);
  await store.put(bytes);
  expect(await listed()).toEqual([hash]);
  await store.remove(hash);
  expect(await store.verify(hash)).toBe('missing');
});

test('lists what is stored and nothing else', async () => {
  const hashes = [await store.put(Buffer.from('a')), await store.put(Buffer.from('b'))].map(({ sha256 }) => sha256);
  await writeFile(join(folder, 'blobs', 'incoming', 'half-written'), 'x');
  const listed: string[] = [];
  for await (const hash of store.list()) listed.push(hash);
  expect(listed.sort()).toEqual([...hashes].sort());
});

test('what an ended process left half-written is gone after the next start; what lives is kept', async () => {
  const incoming = join(folder, 'blobs', 'incoming');
  const [live] = await readdir(incoming);
  const dead = `${hostname()}.${2 ** 22 + 1}.${randomUUID()}`;
  await mkdir(join(incoming, dead));
  await writeFile(join(incoming, dead, 'half-written'), 'x');
  await writeFile(join(incoming, live!, 'in-the-making'), 'x');
  const again = await openFileBlobStore(join(folder, 'blobs'));
  const kept = await readdir(incoming);
  expect(kept).not.toContain(dead);
  expect(kept).toContain(live);
  expect(kept).toHaveLength(2);
  await again.close();
  expect(await readdir(incoming)).toEqual([live]);
});

test('a full disk is a sentence', async () => {
  const full = storing(() => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })));
  await expect(full).rejects.toMatchObject({ code: 'STORAGE_FULL' });
});
