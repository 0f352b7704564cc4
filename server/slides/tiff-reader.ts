/** Reads the directories of a TIFF or BigTIFF file of either byte order without trusting a single number in it. */

import type { ByteSource } from './source.ts';
import {
  isTiled,
  type SegmentTable,
  TIFF_LIMITS,
  type TiffArray,
  type TiffDirectory,
  type TiffFile,
  type TiffStrips,
  type TiffTiles,
} from './tiff.ts';
import { limit, malformed, TiffValues } from './tiff-entries.ts';

const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  imageDescription: 270,
  make: 271,
  model: 272,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  software: 305,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  subIfds: 330,
  sampleFormat: 339,
  jpegTables: 347,
  xmp: 700,
  iccProfile: 34675,
} as const;

const FIRST_PRIVATE_TAG = 65_000;

type Entries = ReadonlyMap<number, TiffArray>;

/**
 * Reads all directories of the chain and the SubIFDs of each (TIFF Technical Note 1), but no pixel and no tile table.
 *
 * Errors: TIFF_MALFORMED for loops, offsets past the end and missing tags; TIFF_LIMIT for more than TIFF_LIMITS.
 */
export async function readTiff(source: ByteSource, signal?: AbortSignal): Promise<TiffFile> {
  const values = new TiffValues(source, signal);
  const { littleEndian, bigTiff, ndpi, firstDirectoryOffset } = await values.header();
  const seen = new Set<number>();
  const visit = (offset: number): void => {
    if (seen.has(offset)) throw malformed(offset, 'the directories form a loop');
    seen.add(offset);
    if (seen.size > TIFF_LIMITS.directories) throw limit('directories', seen.size, TIFF_LIMITS.directories);
  };
  const directories: TiffDirectory[] = [];
  for (let offset = firstDirectoryOffset; offset !== 0; ) {
    visit(offset);
    const { entries, nextOffset } = await values.directory(offset);
    const subDirectories: TiffDirectory[] = [];
    const pointers = entries.get(TAG.subIfds);
    if (pointers !== undefined) {
      for (const subOffset of await values.integers(pointers, TIFF_LIMITS.directories, 'SubIFDs')) {
        visit(subOffset);
        subDirectories.push(await readDirectory(values, subOffset, (await values.directory(subOffset)).entries, []));
      }
    }
    directories.push(await readDirectory(values, offset, entries, subDirectories));
    offset = nextOffset;
  }
  const [first, ...rest] = directories;
  if (first === undefined) throw malformed(4, 'it has no directory');
  return { littleEndian, bigTiff, ndpi, directories: [first, ...rest] };
}

async function readDirectory(
  values: TiffValues,
  offsetBytes: number,
  entries: Entries,
  subDirectories: readonly TiffDirectory[],
): Promise<TiffDirectory> {
  const integer = async <Missing>(tag: number, missing: Missing): Promise<number | Missing> => {
    const array = entries.get(tag);
    if (array === undefined) return missing;
    return (await values.integers(array, 64, `tag ${tag}`))[0] ?? missing;
  };
  const text = async (tag: number): Promise<string> => {
    const array = entries.get(tag);
    if (array === undefined) return '';
    const bytes = await values.bytes(array, TIFF_LIMITS.textBytes, `tag ${tag}`);
    return new TextDecoder().decode(bytes).replace(/\0+$/, '');
  };
  const real = async (tag: number): Promise<number> => {
    const array = entries.get(tag);
    return array === undefined ? Number.NaN : await values.real(array);
  };

  const width = await integer(TAG.imageWidth, 0);
  const height = await integer(TAG.imageLength, 0);
  if (width < 1 || height < 1) throw malformed(offsetBytes, 'a directory lacks the width or height of its image');
  const side = Math.max(width, height);
  if (side > TIFF_LIMITS.sidePx) throw limit('an image side in px of', side, TIFF_LIMITS.sidePx);

  const samplesPerPixel = await integer(TAG.samplesPerPixel, 1);
  const bits = entries.get(TAG.bitsPerSample);
  const tables = entries.get(TAG.jpegTables);
  const icc = entries.get(TAG.iccProfile);
  const x = await real(TAG.xResolution);
  const y = await real(TAG.yResolution);
  return {
    offsetBytes,
    width,
    height,
    subfileType: await integer(TAG.newSubfileType, 0),
    bitsPerSample: bits === undefined ? [1] : await values.integers(bits, 64, 'BitsPerSample values'),
    samplesPerPixel,
    sampleFormat: await integer(TAG.sampleFormat, 1),
    compression: await integer(TAG.compression, 1),
    photometric: await integer(TAG.photometric, samplesPerPixel >= 3 ? 2 : 1),
    planarConfiguration: await integer(TAG.planarConfiguration, 1),
    predictor: await integer(TAG.predictor, 1),
    orientation: await integer(TAG.orientation, 1),
    data: (await readTiles(entries, integer, offsetBytes)) ?? (await readStrips(entries, integer, height)),
    jpegTables: tables === undefined ? null : await values.bytes(tables, TIFF_LIMITS.jpegTablesBytes, 'JPEG tables'),
    description: await text(TAG.imageDescription),
    make: await text(TAG.make),
    model: await text(TAG.model),
    software: await text(TAG.software),
    xmp: await text(TAG.xmp),
    iccProfile: icc === undefined ? null : iccRange(icc),
    resolution: x > 0 && y > 0 ? { x, y, unit: await integer(TAG.resolutionUnit, null) } : null,
    subDirectories,
    privateTags: new Map([...entries].filter(([tag]) => tag >= FIRST_PRIVATE_TAG)),
  };
}

