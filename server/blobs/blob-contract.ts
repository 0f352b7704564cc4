import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sha256 } from '#shared/ids.ts';
import type { OpenedBlobStore, OpenedDerivedStore } from './opened-store.ts';

/** For tests: a store under examination, and what only its owner can do to it. */
export interface ExaminedStore {
  readonly store: OpenedDerivedStore;
  /** Takes an object away behind the store's back. */
  lose(sha256: Sha256): Promise<void>;
  /** Changes an object's bytes, not their number, behind the store's back. */
  spoil(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** Something that is no object, where objects are. */
  litter(): Promise<void>;
  close(): Promise<void>;
}

/** For tests: what every BlobStore promises. `null` registers the suite as skipped, `reason` in its name. */
export function describeBlobContract(name: string, open: (() => Promise<ExaminedStore>) | null, reason = ''): void {
  describe.skipIf(open === null)(`blob contract: ${name}${open === null ? ` (skipped: ${reason})` : ''}`, () => {
    let folder: string;
    let examined: ExaminedStore;
    let store: OpenedBlobStore;
    beforeAll(async () => {
      if (open === null) throw new Error('skipped');
      folder = await mkdtemp(join(tmpdir(), 'contract-'));
      examined = await open();
      store = examined.store;
    });
    afterAll(async () => {
      await examined.close();
      await rm(folder, { recursive: true });
    });

    const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256;
    const file = async (bytes: Uint8Array) => {
      const path = join(folder, crypto.randomUUID());
      await writeFile(path, bytes);
      return path;
    };
    const stored = async (sha256: Sha256) => {
      const handle = await store.open(sha256);
      try {
        return Buffer.from(await handle.read(0, handle.sizeBytes));
      } finally {
        await handle.close();
      }
    };
    const listed = async () => {
      const hashes: string[] = [];
      for await (const hash of store.list()) hashes.push(hash);
      return hashes;
    };

    test('what can be made again is removed, twice if need be, and stored anew', async () => {
      const bytes = randomBytes(1000);
      const removable = examined.store;
      const { sha256 } = await removable.put(bytes);
      await removable.remove(sha256);
      await removable.remove(sha256);
      expect(await listed()).not.toContain(sha256);
      expect(await removable.verify(sha256)).toBe('missing');
      await removable.put(bytes);
      expect((await stored(sha256)).equals(bytes)).toBe(true);
      await removable.remove(sha256);
    });

    test('can be worked with', async () => {
      await expect(store.probe()).resolves.toBeUndefined();
    });

    // 8 MiB is where a store may begin to send parts; the last size has three of them and a rest.
    test.each([0, 1, 3_000_001, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 25_000_003])(
      'adopts a file of %i bytes bit for bit under its hash and takes the source away',
      async (sizeBytes) => {
        const bytes = randomBytes(sizeBytes);
        const path = await file(bytes);
        expect(await store.fingerprint(path)).toEqual({ sha256: sha(bytes), sizeBytes });
        expect(await store.adopt(path)).toEqual({ sha256: sha(bytes), sizeBytes });
        await expect(stat(path)).rejects.toThrow('ENOENT');
        expect((await stored(sha(bytes))).equals(bytes)).toBe(true);
        expect(await store.verify(sha(bytes))).toBe('intact');
        expect(await listed()).toContain(sha(bytes));
      },
    );

    test('several at once, some of them alike, keep their old names', async () => {
      const all = [randomBytes(10), randomBytes(9_000_000), ...Array.from({ length: 20 }, () => randomBytes(1000))];
      all.push(...all.slice(0, 3));
      const files = await Promise.all(
        all.map(async (bytes) => ({
          path: await file(bytes),
          fingerprint: { sha256: sha(bytes), sizeBytes: bytes.byteLength },
        })),
      );
      await store.adoptAll(files);
      for (const { path, fingerprint } of files) {
        expect(sha(await readFile(path))).toBe(fingerprint.sha256);
        await rm(path);
        expect(await store.verify(fingerprint.sha256)).toBe('intact');
      }
    });

    test('the same bytes again, by whatever way and at the same time, are one object', async () => {
      const bytes = randomBytes(2000);
      const path = await file(bytes);
      const found = await Promise.all([store.put(bytes), store.put(bytes), store.adopt(path)]);
      expect(new Set(found.map(({ sha256 }) => sha256))).toEqual(new Set([sha(bytes)]));
      await expect(stat(path)).rejects.toThrow('ENOENT');
      expect((await listed()).filter((hash) => hash === sha(bytes))).toHaveLength(1);
    });

    test('rule 3: nothing stored is overwritten, and what differs from its name is reported', async () => {
      const bytes = Buffer.from('original bytes');
      const { sha256 } = await store.put(bytes);
      await examined.spoil(sha256, Buffer.from('spoiled  bytes'));
      await store.put(bytes);
      await store.adopt(await file(bytes));
      expect((await stored(sha256)).toString()).toBe('spoiled  bytes');
      expect(await store.verify(sha256)).toBe('corrupt');
      await examined.lose(sha256);
      expect(await store.verify(sha256)).toBe('missing');
    });

    test('rule 3: a file that is cut after its fingerprint was taken is refused, or found by verify', async () => {
      for (const sizeBytes of [10, 9_000_000]) {
        const path = await file(randomBytes(sizeBytes));
        const fingerprint = await store.fingerprint(path);
        await truncate(path, sizeBytes - 5);
        const refused = await store.adoptAll([{ path, fingerprint }]).then(
          () => false,
          () => true,
        );
        expect(await store.verify(fingerprint.sha256)).toBe(refused ? 'missing' : 'corrupt');
      }
    });

    test('reads ranges, and fewer bytes only at the end', async () => {
      const { sha256 } = await store.put(Buffer.from('0123456789'));
      const handle = await store.open(sha256);
      expect(handle.sizeBytes).toBe(10);
      expect(Buffer.from(await handle.read(3, 4)).toString()).toBe('3456');
      expect(Buffer.from(await handle.read(8, 100)).toString()).toBe('89');
      expect((await handle.read(10, 1)).byteLength).toBe(0);
      expect((await handle.read(50, 1)).byteLength).toBe(0);
      expect((await handle.read(0, 0)).byteLength).toBe(0);
      const target = Buffer.alloc(8);
      expect(await handle.readInto(target, 6)).toBe(4);
      expect(target.toString()).toBe('6789\0\0\0\0');
      expect(await handle.readInto(target, 10)).toBe(0);
      await handle.close();
      await handle.close();
    });

    test('reads that overlap in time do not mix', async () => {
      const bytes = randomBytes(1_000_000);
      const handle = await store.open((await store.put(bytes)).sha256);
      const parts = Array.from({ length: 50 }, (_, index) => index * 20_000);
      const read = await Promise.all(parts.map((offset) => handle.read(offset, 20_000)));
      expect(Buffer.concat(read).equals(bytes)).toBe(true);
      await handle.close();
    });

    test('an aborted read rejects with the reason', async () => {
      const { sha256 } = await store.put(Buffer.from('0123456789'));
      const handle = await store.open(sha256);
      await expect(handle.read(0, 4, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
      await expect(handle.readInto(Buffer.alloc(4), 0, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
      await handle.close();
    });

    test('a missing object is a sentence, and can be opened once it is there', async () => {
      const bytes = randomBytes(5);
      await expect(store.open(sha(bytes))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
      expect(await store.verify(sha(bytes))).toBe('missing');
      await store.put(bytes);
      expect((await stored(sha(bytes))).equals(bytes)).toBe(true);
    });

    test('a file that is not there is an error and stores nothing', async () => {
      const before = await listed();
      await expect(store.adopt(join(folder, 'nothing'))).rejects.toThrow('ENOENT');
      expect((await listed()).length).toBe(before.length);
    });

    test('lists what is stored and nothing else', async () => {
      const { sha256 } = await store.put(randomBytes(3));
      await examined.litter();
      const hashes = await listed();
      expect(hashes).toContain(sha256);
      expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
      expect(new Set(hashes).size).toBe(hashes.length);
    });
  });
}
