import type { Sha256 } from '#shared/ids.ts';

/** Frames in other transfer syntaxes than the stored one, kept until there is need for the room. */

/** Which frame of which stored object in which form. */
export interface DerivedFrameKey {
  readonly sourceSha256: Sha256;
  /** From 1. */
  readonly frameNumber: number;
  /** Transfer syntax, and the version of what makes it. */
  readonly form: string;
}

export interface DerivedFrame extends DerivedFrameKey {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly usedAt: string;
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
