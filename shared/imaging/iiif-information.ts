/** The image information document of the IIIF Image API 3.0, section 5. */

import { deepZoomTileSize } from './deep-zoom.ts';
import { IIIF_FORMATS, IIIF_MAX_AREA, IIIF_MAX_SIDE, IIIF_QUALITIES, type ImageSize } from './iiif-request.ts';
import type { SlideDescription } from './pyramid.ts';

export const IIIF_CONTEXT = 'http://iiif.io/api/image/3/context.json';
/** What the `profile` link header names (section 6). */
export const IIIF_LEVEL_2 = 'http://iiif.io/api/image/3/level2.json';

export interface IiifInformation {
  readonly '@context': string;
  readonly id: string;
  readonly type: 'ImageService3';
  readonly protocol: 'http://iiif.io/api/image';
  readonly profile: 'level2';
  readonly width: number;
  readonly height: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
  readonly maxArea: number;
  readonly sizes: readonly ImageSize[];
  readonly tiles: readonly {
    readonly width: number;
    readonly height: number;
    readonly scaleFactors: readonly number[];
  }[];
  readonly preferredFormats: readonly string[];
  readonly extraQualities: readonly string[];
  readonly extraFormats: readonly string[];
  readonly extraFeatures: readonly string[];
}

/** The document of the image at `id`, its address without a slash at the end. */
export function iiifInformation(
  id: string,
  slide: Pick<SlideDescription, 'width' | 'height' | 'levels'>,
): IiifInformation {
  const { width, height } = slide;
  const side = deepZoomTileSize(slide);
  const factors = scaleFactors(Math.max(width, height), side);
  const sizes = [
    ...factors,
    ...scaleFactors(side, 1)
      .slice(1)
      .map((one) => one * (factors.at(-1) ?? 1)),
  ]
    .map((factor) => ({ width: Math.ceil(width / factor), height: Math.ceil(height / factor) }))
    .filter((one) => one.width * one.height <= IIIF_MAX_AREA && Math.max(one.width, one.height) >= 64)
    .filter((one) => Math.max(one.width, one.height) <= IIIF_MAX_SIDE);
  return {
    '@context': IIIF_CONTEXT,
    id,
    type: 'ImageService3',
    protocol: 'http://iiif.io/api/image',
    profile: 'level2',
    width,
    height,
    maxWidth: IIIF_MAX_SIDE,
    maxHeight: IIIF_MAX_SIDE,
    maxArea: IIIF_MAX_AREA,
    // From small to large, for a client that wants the first that is large enough.
    sizes: sizes.reverse(),
    tiles: [{ width: side, height: side, scaleFactors: factors }],
    preferredFormats: ['jpg'],
    extraQualities: IIIF_QUALITIES.filter((one) => one !== 'default'),
    // jpg and png belong to level 2.
    extraFormats: IIIF_FORMATS.filter((one) => one !== 'jpg' && one !== 'png'),
    extraFeatures: ['canonicalLinkHeader', 'mirroring', 'profileLinkHeader', 'sizeUpscaling'],
  };
}

/** 1, 2, 4 … until the longest side fits one tile. */
function scaleFactors(longest: number, tile: number): number[] {
  const factors = [1];
  for (let factor = 2; longest / (factor / 2) > tile; factor *= 2) factors.push(factor);
  return factors;
}
