/** Where the images of a 3DHISTECH slide lie in its levels. */

import { AppError } from '#shared/errors.ts';
import type { MiraxImage, MiraxIni } from './mirax-index.ts';
import type { Piece } from './mosaic-level.ts';
import { TIFF_LIMITS } from './tiff.ts';

const MOST_FIELDS = 1_000_000;
const MOST_SIDE = 8192;

export interface MiraxLevel {
  readonly width: number;
  readonly height: number;
  /** Images of level 0 along a side of an image of this level; a power of two. */
  readonly concat: number;
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly overlapX: number;
  readonly overlapY: number;
  readonly mppX: number;
  readonly mppY: number;
  readonly format: 'JPEG' | 'PNG';
  readonly fill: readonly [number, number, number];
}

export interface MiraxGrid {
  readonly columns: number;
  readonly rows: number;
  /** Images along a side of a camera's field. */
  readonly divisions: number;
  readonly fieldColumns: number;
  readonly fieldRows: number;
  readonly levels: readonly MiraxLevel[];
}

/** Reads the grid and its levels. Errors: SLIDE_METADATA_INVALID. */
export function readGrid(ini: MiraxIni): MiraxGrid {
  const columns = ini.integer('GENERAL', 'IMAGENUMBER_X', 1, 100_000);
  const rows = ini.integer('GENERAL', 'IMAGENUMBER_Y', 1, 100_000);
  const divided = ini.optional('GENERAL', 'CameraImageDivisionsPerSide') !== null;
  const divisions = divided ? ini.integer('GENERAL', 'CameraImageDivisionsPerSide', 1, 64) : 1;
  if (columns * rows > MOST_FIELDS) throw invalid(`it has ${columns} × ${rows} images`);
  if (ini.text('HIERARCHICAL', 'HIER_0_NAME') !== 'Slide zoom level')
    throw invalid('its first hierarchy is not the zoom level');
  const count = ini.integer('HIERARCHICAL', 'HIER_0_COUNT', 1, TIFF_LIMITS.levels);
  const levels: MiraxLevel[] = [];
  let exponent = 0;
  for (let level = 0; level < count; level++) {
    const section = ini.text('HIERARCHICAL', `HIER_0_VAL_${level}_SECTION`);
    exponent += ini.integer(section, 'IMAGE_CONCAT_FACTOR', level === 0 ? 0 : 1, 20);
    if (exponent > 20) throw invalid('its levels are reduced too far');
    const format = ini.text(section, 'IMAGE_FORMAT');
    if (format !== 'JPEG' && format !== 'PNG')
      throw invalid(`images of format ${format.slice(0, 8)} are not supported`);
    const bgr = ini.integer(section, 'IMAGE_FILL_COLOR_BGR', 0, 0xff_ffff);
    levels.push({
      ...{ width: 1, height: 1, concat: 1 << exponent, format },
      imageWidth: ini.integer(section, 'DIGITIZER_WIDTH', 1, MOST_SIDE),
      imageHeight: ini.integer(section, 'DIGITIZER_HEIGHT', 1, MOST_SIDE),
      overlapX: ini.number(section, 'OVERLAP_X'),
      overlapY: ini.number(section, 'OVERLAP_Y'),
      mppX: ini.number(section, 'MICROMETER_PER_PIXEL_X'),
      mppY: ini.number(section, 'MICROMETER_PER_PIXEL_Y'),
      fill: [bgr & 0xff, (bgr >> 8) & 0xff, bgr >> 16],
    });
  }
  const [base] = levels;
  if (base === undefined) throw invalid('it has no level');
  const width = extent(columns, divisions, base.imageWidth, base.overlapX);
  const height = extent(rows, divisions, base.imageHeight, base.overlapY);
  if (!(width >= 1 && height >= 1) || Math.max(width, height) > TIFF_LIMITS.sidePx) {
    throw invalid(`the slide has ${width} × ${height} px`);
  }
  return {
    ...{ columns, rows, divisions },
    fieldColumns: Math.floor(columns / divisions),
    fieldRows: Math.floor(rows / divisions),
    levels: levels.map((level) => ({
      ...level,
      width: Math.max(1, Math.floor(width / level.concat)),
      height: Math.max(1, Math.floor(height / level.concat)),
    })),
  };
}

