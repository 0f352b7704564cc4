/** Where a slide's focus is measured: cells over the whole slide, and in each that has tissue one patch. */

import type { PixelRectangle, SlideDescription, SlideLevel } from '#shared/imaging/pyramid.ts';
import type { Mask } from './mask.ts';

/** Finer detail than this shows nothing more of focus. */
const COARSEST_MPP = 0.6;
/** Typical of a scan at 1×, for slides that name an objective but no scale. */
const OBJECTIVE_MPP = 10;
const PATCH = 256;
const MOST_PATCH = 512;
/** Cells beyond this many become larger, with one patch each as before. */
const MOST_PATCHES = 2500;
const LEAST_TISSUE = 0.05;
const LEAST_SIDE = 32;

export interface FocusGrid {
  readonly level: number;
  readonly columns: number;
  readonly rows: number;
  /** Sides of a cell in level-0 px. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly patches: readonly FocusPatch[];
}

export interface FocusPatch {
  readonly column: number;
  readonly row: number;
  /** In px of the level. */
  readonly rectangle: PixelRectangle;
}

/** The grid for a slide whose tissue lies as `tissue` says, which covers the whole slide. */
export function planFocusGrid(
  slide: Pick<SlideDescription, 'levels' | 'mppX' | 'objectivePower'>,
  tissue: Mask,
): FocusGrid {
  const level = focusLevel(slide);
  const shape = slide.levels[level] ?? slide.levels[0];
  if (shape === undefined) throw new TypeError('A slide has at least one level.');
  // Whole tiles, so that each patch is one tile to decode.
  const unit = {
    width: shape.tileWidth <= MOST_PATCH && shape.tileWidth >= PATCH / 2 ? shape.tileWidth : PATCH,
    height: shape.tileHeight <= MOST_PATCH && shape.tileHeight >= PATCH / 2 ? shape.tileHeight : PATCH,
  };
  const covers = coverOf(tissue, shape);
  for (let factor = 1; ; factor++) {
    const grid = gridOf(shape, unit, factor, covers);
    if (grid.patches.length <= MOST_PATCHES) {
      return {
        ...grid,
        level,
        cellWidth: unit.width * factor * shape.downsampleX,
        cellHeight: unit.height * factor * shape.downsampleY,
      };
    }
  }
}

/** The coarsest level that still shows fine detail. */
function focusLevel({
  levels,
  mppX,
  objectivePower,
}: Pick<SlideDescription, 'levels' | 'mppX' | 'objectivePower'>): number {
  const mpp = mppX ?? (objectivePower === null ? null : OBJECTIVE_MPP / objectivePower);
  if (mpp === null) return 0;
  return Math.max(
    0,
    levels.findLastIndex(({ downsampleX }) => downsampleX * mpp <= COARSEST_MPP),
  );
}

function gridOf(
  shape: SlideLevel,
  unit: { readonly width: number; readonly height: number },
  factor: number,
  coverOfPatch: (rectangle: PixelRectangle) => number,
): Pick<FocusGrid, 'columns' | 'rows' | 'patches'> {
  const columns = Math.ceil(shape.width / (unit.width * factor));
  const rows = Math.ceil(shape.height / (unit.height * factor));
  const patches: FocusPatch[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let best: PixelRectangle | null = null;
      let bestCover = LEAST_TISSUE;
      for (let y = 0; y < factor; y++) {
        for (let x = 0; x < factor; x++) {
          const rectangle = patchAt(shape, unit, column * factor + x, row * factor + y);
          if (rectangle === null) continue;
          const cover = coverOfPatch(rectangle);
          if (cover > bestCover) [best, bestCover] = [rectangle, cover];
        }
      }
      if (best !== null) patches.push({ column, row, rectangle: best });
    }
  }
  return { columns, rows, patches };
}

function patchAt(
  shape: SlideLevel,
  unit: { readonly width: number; readonly height: number },
  column: number,
  row: number,
): PixelRectangle | null {
  const [x, y] = [column * unit.width, row * unit.height];
  const [width, height] = [Math.min(unit.width, shape.width - x), Math.min(unit.height, shape.height - y)];
  return width < LEAST_SIDE || height < LEAST_SIDE ? null : { x, y, width, height };
}

/** The share of tissue in a rectangle of the level. */
function coverOf({ width, height, data }: Mask, shape: SlideLevel): (rectangle: PixelRectangle) => number {
  return (rectangle) => {
    const left = Math.floor((rectangle.x * width) / shape.width);
    const top = Math.floor((rectangle.y * height) / shape.height);
    const right = Math.max(left + 1, Math.ceil(((rectangle.x + rectangle.width) * width) / shape.width));
    const bottom = Math.max(top + 1, Math.ceil(((rectangle.y + rectangle.height) * height) / shape.height));
    let count = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) count += data[y * width + x] ?? 0;
    }
    return count / ((right - left) * (bottom - top));
  };
}
