/**
 * The model of a TIFF or BigTIFF file (TIFF 6.0; BigTIFF as libtiff defines it): its directories, named facts
 * instead of numbered tags, and the limits within which we accept them. Reading is in `tiff-reader.ts`.
 */

import type { AssociatedImageName, SlideChannel, StatedMpp } from '#shared/imaging/pyramid.ts';
import type { SlideFacts } from './level-slide.ts';

/** Beyond these a file is refused with TIFF_LIMIT, before memory is taken for it. */
export const TIFF_LIMITS = {
  directories: 1024,
  entriesPerDirectory: 512,
  sidePx: 2_000_000,
  tileSidePx: 4096,
  /** TIFF 6.0 section 15 asks for multiples of 16; less makes tables larger than pictures. */
  smallestTileSidePx: 16,
  tilesPerSlide: 4_000_000,
  segmentBytes: 16 * 1024 * 1024,
  jpegTablesBytes: 64 * 1024,
  textBytes: 8 * 1024 * 1024,
  iccProfileBytes: 4 * 1024 * 1024,
  /** All texts and tables of a file together, since many directories may point to the same bytes. */
  metadataBytes: 32 * 1024 * 1024,
  stripsPerPage: 65_536,
  levels: 32,
} as const;

export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, ycbcr: 6 } as const;

/** Where an array of numbers lies in the file and how it is written. */
export interface TiffArray {
  readonly type: number;
  readonly count: number;
  readonly offsetBytes: number;
  /** Upper half of a single inline integer; NDPI keeps it elsewhere. */
  readonly highWord?: number;
}

export interface TiffTiles {
  readonly kind: 'tiles';
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly offsets: TiffArray;
  readonly byteCounts: TiffArray;
}

export interface TiffStrips {
  readonly kind: 'strips';
  readonly rowsPerStrip: number;
  readonly offsets: TiffArray;
  readonly byteCounts: TiffArray;
}

export interface TiffDirectory {
  /** Position of the directory in the file. */
  readonly offsetBytes: number;
  readonly width: number;
  readonly height: number;
  /** NewSubfileType: bit 0 reduced resolution; Aperio writes 1 for the label and 9 for the macro image. */
  readonly subfileType: number;
  readonly bitsPerSample: readonly number[];
  readonly samplesPerPixel: number;
  readonly sampleFormat: number;
  readonly compression: number;
  readonly photometric: number;
  readonly planarConfiguration: number;
  readonly predictor: number;
  readonly orientation: number;
  readonly data: TiffTiles | TiffStrips | null;
  readonly jpegTables: Uint8Array | null;
  readonly description: string;
  readonly make: string;
  readonly model: string;
  readonly software: string;
  readonly xmp: string;
  readonly iccProfile: { readonly offsetBytes: number; readonly lengthBytes: number } | null;
  /** Pixels per unit, and the ResolutionUnit as written (null when the tag is absent). */
  readonly resolution: { readonly x: number; readonly y: number; readonly unit: number | null } | null;
  readonly subDirectories: readonly TiffDirectory[];
  /** Tags from 65000 on, which belong to makers of scanners. */
  readonly privateTags: ReadonlyMap<number, TiffArray>;
}

export interface TiffFile {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  /** Hamamatsu's variant: classic TIFF with offsets of 64 bits. */
  readonly ndpi: boolean;
  /** Never empty. */
  readonly directories: readonly [TiffDirectory, ...TiffDirectory[]];
}

/** Where each tile or strip lies; a byte count of 0 says that it was never written. */
export interface SegmentTable {
  readonly offsets: Float64Array;
  readonly byteCounts: Uint32Array;
}

/** A level whose tiles lie side by side, as they are stored. */
export interface GridLevel {
  readonly kind: 'grid';
  readonly directory: TiffDirectory;
  /** The part of the directory's picture that was scanned; some scanners pad it to whole tiles. */
  readonly width: number;
  readonly height: number;
}

/**
 * Stored tiles, or equal parts of them, laid out in columns and rows that may lie closer than the tiles are wide. The cell
 * of column c and row r lies at (originX + c × advanceX, originY + r × advanceY), rounded; those down and to the right lie
 * on top of their neighbours.
 */
export interface TiffLattice {
  /** Index in `directories` of the level. */
  readonly directory: number;
  readonly firstColumn: number;
  readonly firstRow: number;
  readonly columns: number;
  readonly rows: number;
  readonly originX: number;
  readonly originY: number;
  readonly advanceX: number;
  readonly advanceY: number;
  /** Cells along a side of a stored tile, each an equal part of it. */
  readonly cellsPerTile: number;
}