/** Images along one axis, less the overlap behind each whole field but the last. */
function extent(count: number, divisions: number, side: number, overlap: number): number {
  const joints = Math.floor(count / divisions) - (count % divisions === 0 ? 1 : 0);
  return Math.floor(count * side - Math.max(0, joints) * overlap);
}

/** Level-0 places of the fields, x and y in turn; from the table or, without one, from the nominal overlap. */
export async function fieldPositions(grid: MiraxGrid, table: Uint8Array | null): Promise<Int32Array> {
  const count = grid.fieldColumns * grid.fieldRows;
  const [base] = grid.levels;
  if (base === undefined) throw invalid('it has no level');
  const positions = new Int32Array(count * 2);
  if (table === null) {
    for (let field = 0; field < count; field++) {
      const column = field % grid.fieldColumns;
      positions[field * 2] = column * (base.imageWidth * grid.divisions - base.overlapX);
      positions[field * 2 + 1] =
        Math.floor(field / grid.fieldColumns) * (base.imageHeight * grid.divisions - base.overlapY);
    }
    return positions;
  }
  if (table.byteLength !== count * 9) throw invalid('the table of positions has a wrong length');
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  for (let field = 0; field < count; field++) {
    if ((view.getUint8(field * 9) & 0xfe) !== 0) throw invalid('the table of positions has an unknown flag');
    positions[field * 2] = view.getInt32(field * 9 + 1, true) * base.concat;
    positions[field * 2 + 1] = view.getInt32(field * 9 + 5, true) * base.concat;
  }
  return positions;
}

/**
 * The pieces of a level; levels are to be asked for in order, for `active` collects which fields level 0 has.
 * Errors: SLIDE_METADATA_INVALID for images off the grid.
 */
export function levelPieces(
  grid: MiraxGrid,
  level: number,
  images: readonly MiraxImage[],
  positions: Int32Array,
  active: Set<number>,
): Piece[] {
  const shape = grid.levels[level];
  const base = grid.levels[0];
  if (shape === undefined || base === undefined) throw new TypeError('The grid has this level.');
  const { columns, rows, divisions, fieldColumns } = grid;
  const { concat } = shape;
  const perImage = Math.max(1, concat / divisions);
  const cellWidth = shape.imageWidth / perImage;
  const cellHeight = shape.imageHeight / perImage;
  const pieces: Piece[] = [];
  const ordered = [...images.entries()].sort(([, one], [, other]) => one.index - other.index);
  for (const [image, { index }] of ordered) {
    const x = index % columns;
    const y = Math.floor(index / columns);
    if (y >= rows || x % concat !== 0 || y % concat !== 0) throw invalid('an image lies off the grid of its level');
    for (let cell = 0; cell < perImage * perImage; cell++) {
      const cellX = cell % perImage;
      const cellY = Math.floor(cell / perImage);
      const column = x + cellX * divisions;
      const row = y + cellY * divisions;
      const fieldX = Math.floor(column / divisions);
      const fieldY = Math.floor(row / divisions);
      const field = fieldY * fieldColumns + fieldX;
      if (column >= columns || row >= rows || fieldX >= fieldColumns || field * 2 + 1 >= positions.length) continue;
      const left = positions[field * 2] ?? 0;
      const top = positions[field * 2 + 1] ?? 0;
      // Fields that were not scanned stand at (0, 0), where the first one alone may be.
      if (level === 0) {
        if (left === 0 && top === 0 && field !== 0) continue;
        active.add(field);
      } else if (!active.has(field)) continue;
      pieces.push({
        image,
        sourceX: Math.floor(cellX * cellWidth),
        sourceY: Math.floor(cellY * cellHeight),
        width: Math.ceil(cellWidth),
        height: Math.ceil(cellHeight),
        x: Math.round((left + base.imageWidth * (column - fieldX * divisions)) / concat),
        y: Math.round((top + base.imageHeight * (row - fieldY * divisions)) / concat),
      });
    }
  }
  return pieces;
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: 'Slidedat.ini', reason });
}
