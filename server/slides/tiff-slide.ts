/** A slide on top of a TIFF file, once a scanner's row has said which directory is what. */

import { AppError } from '#shared/errors.ts';
import type { LevelReader } from './level-reader.ts';
import { levelSlide, openProfile, tileError } from './level-slide.ts';
import type { Slide } from './slide.ts';
import type { SlideInput } from './slide-format.ts';
import { TIFF_LIMITS, type TiffDirectory, type TiffFile, type TiffLayout, type TiffLevelLayout } from './tiff.ts';
import { associatedReaders } from './tiff-associated.ts';
import { openGridLevel } from './tiff-grid-level.ts';
import { openMosaicLevel } from './tiff-mosaic-level.ts';
import { channelRefusal, checkPixels, storedAs } from './tiff-pixels.ts';
import { openSegments, type TiffSegments } from './tiff-segments.ts';
import { openStack } from './tiff-stack.ts';

/**
 * Opens the levels of `layout`; from now on the slide owns the source and closes it. When opening fails the source
 * stays the caller's. Errors: SLIDE_COMPRESSION_UNSUPPORTED, SLIDE_PIXELS_UNSUPPORTED, TIFF_MALFORMED, TIFF_LIMIT, and
 * TILE_UNDECODABLE for a level whose first tile is damaged.
 */
export async function openTiffSlide(
  { source, decoder }: SlideInput,
  format: string,
  tiff: TiffFile,
  layout: TiffLayout,
  signal?: AbortSignal,
): Promise<Slide> {
  if (layout.levels.length > TIFF_LIMITS.levels) {
    throw new AppError('TIFF_LIMIT', { what: 'levels', value: layout.levels.length, limit: TIFF_LIMITS.levels });
  }
  const opened = new Map<TiffDirectory, TiffSegments>();
  let mostTiles: number = TIFF_LIMITS.tilesPerSlide;
  const open = async (directory: TiffDirectory): Promise<TiffSegments> => {
    const present = opened.get(directory);
    if (present !== undefined) return present;
    const segments = await openSegments({ source, decoder }, directory, mostTiles, tiff.littleEndian, signal);
    mostTiles -= segments.tableRows;
    opened.set(directory, segments);
    return segments;
  };

  const [base] = directoriesOf(layout.levels[0]);
  const profile = base?.iccProfile ?? null;
  const common = {
    ...{
      format,
      // A picture that was cut into tiles here says nothing of what it was.
      facts: { ...layout, compression: base === undefined || format === 'flat-picture' ? null : storedAs(base) },
      associated: associatedReaders({ source, decoder }, tiff.littleEndian, layout.associated),
    },
    icc:
      profile === null
        ? null
        : await openProfile(
            (offset, length, readSignal) => source.read(profile.offsetBytes + offset, length, readSignal),
            profile.lengthBytes,
            signal,
          ),
    close: () => source.close(),
  };

  const { stack } = layout;
  if (stack !== undefined) {
    for (const focalPlane of stack.focalPlanesUm.keys()) {
      for (const channel of stack.channels.keys()) {
        for (const [index, directory] of stack.images(focalPlane, channel).entries()) {
          checkPixels(index, directory, channelRefusal(directory));
          await open(directory);
        }
      }
    }
    const segmentsOf = (directory: TiffDirectory): TiffSegments => {
      const segments = opened.get(directory);
      if (segments === undefined) throw new TypeError('Every directory of a stack was opened.');
      return segments;
    };
    const { channels, select } = await openStack(stack, segmentsOf, signal).catch((error: unknown) => {
      throw tileError(error, layout.levels.length - 1, 0, 0);
    });
    const { focalPlanesUm } = stack;
    const middle = { focalPlane: Math.floor(focalPlanesUm.length / 2), channels: [] };
    return levelSlide({
      ...common,
      levels: select(middle),
      channels,
      focalPlanesUm,
      defaultFocalPlane: middle.focalPlane,
      select,
    });
  }

  const levels: LevelReader[] = [];
  for (const [index, level] of layout.levels.entries()) {
    for (const directory of directoriesOf(level)) {
      checkPixels(index, directory);
      await open(directory);
    }
    levels.push(await openLevel(index, level, await Promise.all(directoriesOf(level).map(open)), signal));
  }
  return levelSlide({ ...common, levels });
}

function directoriesOf(level: TiffLevelLayout): readonly TiffDirectory[] {
  return level.kind === 'grid' ? [level.directory] : level.directories;
}

async function openLevel(
  index: number,
  level: TiffLevelLayout,
  segments: readonly TiffSegments[],
  signal: AbortSignal | undefined,
): Promise<LevelReader> {
  if (level.kind === 'mosaic') return openMosaicLevel(level, segments);
  const [own] = segments;
  if (own === undefined) throw new TypeError('A grid level has one directory.');
  return openGridLevel(index, level, own, signal).catch((error: unknown) => {
    throw tileError(error, index, 0, 0);
  });
}
