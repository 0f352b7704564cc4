/** What a row of the table of formats is. */

import type { Slide } from './slide.ts';
import type { ByteSource } from './source.ts';
import type { TiffFile } from './tiff.ts';

/** A file of which the outer structure has been read. */
export interface SlideFile {
  readonly source: ByteSource;
  /** The first bytes; fewer than 4096 when the file is shorter. */
  readonly head: Uint8Array;
  /** Null when the file is no TIFF. */
  readonly tiff: TiffFile | null;
}

export interface SlideFormat {
  readonly name: string;
  /** True, or the sentence (without its full stop) why the file is not of this format. */
  detect(file: SlideFile): true | string;
  /** Only called after `detect` said true. */
  open(file: SlideFile, signal?: AbortSignal): Promise<Slide>;
}
