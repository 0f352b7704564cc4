/**
 * 3DHISTECH MRXS: a folder of Slidedat.ini, Index.dat and data files, sent as a .zip. A camera took overlapping fields,
 * each of which is cut into images of equal size; a table says where each field lies. Images of a reduced level are made of
 * 2 × 2 of the level before, so that one may hold parts of several fields, which are laid out one by one. Fields may lie
 * between pixels of a reduced level; they are put to the nearest.
 */

import { inflateSync } from 'node:zlib';
import type { RasterImage } from '#server/codecs/raster.ts';
import { colourRaster } from '#server/codecs/sample-colours.ts';
import type { SlideDecoder } from '#server/codecs/slide-decoding.ts';
import type { LevelReader } from '#server/slides/level-reader.ts';
import { levelSlide } from '#server/slides/level-slide.ts';
import {
  type MiraxIndex,
  type MiraxIni,
  type MiraxRecord,
  readMiraxIndex,
  readMiraxIni,
} from '#server/slides/mirax-index.ts';
import { fieldPositions, levelPieces, type MiraxGrid, readGrid } from '#server/slides/mirax-layout.ts';
import { indexPieces, mosaicLevel } from '#server/slides/mosaic-level.ts';
import type { SlideFormat } from '#server/slides/slide-format.ts';
import type { ByteSource } from '#server/slides/source.ts';
import { isPlausibleMpp, positiveNumber, stated, TIFF_LIMITS, type TiffAssociated } from '#server/slides/tiff.ts';
import { associatedReaders } from '#server/slides/tiff-associated.ts';
import { isSlideIni, looksLikeZip, openZipFolder, type ZipFolder } from '#server/slides/zip-folder.ts';
import { AppError } from '#shared/errors.ts';

const GENERAL = 'GENERAL';
const HIERARCHY = 'HIERARCHICAL';
const TILE_SIDE = 512;
const MOST_FILES = 4096;

export const mirax: SlideFormat = {
  name: 'mirax-zip',
  detect: ({ head }) => (looksLikeZip(head) ? true : 'it is not a .zip with the folder of an MRXS slide'),
  async open({ source, decoder }, signal) {
    const zip = await openZipFolder(source, signal);
    const [ini, ...others] = zip.names.filter(isSlideIni);
    if (ini === undefined || others.length > 0) {
      const reason = `mirax-zip: the .zip holds ${others.length + (ini === undefined ? 0 : 1)} slides instead of one`;
      throw new AppError('SLIDE_FORMAT_UNSUPPORTED', { reason });
    }
    const folder = ini.slice(0, ini.length - 'Slidedat.ini'.length);
    const opened: ByteSource[] = [];
    const close = async (): Promise<void> => {
      await Promise.all(opened.map((one) => one.close()));
    };
    try {
      opened.push(await zip.open(ini, signal));
      const slidedat = await readMiraxIni(opened[0] ?? source, signal);
      const open = async (name: string): Promise<ByteSource> => {
        opened.push(await zip.open(inFolder(zip, folder, name), signal));
        return opened.at(-1) ?? source;
      };
      const indexSource = await open(slidedat.text(HIERARCHY, 'INDEXFILE'));
      const index = await readMiraxIndex(indexSource, slidedat.text(GENERAL, 'SLIDE_ID'), signal);
      const files: ByteSource[] = [];
      const fileCount = slidedat.integer('DATAFILE', 'FILE_COUNT', 1, MOST_FILES);
      for (let number = 0; number < fileCount; number++)
        files.push(await open(slidedat.text('DATAFILE', `FILE_${number}`)));
      const read = (record: MiraxRecord, readSignal?: AbortSignal): Promise<Uint8Array> =>
        readRecord(files, record, readSignal);
      const grid = readGrid(slidedat);
      const positions = await fieldPositions(grid, await positionTable(slidedat, index, grid, read));
      const active = new Set<number>();
      const levels: LevelReader[] = grid.levels.map((_, level) => {
        const images = index.images(level);
        return miraxLevel(grid, level, images, levelPieces(grid, level, images, positions, active), read, decoder);
      });
      const [base] = grid.levels;
      const mpp = { x: base?.mppX ?? 0, y: base?.mppY ?? 0 };
      const power = positiveNumber(slidedat.optional(GENERAL, 'OBJECTIVE_MAGNIFICATION'));
      return levelSlide({
        format: 'mirax-zip',
        facts: {
          vendor: '3DHISTECH',
          mpps: stated(isPlausibleMpp(mpp.x) && isPlausibleMpp(mpp.y) ? { ...mpp, source: 'scanner-metadata' } : null),
          objective: power === null ? null : { power, source: 'scanner-metadata' },
          scanner: slidedat.optional('NONHIERLAYER_0_SECTION', 'SCANNER_HARDWARE_VERSION')?.slice(0, 64) ?? null,
        },
        levels,
        associated: associatedReaders({ source, decoder }, true, await associated(slidedat, index, read)),
        icc: null,
        async close() {
          await close();
          await source.close();
        },
      });
    } catch (error) {
      await close();
      throw error;
    }
  },
};

