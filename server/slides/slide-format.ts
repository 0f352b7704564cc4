/** What a row of the table of formats is. */

import type { SlideDecoder } from '#server/codecs/slide-decoding.ts';
import type { Slide } from './slide.ts';
import type { ByteSource } from './source.ts';
import type { TiffFile } from './tiff.ts';

/** Bytes and what turns them into pixels. */
export interface SlideInput {
  readonly source: ByteSource;
  readonly decoder: SlideDecoder;
}

/** Errors: those of the store. */
export type StoredObjects = (sha256: string, signal?: AbortSignal) => Promise<ByteSource>;

/** A file of which the outer structure has been read. */
export interface SlideFile extends SlideInput {
  /** Opens another stored object by its SHA-256; absent where a file may not name others, as in an upload. */
  readonly stored?: StoredObjects;
  /** The side pyramid made of this file, if there is one; a row with `isRewritten` owns it. */
  readonly side?: ByteSource;
  /** The first bytes; fewer than 4096 when the file is shorter. */
  readonly head: Uint8Array;
  /** Null when the file is no TIFF. */
  readonly tiff: TiffFile | null;
}

export interface SlideFormat {
  readonly name: string;
  /** True, or the sentence (without its full stop) why the file is not of this format. */
  detect(file: SlideFile): true | string;
  /** The side pyramid of such a file holds level 0 too and is read in its stead. */
  readonly isRewritten?: true;
  /** Only called after `detect` said true. */
  open(file: SlideFile, signal?: AbortSignal): Promise<Slide>;
}