/** A level whose stored tiles overlap or belong to several areas of the glass: it is put together anew. */
export interface MosaicLevel {
  readonly kind: 'mosaic';
  readonly directories: readonly TiffDirectory[];
  readonly width: number;
  readonly height: number;
  /** Later ones lie on top. */
  readonly lattices: readonly TiffLattice[];
}

export type TiffLevelLayout = GridLevel | MosaicLevel;

/** Several images of the same place: focal planes, channels of light, or both. */
export interface TiffStack {
  readonly focalPlanesUm: readonly (number | null)[];
  /** A window of null is found from the pixels. */
  readonly channels: readonly SlideChannel[];
  /** Each image from full resolution down; all images have the same number of levels of the same sizes. */
  images(focalPlane: number, channel: number): readonly TiffDirectory[];
  /** Which sample of a pixel holds the channel, for writers that interleave them; 0 otherwise. */
  sample(channel: number): number;
}

/** A picture beside the pyramid: a directory, or a complete JPEG found elsewhere in the file's metadata. */
export type TiffAssociated =
  | { readonly name: AssociatedImageName; readonly directory: TiffDirectory }
  | { readonly name: AssociatedImageName; readonly jpeg: Uint8Array };

/** Which directory of a file plays which part: what a scanner's row finds out and nobody else needs to know. */
export interface TiffLayout extends SlideFacts {
  /** From full resolution down; never empty. */
  readonly levels: readonly [TiffLevelLayout, ...TiffLevelLayout[]];
  readonly associated: readonly TiffAssociated[];
  /** `levels` are then those of the first image, whose sizes and tiling hold for all. */
  readonly stack?: TiffStack;
}

/** One kind of TIFF slide: how it is recognised and how its directories are to be read. */
export interface TiffFormat {
  readonly name: string;
  /** True, or the sentence why the file is not of this kind. */
  detect(tiff: TiffFile): true | string;
  /** Only called after `detect` said true. */
  layout(tiff: TiffFile): TiffLayout;
}

/** A directory as a level of its own size. */
export function gridLevel(directory: TiffDirectory): GridLevel {
  return { kind: 'grid', directory, width: directory.width, height: directory.height };
}

/** Directories as levels. Throws TypeError for none, which a row's `detect` has excluded. */
export function gridLevels(directories: readonly TiffDirectory[]): [TiffLevelLayout, ...TiffLevelLayout[]] {
  const [base, ...rest] = directories;
  if (base === undefined) throw new TypeError('A slide has at least one level.');
  return [gridLevel(base), ...rest.map(gridLevel)];
}

/** True for a directory stored in tiles (TIFF 6.0 section 15). */
export function isTiled(directory: TiffDirectory): directory is TiffDirectory & { readonly data: TiffTiles } {
  return directory.data?.kind === 'tiles';
}

/** The statements that are there, in the order given. */
export function stated(...mpps: readonly (StatedMpp | null)[]): StatedMpp[] {
  return mpps.filter((mpp) => mpp !== null);
}

/** A number above 0; scanners set to some languages write a decimal comma. */
export function positiveNumber(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^\d+([.,]\d+)?$/.test(text.trim())) return null;
  const value = Number(text.trim().replace(',', '.'));
  return value > 0 ? value : null;
}

/** True when a number can be the width of a pixel of a microscope image in micrometres. */
export function isPlausibleMpp(value: number): boolean {
  return Number.isFinite(value) && value >= 0.02 && value <= 25;
}

/**
 * Micrometres per pixel from XResolution, YResolution and ResolutionUnit (TIFF 6.0 section 8), or null when the unit is
 * missing or relative or when the value is one that programs write by default (72 or 300 per inch) rather than measure.
 */
export function resolutionCalibration(directory: TiffDirectory): StatedMpp | null {
  const { resolution } = directory;
  if (resolution === null) return null;
  const unitUm = resolution.unit === 2 ? 25_400 : resolution.unit === 3 ? 10_000 : null;
  if (unitUm === null) return null;
  const x = unitUm / resolution.x;
  const y = unitUm / resolution.y;
  return isPlausibleMpp(x) && isPlausibleMpp(y) ? { x, y, source: 'tiff-resolution' } : null;
}

/**
 * True when `directory` can be a smaller level of the pyramid over `base`: tiled as it is, smaller, and of the same shape.
 * Scanners round each halving up or down, so that a coarse level may be off by some pixels.
 */
export function isReducedLevel(base: TiffDirectory, directory: TiffDirectory): boolean {
  if (directory.data?.kind !== base.data?.kind || directory.width >= base.width || directory.height >= base.height)
    return false;
  const expectedHeight = (base.height * directory.width) / base.width;
  return Math.abs(directory.height - expectedHeight) <= Math.max(3, expectedHeight * 0.01);
}
