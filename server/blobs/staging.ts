import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Staging } from '#server/domain/ingest-ports.ts';
import { storing } from './file-system.ts';
import { closeProcessFolder, openProcessFolder } from './process-folder.ts';

export interface StagingFolder extends Staging {
  /** A new name in the folder; whoever asks makes the file. */
  reserve(): string;
  close(): Promise<void>;
}

/**
 * A folder for files on their way in, on the file system of the blob store so that adopting one is a rename.
 */
export async function openStaging(parent: string): Promise<StagingFolder> {
  const folder = await openProcessFolder(parent);
  const reserve = (): string => join(folder, randomUUID());

  return {
    reserve,

    async head(path, lengthBytes) {
      const handle = await open(path, 'r');
      try {
        const { size } = await handle.stat();
        const bytes = Buffer.alloc(Math.min(lengthBytes, size));
        const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, 0);
        return { bytes: bytes.subarray(0, bytesRead), sizeBytes: size };
      } finally {
        await handle.close();
      }
    },

    async copy(path, signal) {
      signal.throwIfAborted();
      const target = reserve();
      try {
        // A reflink where the file system has them, a plain copy elsewhere.
        await storing(() => copyFile(path, target, constants.COPYFILE_FICLONE));
        const handle = await open(target, 'r');
        const { size } = await handle.stat().finally(() => handle.close());
        return { path: target, sizeBytes: size };
      } catch (error) {
        await rm(target, { force: true });
        throw error;
      }
    },

    discard: (path) => rm(path, { force: true }),

    close: () => closeProcessFolder(folder),
  };
}
