import type { BlobHandle, BlobStore } from '#server/domain/ports.ts';
import type { ReadAhead } from '#server/slides/read-ahead.ts';
import { type ByteSource, isInside } from '#server/slides/source.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';

/**
 * A stored object as the byte source a slide is read from: as it is when it is a file here, by `readAhead` when each read
 * is a request. Throws BLOB_MISSING.
 */
export async function openBlobSource(blobs: BlobStore, sha256: string, readAhead: ReadAhead): Promise<ByteSource> {
  const blob = await blobs.open(sha256 as Sha256);
  const source = sourceOf(blob);
  return blob.path === undefined ? readAhead.over(source) : source;
}

function sourceOf(blob: BlobHandle): ByteSource {
  return {
    sizeBytes: blob.sizeBytes,
    async read(offset, length, signal) {
      if (!isInside(blob, offset, length)) throw new AppError('BLOB_CORRUPT');
      const bytes = await blob.read(offset, length, signal);
      signal?.throwIfAborted();
      if (bytes.byteLength !== length) throw new AppError('BLOB_CORRUPT');
      return bytes;
    },
    close: () => blob.close(),
  };
}
