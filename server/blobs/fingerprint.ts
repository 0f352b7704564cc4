import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Fingerprint } from '#server/domain/ports.ts';
import type { Sha256 } from '#shared/ids.ts';

/** Bytes hashed at a time: large enough for the disk, small enough not to hold up other requests. */
const CHUNK_BYTES = 1024 * 1024;

/** True for a hash as the store writes it: 64 lower-case hexadecimal digits. */
export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Reads a file from start to end. */
export async function fingerprint(path: string, signal?: AbortSignal): Promise<Fingerprint> {
  const handle = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let sizeBytes = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, sizeBytes);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      sizeBytes += bytesRead;
    }
    return { sha256: hash.digest('hex') as Sha256, sizeBytes };
  } finally {
    await handle.close();
  }
}