/** The ini names files of its own folder: anything with a path in it wants another. */
function inFolder(zip: ZipFolder, folder: string, name: string): string {
  if (name === '' || name === '..' || /[/\\:\0]/.test(name)) throw new AppError('ZIP_PATH_UNSAFE');
  const path = folder + name;
  const found = zip.names.find((one) => one.toLowerCase() === path.toLowerCase());
  if (found === undefined) throw new AppError('SLIDE_INCOMPLETE', { reason: 'a data file of the slide is missing' });
  return found;
}

async function readRecord(
  files: readonly ByteSource[],
  { file, offset, length }: MiraxRecord,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const source = files[file];
  if (source === undefined || length > TIFF_LIMITS.segmentBytes || offset + length > source.sizeBytes) {
    throw new AppError('SLIDE_METADATA_INVALID', {
      what: 'Index.dat',
      reason: 'it points past the end of a data file',
    });
  }
  return source.read(offset, length, signal);
}

function miraxLevel(
  grid: MiraxGrid,
  level: number,
  images: readonly MiraxRecord[],
  pieces: ReturnType<typeof levelPieces>,
  read: (record: MiraxRecord) => Promise<Uint8Array>,
  decoder: SlideDecoder,
): LevelReader {
  const shape = grid.levels[level];
  if (shape === undefined) throw new TypeError('The grid has this level.');
  const of = (image: number): MiraxRecord => {
    const record = images[image];
    if (record === undefined) throw new TypeError('A piece names an image of its level.');
    return record;
  };
  return mosaicLevel({
    ...{ width: shape.width, height: shape.height, tileSide: TILE_SIDE, pieces: indexPieces(pieces) },
    ...{ lossy: shape.format === 'JPEG', background: shape.fill },
    imageVersion: (image) => `${of(image).file}-${of(image).offset.toString(36)}-${of(image).length.toString(36)}`,
    async load(image): Promise<RasterImage> {
      const bytes = await read(of(image));
      const size = { width: shape.imageWidth, height: shape.imageHeight };
      if (shape.format === 'PNG') return decoder.raster({ bytes, format: 'PNG', ...size });
      const form = { ...size, channels: 3, bits: 8, sampleFormat: 1, littleEndian: true, predictor: 1, ycbcr: true };
      const segment = { bytes, form: { ...form, compression: 7, jpegTables: null } };
      return colourRaster(await decoder.segment(segment), 'rgb');
    },
  });
}

/** Records outside the hierarchy are numbered through all their names and values. */
function recordNumber(ini: MiraxIni, name: string, value: string | null): number | null {
  const count = ini.integer(HIERARCHY, 'NONHIER_COUNT', 0, 256);
  let number = 0;
  for (let layer = 0; layer < count; layer++) {
    const values = ini.integer(HIERARCHY, `NONHIER_${layer}_COUNT`, 1, 65_536);
    if (ini.text(HIERARCHY, `NONHIER_${layer}_NAME`) === name) {
      if (value === null) return number;
      for (let one = 0; one < values; one++) {
        if (ini.optional(HIERARCHY, `NONHIER_${layer}_VAL_${one}`) === value) return number + one;
      }
    }
    number += values;
  }
  return null;
}

type Read = (record: MiraxRecord) => Promise<Uint8Array>;

/** 9 bytes a field: a flag and the place, as two signed words; null when the slide has no table. */
async function positionTable(
  ini: MiraxIni,
  index: MiraxIndex,
  grid: MiraxGrid,
  read: Read,
): Promise<Uint8Array | null> {
  const length = grid.fieldColumns * grid.fieldRows * 9;
  const plain = recordNumber(ini, 'VIMSLIDE_POSITION_BUFFER', null);
  if (plain !== null) return read(index.record(plain));
  const packed = recordNumber(ini, 'StitchingIntensityLayer', null);
  if (packed === null) return null;
  try {
    return inflateSync(await read(index.record(packed)), { maxOutputLength: length });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = 'the table of positions cannot be unpacked';
    throw new AppError('SLIDE_METADATA_INVALID', { what: 'position table', reason }, { cause });
  }
}

async function associated(ini: MiraxIni, index: MiraxIndex, read: Read): Promise<TiffAssociated[]> {
  const found: TiffAssociated[] = [];
  for (const [name, value] of [
    ['macro', 'ScanDataLayer_SlideThumbnail'],
    ['label', 'ScanDataLayer_SlideBarcode'],
    ['thumbnail', 'ScanDataLayer_SlidePreview'],
  ] as const) {
    const number = recordNumber(ini, 'Scan data layer', value);
    if (number !== null) found.push({ name, jpeg: await read(index.record(number)) });
  }
  return found;
}
