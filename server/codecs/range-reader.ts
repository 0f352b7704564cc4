/** Ranged reads of a stored object: the only way codecs see a file. */
import { open } from 'node:fs/promises';

/** Bytes from `offsetBytes` on; fewer than `lengthBytes` only at the end of the object. */
export type RangeReader = (offsetBytes: number, lengthBytes: number) => Promise<Uint8Array>;

/** Opens a file for ranged reads and closes it when `use` is done, whatever happens. */
export async function withFile<T>(path: string, use: (read: RangeReader, sizeBytes: number) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const read: RangeReader = async (offsetBytes, lengthBytes) => {
      const length = Math.max(0, Math.min(lengthBytes, size - offsetBytes));
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offsetBytes + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    };
    return await use(read, size);
  } finally {
    await handle.close();
  }
}
