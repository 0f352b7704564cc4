import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import type { FrameDirectory, InstancePlace } from './frame-directory.ts';
import type { BulkDataReader, StoredObject } from './image-ports.ts';
import type { Staging } from './ingest-ports.ts';
import type { BlobStore } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';

export interface BulkDataNeeds {
  readonly directory: FrameDirectory;
  readonly blobs: BlobStore;
  readonly bulkData: BulkDataReader;
  readonly staging: Pick<Staging, 'write' | 'discard'>;
}

export interface BulkData {
  readonly sizeBytes: number;
  /** Names the value for good: stored objects never change. */
  readonly version: string;
  /** Part of the value, in chunks. */
  read(offsetBytes: number, lengthBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void>;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * The value a BulkDataURI of the metadata names, such as `00420011` or `00480105/1/00282000`.
 * @throws AppError NOT_FOUND for an instance or a value that is not there
 */
export async function findBulkData(
  { directory, blobs, bulkData, staging }: BulkDataNeeds,
  reach: InstanceReach,
  place: InstancePlace,
  element: string,
  signal: AbortSignal,
): Promise<BulkData> {
  const { sha256 } = await directory.find(reach, place);
  const found = await bulkData.locate(storedObject(blobs, staging, sha256), element, signal);
  if (found === null) throw new AppError('NOT_FOUND');
  const version = `${sha256.slice(0, 32)}.${element.replaceAll('/', '-')}`;
  if ('bytes' in found) {
    const { bytes } = found;
    return {
      ...{ sizeBytes: bytes.byteLength, version },
      async *read(offsetBytes, lengthBytes) {
        yield bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
      },
    };
  }
  return {
    ...{ sizeBytes: found.lengthBytes, version },
    async *read(offsetBytes, lengthBytes, reading) {
      const blob = await blobs.open(sha256);
      try {
        const end = Math.min(offsetBytes + lengthBytes, found.lengthBytes);
        for (let at = offsetBytes; at < end; at += CHUNK_BYTES) {
          yield await blob.read(found.offsetBytes + at, Math.min(CHUNK_BYTES, end - at), reading);
        }
      } finally {
        await blob.close();
      }
    },
  };
}

/** The store may be far away: what needs a file gets a staged copy. */
function storedObject(blobs: BlobStore, staging: BulkDataNeeds['staging'], sha256: Sha256): StoredObject {
  async function* bytes(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const blob = await blobs.open(sha256);
    try {
      for (let at = 0; at < blob.sizeBytes; at += CHUNK_BYTES) {
        yield await blob.read(at, Math.min(CHUNK_BYTES, blob.sizeBytes - at), signal);
      }
    } finally {
      await blob.close();
    }
  }
  return {
    sha256,
    async bring(signal) {
      const { path } = await staging.write(bytes(signal), signal);
      return { path, discard: () => staging.discard(path) };
    },
  };
}
