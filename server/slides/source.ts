/** Random access to the bytes of a stored slide: a file today, ranged requests to an object store alike. */

import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '#shared/errors.ts';

export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `offset`, in memory the caller owns. Reads may overlap in time.
   * Errors: BLOB_CORRUPT when the range does not lie inside the source or fewer bytes come back;
   * an aborted signal rejects with its reason.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** True when the range lies inside the source. */
export function isInside(source: Pick<ByteSource, 'sizeBytes'>, offset: number, length: number): boolean {
  return offset >= 0 && length >= 0 && offset + length <= source.sizeBytes;
}

/** Opens a file for reading; its size is taken once, for stored slides never change. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return fileSource(handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fileSource(handle: FileHandle, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      if (!isInside({ sizeBytes }, offset, length)) throw new AppError('BLOB_CORRUPT');
      const bytes = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        signal?.throwIfAborted();
        if (bytesRead === 0) throw new AppError('BLOB_CORRUPT');
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Wraps bytes already in memory, such as a small object; reads copy. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.byteLength,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      if (!isInside({ sizeBytes: bytes.byteLength }, offset, length)) throw new AppError('BLOB_CORRUPT');
      return bytes.slice(offset, offset + length);
    },
    async close() {},
  };
}
