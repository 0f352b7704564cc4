import { read, readSync } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import type { BlobHandle } from '#server/domain/ports.ts';
import { AppError } from '#shared/errors.ts';
import { CachedPages, isCalm, isLocalFileSystem } from './cached-pages.ts';

/**
 * Files kept open while nobody reads them: opening and closing cost as much as reading half a megabyte, and a reader
 * comes back to each slice of the few series he looks at.
 */
const IDLE_HANDLES = 1000;

interface OpenFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly path: string;
  /** Null where nothing is read in place. */
  readonly cached: CachedPages | null;
  borrowers: number;
}

export interface HandleCache {
  /** Opens the file at the first of the paths that is there, or lends the handle that is open already. Throws BLOB_MISSING. */
  borrow(key: string, paths: readonly string[]): Promise<BlobHandle>;
  close(): Promise<void>;
}

/**
 * Shares one file handle between all readers of a file. Least recently used idle handles are closed; one that is
 * lent never is.
 */
export function createHandleCache(idleLimit = IDLE_HANDLES): HandleCache {
  // A Map keeps insertion order: taking a file out and putting it back makes it the most recently used.
  const files = new Map<string, Promise<OpenFile>>();
  const closing = new Set<Promise<void>>();

  async function evict(): Promise<void> {
    for (const [key, pending] of files) {
      const file = await pending.catch(() => null);
      if (files.size <= idleLimit) return;
      if (file === null || file.borrowers > 0 || files.get(key) !== pending) continue;
      files.delete(key);
      const closed = file.handle.close().finally(() => closing.delete(closed));
      closing.add(closed);
    }
  }

  return {
    async borrow(key, paths) {
      let pending = files.get(key);
      if (pending === undefined) {
        pending = openFirst(paths);
        pending.catch(() => files.delete(key));
      } else {
        files.delete(key);
      }
      files.set(key, pending);
      // Counted in the same step in which the promise settles, so that no eviction comes between.
      const file = await pending.then((opened) => {
        opened.borrowers += 1;
        return opened;
      });
      let returned = false;
      return {
        sizeBytes: file.sizeBytes,
        path: file.path,
        async read(offset, length, signal) {
          const target = Buffer.allocUnsafe(Math.max(0, Math.min(length, file.sizeBytes - offset)));
          if (file.cached?.holds(offset, target.byteLength) && isCalm()) {
            signal?.throwIfAborted();
            const { fd } = file.handle;
            // A stored file never changes its length, so that what was read whole before is read whole again.
            const found = file.cached.timed(() => readSync(fd, target, 0, target.byteLength, offset));
            if (found === target.byteLength) return target;
          }
          const found = await readFully(file.handle.fd, target, offset, signal);
          file.cached?.note(offset, found);
          return found === target.byteLength ? target : target.subarray(0, found);
        },
        readInto: (target, offset, signal) => readFully(file.handle.fd, target, offset, signal),
        async close() {
          if (returned) return;
          returned = true;
          file.borrowers -= 1;
          if (files.size > idleLimit) await evict();
        },
      };
    },

    async close() {
      const open = [...files.values()];
      files.clear();
      for (const pending of open) await pending.then((file) => file.handle.close()).catch(() => undefined);
      await Promise.allSettled(closing);
    },
  };
}

async function openFirst(paths: readonly string[]): Promise<OpenFile> {
  for (const path of paths) {
    try {
      const handle = await open(path, 'r');
      const { size } = await handle.stat();
      const { type } = await statfs(path);
      return {
        handle,
        path,
        sizeBytes: size,
        cached: isLocalFileSystem(type) ? new CachedPages() : null,
        borrowers: 0,
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new AppError('BLOB_MISSING');
}

async function readFully(
  fd: number,
  target: Uint8Array,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let done = 0;
  while (done < target.byteLength) {
    signal?.throwIfAborted();
    const bytesRead = await readSome(fd, target, done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** By the callback form, which costs a third of what the handle's own `read` does. */
function readSome(fd: number, target: Uint8Array, from: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, from, target.byteLength - from, position, (error, bytesRead) => {
      if (error === null) resolve(bytesRead);
      else reject(error);
    });
  });
}
