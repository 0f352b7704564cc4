/** A level of overlapping or scattered TIFF tiles. */

import { colourRaster } from '#server/codecs/sample-colours.ts';
import type { LevelReader } from './level-reader.ts';
import { mosaicLevel, type Piece } from './mosaic-level.ts';
import type { MosaicLevel } from './tiff.ts';
import { isLossy } from './tiff-grid-level.ts';
import { colourModel } from './tiff-pixels.ts';
import type { TiffSegments } from './tiff-segments.ts';

const TILE_SIDE = 512;
const WHITE = [255, 255, 255] as const;

/** The level; `opened` are the segments of its directories, in their order. Errors: TIFF_LIMIT. */
export function openMosaicLevel(
  layout: MosaicLevel,
  opened: readonly TiffSegments[],
  iccProfile: Uint8Array | null,
): LevelReader {
  // One number for each stored tile of each directory.
  const firsts: number[] = [];
  let total = 0;
  for (const { count } of opened) {
    firsts.push(total);
    total += count;
  }
  const of = (image: number): { segments: TiffSegments; place: number } => {
    const directory = firsts.findLastIndex((first) => first <= image);
    const segments = opened[directory];
    if (segments === undefined) throw new TypeError('A piece names a directory of its level.');
    return { segments, place: image - (firsts[directory] ?? 0) };
  };
  const pieces: Piece[] = [];
  for (const { directory, segment, ...piece } of layout.pieces) {
    const segments = opened[directory];
    if (segments === undefined || segment >= segments.count || segments.isBlank(segment)) continue;
    pieces.push({ image: (firsts[directory] ?? 0) + segment, ...piece });
  }
  return mosaicLevel({
    ...{ width: layout.width, height: layout.height, tileSide: TILE_SIDE, pieces, iccProfile, background: WHITE },
    lossy: opened.every(({ directory }) => isLossy(directory.compression)),
    imageVersion(image) {
      const { segments, place } = of(image);
      return segments.version(place);
    },
    async load(image) {
      const { segments, place } = of(image);
      return colourRaster(await segments.samples(place), colourModel(segments.directory) ?? 'rgb');
    },
  });
}
