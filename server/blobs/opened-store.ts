import type { BlobStore, DerivedStore } from '#server/domain/ports.ts';

/** A store in the hands of whoever opened it and has to close it. */
export interface OpenedBlobStore extends BlobStore {
  /** Ends what is under way and gives everything back. */
  close(): Promise<void>;
}

/** As above, for objects that can be made again. The store of the originals is handed on without `remove`. */
export interface OpenedDerivedStore extends OpenedBlobStore, DerivedStore {}
