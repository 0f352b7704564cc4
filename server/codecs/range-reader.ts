/** Ranged reads of a stored object: the only way codecs see a file. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes from `offsetBytes` on; fewer than `lengthBytes` only at the end of the object. */
export type RangeReader = (offsetBytes: number, lengthBytes: number) => Promise<Uint8Array>;

/**
 * For worker processes: opens a file for ranged reads and closes it when `use` is done, whatever happens. The process
 * has nothing else to do meanwhile, and handing each read to another thread would take longer than the read.
 */
export async function withFile<T>(path: string, use: (read: RangeReader, sizeBytes: number) => Promise<T>): Promise<T> {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const read: RangeReader = async (offsetBytes, lengthBytes) => {
      const length = Math.max(0, Math.min(lengthBytes, size - offsetBytes));
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const bytesRead = readSync(file, bytes, done, length - done, offsetBytes + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    };
    return await use(read, size);
  } finally {
    closeSync(file);
  }
}
