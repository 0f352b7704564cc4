import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Staging } from '#server/domain/ingest-ports.ts';
import { storing } from './file-system.ts';

export interface StagingFolder extends Staging {
  /** A new name in the folder; whoever asks makes the file. */
  reserve(): string;
}

/**
 * A folder for files on their way in, on the file system of the blob store so that adopting one is a rename. What a
 * crash left in it was never confirmed and is removed at the start.
 */
export async function openStaging(folder: string): Promise<StagingFolder> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
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
  };
}
