/**
 * The pyramid of a whole slide image: plain, immutable data and pure functions on it.
 *
 * Level 0 is the full resolution. Sizes and positions are in pixels of the level named; a downsample says how many
 * level-0 pixels one pixel of the level covers, for each axis, because scanners round level sizes up or down and the
 * two axes differ. Tiles are stored at full size; those at the right and lower border reach beyond the image.
 */

export interface SlideLevel {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Number of tiles in a row of tiles. */
  readonly columns: number;
  readonly rows: number;
  /** Level-0 width divided by this width; 1 at level 0, not necessarily a power of two. */
  readonly downsampleX: number;
  readonly downsampleY: number;
}

export type AssociatedImageName = 'label' | 'macro' | 'thumbnail';

export interface AssociatedImageDescription {
  readonly name: AssociatedImageName;
  readonly width: number;
  readonly height: number;
}

/**
 * Where micrometres per pixel can come from, most trusted first. `scanner-metadata` is the maker's own field of a
 * scanner other than Aperio (Philips, Hamamatsu, Leica, Ventana, 3DHISTECH, Trestle, Huron); `PixelSpacing` is DICOM's.
 */
export const MPP_SOURCES = [
  'aperio-description',
  'scanner-metadata',
  'PixelSpacing',
  'ome-xml',
  'tiff-resolution',
] as const;

/** null means uncalibrated: lengths are then given in px only. */
export type MppSource = (typeof MPP_SOURCES)[number] | null;

/** Where the objective power comes from. It is what the scanner declares, never computed from the resolution. */
export type ObjectivePowerSource = 'aperio-description' | 'scanner-metadata' | 'dicom' | 'ome-xml' | null;

/** What one place in the file says a level-0 pixel measures, in µm. */
export interface StatedMpp {
  readonly source: NonNullable<MppSource>;
  readonly x: number;
  readonly y: number;
}

/** One of several images of the same place at different depths. */
export interface FocalPlane {
  /** Height over the reference plane in µm, or null when the file does not say. */
  readonly zUm: number | null;
}

/** One of several images of the same place in different light: a fluorophore, or the colours of a bright field. */
export interface SlideChannel {
  readonly name: string;
  /** The colour it is shown in by default, `#rrggbb`; null for an image that has its own colours. */
  readonly colour: string | null;
  /** Stored values shown as black and as full colour by default; null for an image that has its own colours. */
  readonly window: { readonly low: number; readonly high: number } | null;
}

export interface SlideDescription {
  /** Name of the row that reads the slide, such as `aperio-svs`. */
  readonly format: string;
  /** Maker of the scanner when the file names one. */
  readonly vendor: string | null;
  readonly width: number;
  readonly height: number;
  /** Ordered from full resolution to the coarsest; never empty. */
  readonly levels: readonly SlideLevel[];
  /** Micrometres per level-0 pixel; both are null or both are numbers. */
  readonly mppX: number | null;
  readonly mppY: number | null;
  readonly mppSource: MppSource;
  readonly objectivePower: number | null;
  readonly objectivePowerSource: ObjectivePowerSource;
  /** Every plausible statement in the file, the one taken first. */
  readonly statedMpps: readonly StatedMpp[];
  /** True when two of them differ by more than 2 %: lengths are then to be read with care. */
  readonly mppsDisagree: boolean;
  /** Model of the scanner, and stain, when the file names them; never serial numbers or operators. */
  readonly scanner: string | null;
  readonly stain: string | null;
  /** How the pixels of full resolution are stored, as people call it; null when that is not known. */
  readonly compression: string | null;
  /** Of one length 1 for a slide with a single plane; `Slide.select` chooses among them. */
  readonly focalPlanes: readonly FocalPlane[];
  /** Index of the plane shown first. */
  readonly defaultFocalPlane: number;
  readonly channels: readonly SlideChannel[];
  /**
   * Where pixel (0, 0) of level 0 lies on the scanner's own canvas, in level-0 px, when it is known to lie elsewhere than
   * at its origin: programs that count from the canvas differ from us by this.
   */
  readonly origin: { readonly x: number; readonly y: number } | null;
  readonly associatedImages: readonly AssociatedImageDescription[];
  readonly hasIccProfile: boolean;
  /** As the profile calls itself; null when there is none or it has no name. */
  readonly iccProfileName: string | null;
}

