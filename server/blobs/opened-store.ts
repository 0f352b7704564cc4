import type { BlobStore } from '#server/domain/ports.ts';

/** A store in the hands of whoever opened it and has to close it. */
export interface OpenedBlobStore extends BlobStore {
  /** Ends what is under way and gives everything back. */
  close(): Promise<void>;
}
