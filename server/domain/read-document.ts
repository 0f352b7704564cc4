import { AppError } from '#shared/errors.ts';
import type { DocumentId, Sha256 } from '#shared/ids.ts';
import type { StoredDocument } from './material-ports.ts';
import type { BlobStore, Repositories } from './ports.ts';

const CHUNK_BYTES = 256 * 1024;

/** A document's row. Throws NOT_FOUND. */
export async function readDocument(
  { db }: { readonly db: Pick<Repositories, 'material'> },
  id: DocumentId,
): Promise<StoredDocument> {
  const document = await db.material.document(id);
  if (document === null) throw new AppError('NOT_FOUND');
  return document;
}

/** A stored object from start to end, in chunks; the object is opened before the first byte is promised. */
export async function streamBlob(
  { blobs }: { readonly blobs: BlobStore },
  sha256: Sha256,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; chunks: AsyncGenerator<Uint8Array> }> {
  const blob = await blobs.open(sha256, signal);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (let offset = 0; offset < blob.sizeBytes; offset += CHUNK_BYTES) {
        yield await blob.read(offset, CHUNK_BYTES, signal);
      }
    } finally {
      await blob.close();
    }
  }
  return { sizeBytes: blob.sizeBytes, chunks: chunks() };
}
