import type { Sha256 } from '#shared/ids.ts';

/**
 * Frames in other transfer syntaxes than the stored one, tiles made of stored ones, and packed metadata, kept until there
 * is need for the room.
 */

/** Which frame, or tile of a level, of which stored object in which form; for metadata the hash names the instances. */
export interface DerivedFrameKey {
  readonly sourceSha256: Sha256;
  /** From 1; 0 for metadata. */
  readonly frameNumber: number;
  /** Transfer syntax and the version of what makes it; for a tile its level and version. */
  readonly form: string;
}

export interface DerivedFrame extends DerivedFrameKey {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly usedAt: string;
}

/** Where what can be made again is kept for a while. */
export interface KeptObjects {
  /** The bytes, or null when they are not there; nothing but the signal's reason is thrown. */
  read(key: DerivedFrameKey, signal: AbortSignal): Promise<Uint8Array | null>;
  /** In the background; whether it succeeds matters to nobody. */
  keep(key: DerivedFrameKey, bytes: Uint8Array): void;
}

export interface DerivedFrameRepository {
  find(key: DerivedFrameKey): Promise<DerivedFrame | null>;
  /** Adds or replaces. */
  save(frame: DerivedFrame): Promise<void>;
  remove(key: DerivedFrameKey): Promise<void>;
  /** Those not used for the longest time. */
  oldest(limit: number): Promise<DerivedFrame[]>;
  /** True when a row names the bytes. */
  names(sha256: Sha256): Promise<boolean>;
  totalBytes(): Promise<number>;
}
