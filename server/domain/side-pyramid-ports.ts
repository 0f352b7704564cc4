import type { Sha256 } from '#shared/ids.ts';
import type { SlideLevel } from '#shared/imaging/pyramid.ts';

/** Levels that a slide lacks, made once and kept beside it. */

/** `waiting` and `making` levels will come; `failed` ones will not, and the slide is shown without them. */
export type SidePyramidState = 'waiting' | 'making' | 'ready' | 'failed';

export interface SidePyramid {
  readonly sourceSha256: Sha256;
  readonly state: SidePyramidState;
  /** Share of the reading that is done, in whole percent. */
  readonly percent: number;
  /** Why it failed, one sentence. */
  readonly failure: string | null;
  /** The stored file and its levels, from fine to coarse and without level 0; null until it is ready. */
  readonly file: { readonly sha256: Sha256; readonly levels: readonly SlideLevel[] } | null;
}

export interface SidePyramidRepository {
  find(sourceSha256: Sha256): Promise<SidePyramid | null>;
  /** Adds one that is waiting; false when there is one already. */
  add(sourceSha256: Sha256, at: string): Promise<boolean>;
  /** Replaces what is known of one that is there. */
  save(pyramid: SidePyramid, at: string): Promise<void>;
  /** For a slide that lacks nothing. */
  remove(sourceSha256: Sha256): Promise<void>;
}

export interface MadeSidePyramid {
  /** A finished file for the store to take. */
  readonly path: string;
  readonly levels: readonly SlideLevel[];
  /** Removes what is left of it. */
  discard(): Promise<void>;
}

/** Makes side pyramids in a process of low priority. */
export interface SidePyramidMaker {
  /**
   * Null for a slide that lacks no level. Errors: those of reading the slide, READING_MEMORY, and READING_TIMEOUT when
   * nothing happens for long; an aborted signal rejects with its reason.
   */
  make(
    sourceSha256: Sha256,
    onProgress: (percent: number) => void,
    signal: AbortSignal,
  ): Promise<MadeSidePyramid | null>;
}
