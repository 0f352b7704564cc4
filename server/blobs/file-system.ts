import { createHash, randomUUID } from 'node:crypto';
import { access, chmod, constants, link, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StorableFile } from '#server/domain/ports.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import { fingerprint, isSha256 } from './fingerprint.ts';
import { createHandleCache } from './handle-cache.ts';
import type { OpenedDerivedStore } from './opened-store.ts';
import { closeProcessFolder, openProcessFolder } from './process-folder.ts';

/** Files made durable at the same time; the journal of the file system then commits them together. */
const SYNC_WIDTH = 8;

/**
 * A content-addressed store in a folder: `aa/bb/<sha256>`, and `incoming/` for bytes on their way in, of
 * which the leftovers of ended processes are removed since they were never confirmed.
 */
export async function openFileBlobStore(root: string): Promise<OpenedDerivedStore> {
  const incoming = await openProcessFolder(join(root, 'incoming'));
  const handles = createHandleCache();
  const locate = (sha256: Sha256): string => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  /** Folders whose own entry is durable, since this process has seen to it. */
  const durableFolders = new Set<string>();

  /**
   * Gives the file its name in the store as well; returns the folders whose entries changed. One that another request
   * has just made may not be durable yet: whoever needs it sees to it himself.
   */
  async function place(path: string, sha256: Sha256): Promise<string[]> {
    const target = locate(sha256);
    const folder = dirname(target);
    const parent = dirname(folder);
    const firstMade = await mkdir(folder, { recursive: true });
    if (firstMade !== undefined) durableFolders.delete(folder);
    if (firstMade === parent) durableFolders.delete(parent);
    // link() fails on an existing name where rename() would replace it: nothing stored is ever overwritten.
    try {
      await link(path, target);
    } catch (error) {
      const stored = codeOf(error) === 'EEXIST';
      if (!stored && !NO_HARD_LINKS.has(codeOf(error))) throw error;
      if (!stored && !(await exists(target))) await rename(path, target);
    }
    if (durableFolders.has(folder)) return [folder];
    return durableFolders.has(parent) ? [folder, parent] : [folder, parent, root];
  }

  async function adoptAll(files: readonly StorableFile[]): Promise<void> {
    await storing(async () => {
      await inParts(files, async ({ path, durable }) => {
        if (durable !== undefined) return durable;
        await sync(path);
        await chmod(path, 0o440);
      });
      const folders = new Set<string>();
      for (const { path, fingerprint } of files) {
        for (const folder of await place(path, fingerprint.sha256)) folders.add(folder);
      }
      await inParts([...folders], sync);
      folders.delete(root);
      for (const folder of folders) durableFolders.add(folder);
    });
  }

  return {
    fingerprint,
    adoptAll,

    async adopt(path, signal) {
      const found = await fingerprint(path, signal);
      await adoptAll([{ path, fingerprint: found }]);
      await rm(path, { force: true });
      return found;
    },

    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
      const path = join(incoming, randomUUID());
      await storing(async () => {
        const handle = await open(path, 'wx');
        try {
          await handle.writeFile(bytes);
        } finally {
          await handle.close();
        }
      });
      const found = { sha256, sizeBytes: bytes.byteLength };
      await adoptAll([{ path, fingerprint: found }]);
      await rm(path, { force: true });
      return found;
    },

    open: (sha256) => handles.borrow(sha256, locate(sha256)),

    async verify(sha256, signal) {
      try {
        return (await fingerprint(locate(sha256), signal)).sha256 === sha256 ? 'intact' : 'corrupt';
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return 'missing';
        throw error;
      }
    },

    async *list() {
      for await (const first of await opendir(root)) {
        if (!first.isDirectory() || first.name.length !== 2) continue;
        for await (const second of await opendir(join(root, first.name))) {
          if (!second.isDirectory()) continue;
          for await (const file of await opendir(join(root, first.name, second.name))) {
            if (file.isFile() && isSha256(file.name)) yield file.name;
          }
        }
      }
    },

    remove: (sha256) => rm(locate(sha256), { force: true }),

    probe: () => access(root, constants.W_OK),

    async close() {
      await handles.close();
      await closeProcessFolder(incoming);
    },
  };
}

/** File systems without hard links answer with one of these. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Forces a file or a folder's entries to the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function inParts<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += SYNC_WIDTH) {
    await Promise.all(items.slice(start, start + SYNC_WIDTH).map(work));
  }
}

/** Turns a full disk or quota into its sentence. */
export async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') {
      throw new AppError('STORAGE_FULL', {}, { cause: error });
    }
    throw error;
  }
}
