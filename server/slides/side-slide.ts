/** A slide counted together with its side pyramid. */

import type { SlideDecoder } from '#server/codecs/slide-decoding.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import { joinLevels } from '#shared/imaging/side-levels.ts';
import type { Slide } from './slide.ts';
import type { ByteSource } from './source.ts';
import { gridLevels } from './tiff.ts';
import { readTiff } from './tiff-reader.ts';
import { openTiffSlide } from './tiff-slide.ts';

/** The levels of a side pyramid as a slide of their own, which closes the source. */
export async function openSidePyramid(source: ByteSource, decoder: SlideDecoder, signal?: AbortSignal): Promise<Slide> {
  const tiff = await readTiff(source, signal);
  const layout = { vendor: null, mpps: [], objective: null, levels: gridLevels(tiff.directories), associated: [] };
  return openTiffSlide({ source, decoder }, 'side-pyramid', tiff, layout, signal);
}

/**
 * The slide with the levels it lacked; it owns both. Versions of tiles of the side pyramid begin with `sideName`, for
 * another one may hold other bytes at the same place.
 */
export function joinSlides(file: Slide, side: Slide, sideName: string): Slide {
  const joined = joinLevels(file.description.levels, side.description.levels);
  const { width, height } = file.description;
  const description: SlideDescription = {
    ...file.description,
    levels: joined.map(({ level }) => ({
      ...level,
      downsampleX: width / level.width,
      downsampleY: height / level.height,
    })),
  };
  const at = (level: number, column: number, row: number): { slide: Slide; index: number; isSide: boolean } => {
    const place = joined[level]?.place;
    if (place === undefined) throw new AppError('TILE_OUT_OF_RANGE', { level, column, row });
    const isSide = place.stored === 'side';
    return { slide: isSide ? side : file, index: place.index, isSide };
  };
  /** What is wrong with a tile, in the counting of the joined levels. */
  const recounted = (error: unknown, level: number): unknown =>
    error instanceof AppError && 'level' in error.params
      ? new AppError(error.code, { ...error.params, level }, { cause: error })
      : error;
  const counted = async <Value>(level: number, read: () => Promise<Value>): Promise<Value> => {
    try {
      return await read();
    } catch (error) {
      throw recounted(error, level);
    }
  };
  const versionOf = (level: number, column: number, row: number): string => {
    const { slide, index, isSide } = at(level, column, row);
    try {
      const version = slide.tileVersion(index, column, row);
      return isSide ? `${sideName}-${version}` : version;
    } catch (error) {
      throw recounted(error, level);
    }
  };
  return {
    description,
    passesThrough: (level) => joined[level] !== undefined && at(level, 0, 0).slide.passesThrough(at(level, 0, 0).index),
    tileMediaType(level) {
      const { slide, index } = at(level, 0, 0);
      return slide.tileMediaType(index);
    },
    tileVersion: versionOf,
    tile: (level, column, row, signal) =>
      counted(level, async () => {
        const { slide, index } = at(level, column, row);
        return { ...(await slide.tile(index, column, row, signal)), version: versionOf(level, column, row) };
      }),
    decodedTile: (level, column, row, signal) =>
      counted(level, async () => {
        const { slide, index } = at(level, column, row);
        return slide.decodedTile(index, column, row, signal);
      }),
    firstStoredTile(level) {
      const { slide, index } = at(level, 0, 0);
      return slide.firstStoredTile(index);
    },
    select(selection) {
      // Only slides of a single plane and channel have side pyramids: what is known is what is shown.
      file.select(selection);
      return this;
    },
    associatedImage: (name, signal) => file.associatedImage(name, signal),
    iccProfile: (signal) => file.iccProfile(signal),
    async close() {
      await Promise.all([file.close(), side.close()]);
    },
  };
}