export interface PixelRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Columns and rows of tiles, both ends included. */
export interface TileRange {
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** Statements further apart than this on either axis contradict each other. */
const MPP_TOLERANCE = 0.02;

/** True when two of the statements differ by more than 2 % on one axis. */
export function mppsDisagree(stated: readonly StatedMpp[]): boolean {
  const apart = (values: readonly number[]): boolean =>
    values.length > 1 && Math.max(...values) / Math.min(...values) > 1 + MPP_TOLERANCE;
  return apart(stated.map(({ x }) => x)) || apart(stated.map(({ y }) => y));
}

/** Builds a level from its size and tiling; `base` is the size of level 0. Throws RangeError for sizes below 1. */
export function slideLevel(
  size: { readonly width: number; readonly height: number },
  tile: { readonly tileWidth: number; readonly tileHeight: number },
  base: { readonly width: number; readonly height: number },
): SlideLevel {
  for (const value of [size.width, size.height, tile.tileWidth, tile.tileHeight, base.width, base.height]) {
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`A level cannot have a side of ${value} px.`);
  }
  return {
    width: size.width,
    height: size.height,
    tileWidth: tile.tileWidth,
    tileHeight: tile.tileHeight,
    columns: Math.ceil(size.width / tile.tileWidth),
    rows: Math.ceil(size.height / tile.tileHeight),
    downsampleX: base.width / size.width,
    downsampleY: base.height / size.height,
  };
}

/** Downsample of a level as one number: the mean of both axes, which differ by rounding alone. */
export function levelDownsample(level: SlideLevel): number {
  return (level.downsampleX + level.downsampleY) / 2;
}

/** True when `level` has a tile at this column and row. */
export function hasTile(level: SlideLevel, column: number, row: number): boolean {
  return (
    Number.isInteger(column) &&
    Number.isInteger(row) &&
    column >= 0 &&
    row >= 0 &&
    column < level.columns &&
    row < level.rows
  );
}

/**
 * Index of the coarsest level that still has at least the detail of `downsample` (1 = full resolution).
 * A level that misses it by rounding (1 %) counts, so that 4.0002 serves a wish for 4. Below 1 the answer is level 0.
 */
export function levelForDownsample(levels: readonly SlideLevel[], downsample: number): number {
  let best = 0;
  for (const [index, level] of levels.entries()) {
    if (levelDownsample(level) <= downsample * 1.01) best = index;
  }
  return best;
}

/** The part of the image a tile shows, in px of its level: clipped where an edge tile reaches beyond the image. */
export function tileRectangle(level: SlideLevel, column: number, row: number): PixelRectangle {
  const x = column * level.tileWidth;
  const y = row * level.tileHeight;
  return {
    x,
    y,
    width: Math.max(0, Math.min(level.tileWidth, level.width - x)),
    height: Math.max(0, Math.min(level.tileHeight, level.height - y)),
  };
}

/** The same place in level-0 pixels; fractions are kept. */
export function toLevelZero(level: SlideLevel, rectangle: PixelRectangle): PixelRectangle {
  return {
    x: rectangle.x * level.downsampleX,
    y: rectangle.y * level.downsampleY,
    width: rectangle.width * level.downsampleX,
    height: rectangle.height * level.downsampleY,
  };
}

/** The part of `rectangle` inside the level, or null when nothing is. */
export function clipToLevel(level: SlideLevel, rectangle: PixelRectangle): PixelRectangle | null {
  const x = Math.max(0, rectangle.x);
  const y = Math.max(0, rectangle.y);
  const right = Math.min(level.width, rectangle.x + rectangle.width);
  const bottom = Math.min(level.height, rectangle.y + rectangle.height);
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null;
}

/** The tiles that a rectangle of the level touches, or null when it lies outside the image. */
export function tilesTouching(level: SlideLevel, rectangle: PixelRectangle): TileRange | null {
  const inside = clipToLevel(level, rectangle);
  if (inside === null) return null;
  return {
    firstColumn: Math.floor(inside.x / level.tileWidth),
    lastColumn: Math.ceil((inside.x + inside.width) / level.tileWidth) - 1,
    firstRow: Math.floor(inside.y / level.tileHeight),
    lastRow: Math.ceil((inside.y + inside.height) / level.tileHeight) - 1,
  };
}
