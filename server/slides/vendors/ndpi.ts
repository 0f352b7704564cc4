/**
 * Hamamatsu NDPI: a classic TIFF with 64-bit offsets whose pages are one JPEG each, in a single strip. Tags of their own
 * say what a page is: SourceLens is the objective, -1 for the macro image and -2 for the focus map; FocalPlane is the height
 * over the main plane. Restart positions are in two tables of 32-bit halves. A page without restart markers is read whole.
 */

import { parseJpegHeader } from '#server/codecs/jpeg.ts';
import { colourTransform } from '#server/codecs/jpeg-assembly.ts';
import { readRestartHeader } from '#server/codecs/jpeg-restart.ts';
import type { LevelReader } from '#server/slides/level-reader.ts';
import { type AssociatedReader, levelSlide, tileError } from '#server/slides/level-slide.ts';
import { restartLevel } from '#server/slides/restart-level.ts';
import type { SlideFormat, SlideInput } from '#server/slides/slide-format.ts';
import {
  gridLevel,
  PHOTOMETRIC,
  resolutionCalibration,
  stated,
  TIFF_LIMITS,
  type TiffDirectory,
  type TiffFile,
} from '#server/slides/tiff.ts';
import { associatedReaders } from '#server/slides/tiff-associated.ts';
import { TiffValues } from '#server/slides/tiff-entries.ts';
import { openGridLevel } from '#server/slides/tiff-grid-level.ts';
import { checkPixels } from '#server/slides/tiff-pixels.ts';
import { openSegments } from '#server/slides/tiff-segments.ts';
import { AppError } from '#shared/errors.ts';

const TAG = { sourceLens: 65_421, focalPlane: 65_424, mcuStarts: 65_426, mcuStartsHigh: 65_432 } as const;
const HEADER_BYTES = 64 * 1024;

/** A directory and what its private tags say. */
interface Page {
  readonly directory: TiffDirectory;
  readonly lens: number;
  readonly focalPlane: number;
}

export const ndpi: SlideFormat = {
  name: 'hamamatsu-ndpi',
  detect({ tiff }) {
    if (tiff === null) return 'it is not a TIFF file';
    return tiff.ndpi ? true : 'it lacks the tag that NDPI pages have';
  },
  async open(file, signal) {
    const { source, tiff } = file;
    if (tiff === null) throw new TypeError('A format is opened only after it recognised the file.');
    const values = new TiffValues(source, signal);
    await values.header();
    const pages: Page[] = [];
    for (const directory of tiff.directories) {
      const lens = directory.privateTags.get(TAG.sourceLens);
      const plane = directory.privateTags.get(TAG.focalPlane);
      pages.push({
        directory,
        lens: lens === undefined ? Number.NaN : await values.real(lens),
        focalPlane: plane === undefined ? 0 : await values.signed(plane),
      });
    }
    const slidePages = pages.filter(({ lens }) => lens > 0);
    const heights = [...new Set(slidePages.map(({ focalPlane }) => focalPlane))].sort((one, other) => one - other);
    const planes: LevelReader[][] = [];
    for (const height of heights) {
      const levels = pyramid(slidePages.filter(({ focalPlane }) => focalPlane === height));
      const readers: LevelReader[] = [];
      for (const [index, { directory }] of levels.entries()) {
        readers.push(
          await openLevel(file, tiff, values, directory, index, signal).catch((error: unknown) => {
            throw tileError(error, index, 0, 0);
          }),
        );
      }
      planes.push(readers);
    }
    const main = Math.max(0, heights.indexOf(0));
    const levels = planes[main];
    const base = pyramid(slidePages.filter(({ focalPlane }) => focalPlane === (heights[main] ?? 0)))[0];
    if (levels === undefined || base === undefined) throw invalid('no page is a level');
    const alike = planes.every((one) => one.length === levels.length && one[0]?.width === levels[0]?.width);
    return levelSlide({
      format: 'hamamatsu-ndpi',
      facts: {
        vendor: 'Hamamatsu',
        mpps: stated(resolutionCalibration(base.directory)).map((mpp) => ({ ...mpp, source: 'scanner-metadata' })),
        objective: { power: base.lens, source: 'scanner-metadata' },
        compression: 'JPEG',
        scanner: base.directory.model === '' ? null : base.directory.model,
      },
      levels,
      associated: await macroOf(file, pages, signal),
      icc: null,
      ...(alike && planes.length > 1
        ? {
            defaultFocalPlane: main,
            focalPlanesUm: heights.map((height) => height / 1000),
            select: ({ focalPlane }) => planes[focalPlane] ?? levels,
          }
        : {}),
      close: () => source.close(),
    });
  },
};