type IntegerOf = <Missing>(tag: number, missing: Missing) => Promise<number | Missing>;

/** TIFF 6.0 section 15. */
async function readTiles(entries: Entries, integer: IntegerOf, offsetBytes: number): Promise<TiffTiles | null> {
  const offsets = entries.get(TAG.tileOffsets);
  const byteCounts = entries.get(TAG.tileByteCounts);
  const tileWidth = await integer(TAG.tileWidth, 0);
  const tileHeight = await integer(TAG.tileLength, 0);
  if (offsets === undefined && tileWidth === 0) return null;
  if (offsets === undefined || byteCounts === undefined || tileWidth < 1 || tileHeight < 1) {
    throw malformed(offsetBytes, 'a tiled directory lacks TileWidth, TileLength, TileOffsets or TileByteCounts');
  }
  const large = Math.max(tileWidth, tileHeight);
  if (large > TIFF_LIMITS.tileSidePx) throw limit('a tile side in px of', large, TIFF_LIMITS.tileSidePx);
  return { kind: 'tiles', tileWidth, tileHeight, offsets, byteCounts };
}

/** TIFF 6.0 section 3; RowsPerStrip is by default the whole image. */
async function readStrips(entries: Entries, integer: IntegerOf, height: number): Promise<TiffStrips | null> {
  const offsets = entries.get(TAG.stripOffsets);
  const byteCounts = entries.get(TAG.stripByteCounts);
  if (offsets === undefined || byteCounts === undefined) return null;
  const rows = await integer(TAG.rowsPerStrip, height);
  return { kind: 'strips', rowsPerStrip: rows < 1 ? height : Math.min(rows, height), offsets, byteCounts };
}

function iccRange(array: TiffArray): TiffDirectory['iccProfile'] {
  if (array.count > TIFF_LIMITS.iccProfileBytes) {
    throw limit('ICC profile bytes', array.count, TIFF_LIMITS.iccProfileBytes);
  }
  // The header of a profile alone has 128 bytes (ICC.1 section 7.2): less is a leftover tag, not a profile.
  return array.count < 128 ? null : { offsetBytes: array.offsetBytes, lengthBytes: array.count };
}

/** Number of tiles or strips the size of the image asks for; each colour has its own when stored in planes. */
export function segmentCount(directory: TiffDirectory): number {
  const planes = directory.planarConfiguration === 2 ? directory.samplesPerPixel : 1;
  return planes * segmentsOfPlane(directory);
}

function segmentsOfPlane(directory: TiffDirectory): number {
  if (isTiled(directory)) {
    const { tileWidth, tileHeight } = directory.data;
    return Math.ceil(directory.width / tileWidth) * Math.ceil(directory.height / tileHeight);
  }
  return directory.data?.kind === 'strips' ? Math.ceil(directory.height / directory.data.rowsPerStrip) : 0;
}

/**
 * Reads where every tile or strip of a directory lies, and checks each: at most 16 MB and inside the file.
 * `most` bounds the number of segments. Errors: TIFF_MALFORMED, TIFF_LIMIT.
 */
export async function readSegmentTable(
  source: ByteSource,
  directory: TiffDirectory,
  most: number,
  signal?: AbortSignal,
): Promise<SegmentTable> {
  const { data } = directory;
  if (data === null) throw malformed(directory.offsetBytes, 'a directory has neither tiles nor strips');
  if (data.kind === 'tiles') {
    const small = Math.min(data.tileWidth, data.tileHeight);
    const least = TIFF_LIMITS.smallestTileSidePx;
    if (small < least) throw malformed(directory.offsetBytes, `tiles of ${small} px are smaller than ${least} px`);
  }
  const count = segmentCount(directory);
  if (count > most) throw limit(data.kind, count, most);
  if (data.offsets.count !== count || data.byteCounts.count !== count) {
    const found = `${data.offsets.count} offsets and ${data.byteCounts.count} byte counts`;
    throw malformed(directory.offsetBytes, `the image needs ${count} ${data.kind} but has ${found}`);
  }
  const values = new TiffValues(source, signal);
  await values.header();
  const offsets = await values.integerTable(data.offsets, 'a table of offsets');
  const lengths = await values.integerTable(data.byteCounts, 'a table of byte counts');
  const byteCounts = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    const length = lengths[index] ?? 0;
    const offset = offsets[index] ?? 0;
    if (length > TIFF_LIMITS.segmentBytes) throw limit('a tile or strip with bytes', length, TIFF_LIMITS.segmentBytes);
    if (offset + length > source.sizeBytes) {
      throw malformed(offset, `the data of ${data.kind} number ${index} lies past the end of the file`);
    }
    byteCounts[index] = length;
  }
  return { offsets, byteCounts };
}
