import { createHash, randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  type FileHandle,
  link,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { join } from 'node:path';
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
 * A content-addressed store in a folder: `aa/<sha256>`, and `incoming/` for bytes on their way in, of which the
 * leftovers of ended processes are removed since they were never confirmed. Objects of earlier versions lie in
 * `aa/bb/<sha256>` and stay there: a folder of its own for nearly each object made storing it twice as long.
 */
export async function openFileBlobStore(root: string): Promise<OpenedDerivedStore> {
  const incoming = await openProcessFolder(join(root, 'incoming'));
  const handles = createHandleCache();
  const folderOf = (sha256: Sha256): string => join(root, sha256.slice(0, 2));
  const locate = (sha256: Sha256): string => join(folderOf(sha256), sha256);
  const formerly = (sha256: Sha256): string => join(folderOf(sha256), sha256.slice(2, 4), sha256);
  await makeFolders(root);
  const folders = new FolderHandles();

  /** Gives the file its name in the store as well; the entry is durable once its folder was synced. */
  async function place(path: string, sha256: Sha256): Promise<void> {
    const target = locate(sha256);
    // link() fails on an existing name where rename() would replace it: nothing stored is ever overwritten.
    try {
      await link(path, target);
    } catch (error) {
      const stored = codeOf(error) === 'EEXIST';
      if (!stored && !NO_HARD_LINKS.has(codeOf(error))) throw error;
      if (!stored && !(await exists(target))) await rename(path, target);
    }
  }

  async function adoptAll(files: readonly StorableFile[]): Promise<void> {
    await storing(async () => {
      await inParts(files, async ({ path, fingerprint: { sha256 }, durable }) => {
        if (durable === undefined) {
          await sync(path);
          await chmod(path, 0o440);
        } else await durable;
        await place(path, sha256);
      });
      await inParts([...new Set(files.map((file) => folderOf(file.fingerprint.sha256)))], (one) => folders.sync(one));
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

    open: (sha256) => handles.borrow(sha256, [locate(sha256), formerly(sha256)]),

    async verify(sha256, signal) {
      for (const path of [locate(sha256), formerly(sha256)]) {
        try {
          return (await fingerprint(path, signal)).sha256 === sha256 ? 'intact' : 'corrupt';
        } catch (error) {
          if (codeOf(error) !== 'ENOENT') throw error;
        }
      }
      return 'missing';
    },

    async *list() {
      for await (const first of await opendir(root)) {
        if (!first.isDirectory() || first.name.length !== 2) continue;
        for await (const entry of await opendir(join(root, first.name))) {
          if (entry.isFile() && isSha256(entry.name)) yield entry.name;
          if (!entry.isDirectory()) continue;
          for await (const file of await opendir(join(root, first.name, entry.name))) {
            // Stored again since, it was listed already or will be.
            if (file.isFile() && isSha256(file.name) && !(await exists(locate(file.name)))) yield file.name;
          }
        }
      }
    },

    async remove(sha256) {
      await rm(locate(sha256), { force: true });
      await rm(formerly(sha256), { force: true });
    },

    probe: () => access(root, constants.W_OK),

    async close() {
      await handles.close();
      await folders.close();
      await closeProcessFolder(incoming);
    },
  };
}

/** Makes the folders of all objects, so that storing one makes none. */
async function makeFolders(root: string): Promise<void> {
  const folders = Array.from({ length: 256 }, (_, at) => join(root, at.toString(16).padStart(2, '0')));
  await inParts(folders, async (folder) => {
    await mkdir(folder, { recursive: true });
  });
  await sync(root);
}

/** Folders kept open for making their entries durable; there are no more than 256 of them. */
class FolderHandles {
  readonly #open = new Map<string, Promise<FileHandle>>();

  async sync(folder: string): Promise<void> {
    let handle = this.#open.get(folder);
    if (handle === undefined) {
      handle = open(folder, 'r');
      handle.catch(() => this.#open.delete(folder));
      this.#open.set(folder, handle);
    }
    await (await handle).sync();
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const handle of open) await handle.then((one) => one.close()).catch(() => undefined);
  }
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
