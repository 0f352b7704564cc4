import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedFile, Staging } from '#server/domain/ingest-ports.ts';
import type { Sha256 } from '#shared/ids.ts';
import { storing } from './file-system.ts';
import { closeProcessFolder, openProcessFolder } from './process-folder.ts';

/** Bytes gathered before they go to the disk. */
const WRITE_BYTES = 512 * 1024;

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

    async write(bytes, signal) {
      const path = reserve();
      try {
        return await storing(() => writeHashed(path, bytes, signal));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },

    read: (path, offsetBytes, signal) => readFrom(path, offsetBytes, signal),

    discard: (path) => rm(path, { force: true }),

    close: () => closeProcessFolder(folder),
  };
}

async function* readFrom(path: string, offsetBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const handle = await open(path, 'r');
  try {
    for (let at = offsetBytes; ; ) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(WRITE_BYTES), 0, WRITE_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function writeHashed(path: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StagedFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const handle = await open(path, 'wx');
  let durable: Promise<void> | null = null;
  try {
    // Network pieces are small; a write each would cost more than the bytes.
    let waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    const flush = async (): Promise<void> => {
      await writeAll(handle, waiting, waitingBytes);
      waiting = [];
      waitingBytes = 0;
    };
    for await (const piece of bytes) {
      signal.throwIfAborted();
      hash.update(piece);
      sizeBytes += piece.byteLength;
      waiting.push(piece);
      waitingBytes += piece.byteLength;
      if (waitingBytes >= WRITE_BYTES) await flush();
    }
    await flush();
    durable = madeDurable(handle);
  } finally {
    if (durable === null) await handle.close();
  }
  return { path, sizeBytes, fingerprint: { sha256: hash.digest('hex') as Sha256, sizeBytes }, durable };
}

/** Brings what was written to the disk and closes the file. Whoever adopts it waits for that; a refusal need not. */
function madeDurable(handle: FileHandle): Promise<void> {
  const durable = storing(async () => {
    await handle.sync();
    await handle.chmod(0o440);
  }).finally(() => handle.close());
  durable.catch(() => undefined);
  return durable;
}

/** A disk may take fewer bytes than it is given. */
async function writeAll(handle: FileHandle, pieces: Uint8Array[], lengthBytes: number): Promise<void> {
  if (lengthBytes === 0) return;
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten < lengthBytes) await handle.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}
