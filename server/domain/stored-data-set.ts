import { HeaderContinues } from '#shared/dicom/element-scan.ts';
import { readMetaInformation } from '#shared/dicom/meta-information.ts';
import type { Sha256 } from '#shared/ids.ts';
import type { BlobHandle, BlobStore } from './ports.ts';

const CHUNK_BYTES = 256 * 1024;
/** File Meta Information is some hundred bytes; private information in it makes it longer, but not this long. */
const MAX_META_BYTES = 4 * 1024 * 1024;

/** The meta information we write ourselves is shorter. */
const MADE_META_BYTES = 2048;

/** A stored object in two parts, for protocols that send the data set only. */
export interface StoredDataSet {
  /** Preamble and File Meta Information; empty for a file without them. */
  readonly head: Uint8Array;
  /** As the meta information states it. */
  readonly transferSyntaxUid: string | null;
  /** The data set as it is stored, to the end of the file; also closes the object. */
  chunks(): AsyncGenerator<Uint8Array, void>;
  /** For whoever does not read `chunks`. */
  close(): Promise<void>;
}

/** Opens a stored DICOM object. @throws AppError BLOB_MISSING, and as reading a header does */
export async function openDataSet(
  { blobs }: { readonly blobs: BlobStore },
  sha256: Sha256,
  signal: AbortSignal,
): Promise<StoredDataSet> {
  const blob = await blobs.open(sha256, signal);
  try {
    const first = await readMeta(blob, signal);
    const { endBytes, transferSyntaxUid } = readMetaInformation(first, blob.sizeBytes);
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      try {
        for (let at = endBytes; at < blob.sizeBytes; at += CHUNK_BYTES) yield await blob.read(at, CHUNK_BYTES, signal);
      } finally {
        await blob.close();
      }
    }
    return { head: first.subarray(0, endBytes), transferSyntaxUid, chunks, close: () => blob.close() };
  } catch (error) {
    await blob.close();
    throw error;
  }
}

/** The data set of a Part 10 file of ours on its way out: the file without preamble and meta information. */
export async function* dataSetOf(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let start: Uint8Array | null = new Uint8Array();
  for await (const chunk of file) {
    if (start === null) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.byteLength < MADE_META_BYTES) continue;
    yield start.subarray(readMetaInformation(start, Number.MAX_SAFE_INTEGER).endBytes);
    start = null;
  }
  if (start !== null) yield start.subarray(readMetaInformation(start, start.byteLength).endBytes);
}

/** A beginning of the object that holds its meta information. The bytes are copied: readers may lend memory. */
async function readMeta(blob: BlobHandle, signal: AbortSignal): Promise<Uint8Array> {
  for (let wanted = 4096; ; ) {
    const bytes = Uint8Array.from(await blob.read(0, Math.min(wanted, blob.sizeBytes), signal));
    try {
      readMetaInformation(bytes, blob.sizeBytes);
      return bytes;
    } catch (error) {
      const longer = error instanceof HeaderContinues && wanted < Math.min(blob.sizeBytes, MAX_META_BYTES);
      if (!longer) throw error;
      wanted = Math.min(MAX_META_BYTES, Math.max(error.neededBytes, wanted * 4));
    }
  }
}
