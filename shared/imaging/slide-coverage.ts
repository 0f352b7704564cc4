/** How much of the tissue of a slide one reader has had before the eyes, and at which magnification. */

import { decodeBase64, encodeBase64 } from '#shared/dicom/base64.ts';
import type { TissueMask } from './tissue-mask.ts';

/** Declared objective times scale of the screen, from low to high; one bit of a cell each, the lowest first. */
export const COVERAGE_MAGNIFICATIONS = [2.5, 10, 20] as const;
export type CoverageMagnification = (typeof COVERAGE_MAGNIFICATIONS)[number];

/** Cells along the longer side: a field at 40× on a slide of 100 000 px is several of them wide. */
const CELLS = 256;

export interface CoverageGrid {
  readonly columns: number;
  readonly rows: number;
  /** Side of a cell in level-0 pixels; the last column and row may reach beyond the slide. */
  readonly cell: number;
}

export interface Coverage extends CoverageGrid {
  /** One byte a cell, row after row: a bit for each magnification it was seen at. */
  readonly seen: Uint8Array;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export function coverageGrid({ width, height }: Size): CoverageGrid {
  const cell = Math.max(1, Math.ceil(Math.max(width, height) / CELLS));
  return { cell, columns: Math.ceil(width / cell), rows: Math.ceil(height / cell) };
}

export function nothingSeen(slide: Size): Coverage {
  const grid = coverageGrid(slide);
  return { ...grid, seen: new Uint8Array(grid.columns * grid.rows) };
}

/** Two cells a byte in Base64, the first in the lower half. */
export function writeCoverage({ seen }: Coverage): string {
  const packed = new Uint8Array(Math.ceil(seen.length / 2));
  for (const [at, bits] of seen.entries()) packed[at >> 1] = (packed[at >> 1] ?? 0) | (bits << ((at & 1) * 4));
  return encodeBase64(packed);
}

/** The coverage of a slide from its text; null when the text is of another slide or none at all. */
export function readCoverage(slide: Size, text: string): Coverage | null {
  const coverage = nothingSeen(slide);
  const packed = decodeBase64(text);
  if (packed === null || packed.length !== Math.ceil(coverage.seen.length / 2)) return null;
  for (let at = 0; at < coverage.seen.length; at++) {
    coverage.seen[at] = ((packed[at >> 1] ?? 0) >> ((at & 1) * 4)) & 7;
  }
  return coverage;
}

/** What was seen in either. */
export function mergedCoverage(one: Coverage, other: Coverage): Coverage {
  return { ...one, seen: one.seen.map((bits, at) => bits | (other.seen[at] ?? 0)) };
}

/** The bits of a magnification: seen at 20× is seen at 10× and 2.5×. */
export function bitsOfMagnification(magnification: number): number {
  let bits = 0;
  for (const [at, least] of COVERAGE_MAGNIFICATIONS.entries()) if (magnification >= least) bits |= 1 << at;
  return bits;
}

/** How many cells of the tissue mask lie in each cell of the grid, by their middles. */
function tissueWeights({ columns, rows, cell }: CoverageGrid, slide: Size, tissue: TissueMask): Uint32Array {
  const weights = new Uint32Array(columns * rows);
  for (let y = 0; y < tissue.height; y++) {
    const row = Math.min(rows - 1, Math.floor((((y + 0.5) / tissue.height) * slide.height) / cell));
    for (let x = 0; x < tissue.width; x++) {
      if (tissue.cells[y * tissue.width + x] !== 1) continue;
      const at = row * columns + Math.min(columns - 1, Math.floor((((x + 0.5) / tissue.width) * slide.width) / cell));
      weights[at] = (weights[at] ?? 0) + 1;
    }
  }
  return weights;
}

export interface CoverageShare {
  readonly magnification: CoverageMagnification;
  /** Of the tissue, 0 to 1. */
  readonly share: number;
}

/** The share of the tissue seen at each magnification or a higher one; null on a slide without tissue. */
export function coverageShares(coverage: Coverage, slide: Size, tissue: TissueMask): CoverageShare[] | null {
  const weights = tissueWeights(coverage, slide, tissue);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return null;
  return COVERAGE_MAGNIFICATIONS.map((magnification, bit) => {
    let seen = 0;
    for (const [at, weight] of weights.entries()) if ((coverage.seen[at] ?? 0) & (1 << bit)) seen += weight;
    return { magnification, share: seen / total };
  });
}

/** Tissue that hangs together and was not seen at a magnification. */
export interface UnseenIsland {
  /** Around it, in level-0 pixels, held on the slide. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of all tissue of the slide, 0 to 1. */
  readonly share: number;
}

/** The islands of tissue not seen at `magnification`, the largest first. Cells that touch at a corner hang together. */
export function unseenIslands(
  coverage: Coverage,
  slide: Size,
  tissue: TissueMask,
  magnification: CoverageMagnification,
): UnseenIsland[] {
  const { columns, rows, cell, seen } = coverage;
  const bit = 1 << COVERAGE_MAGNIFICATIONS.indexOf(magnification);
  const weights = tissueWeights(coverage, slide, tissue);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const isOpen = weights.map((weight, at) => (weight > 0 && ((seen[at] ?? 0) & bit) === 0 ? 1 : 0));
  const islands: UnseenIsland[] = [];
  for (let start = 0; start < isOpen.length; start++) {
    if (isOpen[start] !== 1) continue;
    let [left, right, top, bottom, weight] = [columns, 0, rows, 0, 0];
    const stack = [start];
    isOpen[start] = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [column, row] = [at % columns, Math.floor(at / columns)];
      weight += weights[at] ?? 0;
      [left, right] = [Math.min(left, column), Math.max(right, column)];
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
          const next = y * columns + x;
          if (isOpen[next] !== 1) continue;
          isOpen[next] = 0;
          stack.push(next);
        }
      }
    }
    const [x, y] = [left * cell, top * cell];
    islands.push({
      ...{ x, y },
      width: Math.min(slide.width, (right + 1) * cell) - x,
      height: Math.min(slide.height, (bottom + 1) * cell) - y,
      share: weight / total,
    });
  }
  return islands.sort((one, other) => other.share - one.share);
}

/** Never rounded up to everything: 99.6 % seen is 99 %. */
const percent = (share: number): string => `${Math.floor(share * 100 + 1e-9)} %`;

/** "Tissue seen: 100 % at 2.5× or more, 83 % at 10×, 40 % at 20×." */
export function coverageSentence(shares: readonly CoverageShare[]): string {
  const parts = shares.map(({ magnification, share }, at) => {
    const more = at === 0 ? ' or more' : '';
    return `${percent(share)} at ${magnification}×${more}`;
  });
  return `Tissue seen: ${parts.join(', ')}.`;
}
