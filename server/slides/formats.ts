/** The slide formats we read, in the order they are asked. A new scanner is one file in `vendors` and one row here. */

import type { Slide } from './slide.ts';
import type { ByteSource } from './source.ts';
import type { TiffFile, TiffFormat } from './tiff.ts';
import { openTiffSlide } from './tiff-slide.ts';
import { aperio } from './vendors/aperio.ts';
import { genericTiff } from './vendors/generic-tiff.ts';
import { omeTiff } from './vendors/ome-tiff.ts';

/** A file of which the outer structure has been read. */
export interface SlideFile {
  readonly source: ByteSource;
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

export const SLIDE_FORMATS: readonly SlideFormat[] = [tiffRow(aperio), tiffRow(omeTiff), tiffRow(genericTiff)];

function tiffRow(format: TiffFormat): SlideFormat {
  return {
    name: format.name,
    detect: ({ tiff }) => (tiff === null ? 'it is not a TIFF file' : format.detect(tiff)),
    open({ source, tiff }, signal) {
      if (tiff === null) throw new TypeError('A format is opened only after it recognised the file.');
      return openTiffSlide(source, format.name, tiff, format.layout(tiff), signal);
    },
  };
}
