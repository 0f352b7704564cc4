/** What is computed of a slide's pixels, as tasks of plain data: a worker process runs them, and so do tests in their own. */

import { decodeRaster, type RasterImage } from '#server/codecs/raster.ts';
import type { PenMark, QualityCard } from '#shared/imaging/quality-card.ts';
import { focusScore } from './focus.ts';
import { compareWithMacro, type ScannedTissue } from './macro-comparison.ts';
import type { Mask } from './mask.ts';
import { inkOf, penMarks } from './pen-marks.ts';
import { type TissueLimit, tissueLimit, tissueMask } from './tissue.ts';

export interface OverviewInput {
  readonly picture: RasterImage;
  /** µm per px of the picture; null when unknown. */
  readonly mpp: number | null;
}

export interface OverviewFound {
  readonly limit: TissueLimit;
  readonly tissue: Mask;
  /** Boxes in px of the picture. */
  readonly pen: readonly PenMark[];
}

export interface MacroInput {
  readonly image: {
    readonly bytes: Uint8Array;
    readonly format: 'JPEG' | 'PNG';
    readonly width: number;
    readonly height: number;
  };
  readonly scan: ScannedTissue;
}

export interface QualityTasks {
  overview(input: OverviewInput, signal?: AbortSignal): Promise<OverviewFound>;
  /** `focusScore` of each picture. */
  focus(
    input: { readonly pictures: readonly RasterImage[]; readonly limit: TissueLimit },
    signal?: AbortSignal,
  ): Promise<(number | null)[]>;
  /** Errors: DOCUMENT_DAMAGED. */
  macro(input: MacroInput, signal?: AbortSignal): Promise<QualityCard['macro']>;
}

/** Computes in the process that asks. */
export const qualityHere: QualityTasks = {
  async overview({ picture, mpp }) {
    const limit = tissueLimit(picture);
    const pen = penMarks(picture, mpp);
    const tissue = tissueMask(picture, limit, mpp);
    // Ink is deep as well; it is no tissue.
    for (const mark of pen) {
      for (let y = mark.y; y < mark.y + mark.height; y++) {
        for (let x = mark.x; x < mark.x + mark.width; x++) {
          const pixel = y * picture.width + x;
          const [red = 0, green = 0, blue = 0] = picture.data.subarray(pixel * 3, pixel * 3 + 3);
          if (inkOf(red, green, blue) === mark.ink) tissue.data[pixel] = 0;
        }
      }
    }
    return { limit, tissue, pen };
  },
  focus: async ({ pictures, limit }) => pictures.map((picture) => focusScore(picture, limit)),
  async macro({ image: { bytes, ...size }, scan }) {
    return compareWithMacro(await decodeRaster(bytes, size), scan);
  },
};