/** From full resolution down; a page that is no smaller than the one before repeats it. */
function pyramid(pages: readonly Page[]): readonly Page[] {
  const sorted = [...pages].sort((one, other) => other.directory.width - one.directory.width);
  return sorted.filter(({ directory }, index) => directory.width !== sorted[index - 1]?.directory.width);
}

async function openLevel(
  input: SlideInput,
  tiff: TiffFile,
  values: TiffValues,
  directory: TiffDirectory,
  level: number,
  signal: AbortSignal | undefined,
): Promise<LevelReader> {
  checkPixels(level, directory);
  const strip = await onlyStrip(values, directory);
  const bytes = await input.source.read(strip.offset, Math.min(HEADER_BYTES, strip.length), signal);
  const header = readRestartHeader(bytes);
  const starts = await restartPositions(values, directory, strip.offset);
  if (header.restartInterval === 0 || starts === null) {
    const segments = await openSegments(input, directory, 1, tiff.littleEndian, signal);
    return openGridLevel(level, gridLevel(directory), segments, signal);
  }
  const ycbcr = directory.photometric === PHOTOMETRIC.ycbcr;
  return restartLevel(input, {
    ...{ width: directory.width, height: directory.height, starts, end: strip.offset + strip.length, ycbcr },
    header: bytes.subarray(0, header.lengthBytes),
    restartInterval: header.restartInterval,
    mcuWidth: header.mcuWidth,
    mcuHeight: header.mcuHeight,
  });
}

async function onlyStrip(values: TiffValues, directory: TiffDirectory): Promise<{ offset: number; length: number }> {
  const { data } = directory;
  if (data?.kind !== 'strips') throw invalid('a page is not stored in strips');
  const [offset] = await values.integers(data.offsets, 1, 'strips of a page');
  const [length] = await values.integers(data.byteCounts, 1, 'strips of a page');
  if (offset === undefined || length === undefined || length === 0) throw invalid('a page has no pixels');
  if (offset + length > values.sizeBytes) throw invalid('the pixels of a page lie past the end of the file');
  return { offset, length };
}

/** Where the intervals lie in the file; the tags count from the start of the strip. */
async function restartPositions(
  values: TiffValues,
  directory: TiffDirectory,
  offset: number,
): Promise<Float64Array | null> {
  const low = directory.privateTags.get(TAG.mcuStarts);
  const high = directory.privateTags.get(TAG.mcuStartsHigh);
  if (low === undefined) return null;
  if (low.count > TIFF_LIMITS.tilesPerSlide) throw invalid(`a page has ${low.count} restart positions`);
  const starts = await values.integerTable(low, 'a table of restart positions');
  const upper = high?.count === low.count ? await values.integerTable(high, 'a table of restart positions') : null;
  for (let index = 0; index < starts.length; index++) {
    starts[index] = offset + (starts[index] ?? 0) + (upper?.[index] ?? 0) * 2 ** 32;
    if ((starts[index] ?? 0) >= values.sizeBytes) throw invalid('a restart position lies past the end of the file');
  }
  return starts;
}

/** The macro image shows the label: it is one of the pictures that need a permission. */
async function macroOf(input: SlideInput, pages: readonly Page[], signal?: AbortSignal): Promise<AssociatedReader[]> {
  const macro = pages.find(({ lens }) => lens === -1);
  if (macro === undefined) return [];
  const { source } = input;
  const values = new TiffValues(source, signal);
  await values.header();
  const strip = await onlyStrip(values, macro.directory);
  if (strip.length > TIFF_LIMITS.segmentBytes) throw invalid('the macro image is too large');
  const jpeg = await source.read(strip.offset, strip.length, signal);
  const { frame } = parseJpegHeader(jpeg);
  if (frame === null || colourTransform(frame, true) === null) return [];
  return associatedReaders(input, true, [{ name: 'macro', jpeg }]);
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'NDPI directory', reason });
}
