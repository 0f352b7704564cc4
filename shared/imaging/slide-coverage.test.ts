import { describe, expect, test } from 'vitest';
import {
  bitsOfMagnification,
  coverageGrid,
  coverageSentence,
  coverageShares,
  mergedCoverage,
  nothingSeen,
  readCoverage,
  unseenIslands,
  writeCoverage,
} from './slide-coverage.ts';

const SLIDE = { width: 2500, height: 1900 };
/** Two pieces of tissue: the upper left quarter, and a square of a tenth in the lower right corner. */
const TISSUE = (() => {
  const [width, height] = [250, 190];
  const cells = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((x < 125 && y < 95) || (x >= 225 && y >= 171)) cells[y * width + x] = 1;
    }
  }
  return { width, height, cells };
})();
const ALL = 125 * 95 + 25 * 19;

function seeing(from: readonly [number, number], to: readonly [number, number], magnification: number) {
  const coverage = nothingSeen(SLIDE);
  for (let row = 0; row < coverage.rows; row++) {
    for (let column = 0; column < coverage.columns; column++) {
      const [x, y] = [column * coverage.cell, row * coverage.cell];
      const isIn = x >= from[0] && y >= from[1] && x < to[0] && y < to[1];
      if (isIn) coverage.seen[row * coverage.columns + column] = bitsOfMagnification(magnification);
    }
  }
  return coverage;
}

describe('coverage of a slide', () => {
  test('the grid has 256 cells along the longer side and covers everything', () => {
    expect(coverageGrid({ width: 100_000, height: 60_000 })).toEqual({ cell: 391, columns: 256, rows: 154 });
    expect(coverageGrid({ width: 10, height: 30 })).toEqual({ cell: 1, columns: 10, rows: 30 });
  });
  test('a higher magnification holds the lower ones', () => {
    expect([2.4, 2.5, 10, 19.9, 40].map(bitsOfMagnification)).toEqual([0, 1, 3, 3, 7]);
  });
  test('shares are of the tissue alone', () => {
    const left = seeing([0, 0], [1250, 1900], 10);
    const shares = coverageShares(left, SLIDE, TISSUE) ?? [];
    expect(shares.map(({ share }) => share)).toEqual([
      expect.closeTo((125 * 95) / ALL, 6),
      expect.closeTo((125 * 95) / ALL, 6),
      0,
    ]);
    expect(coverageSentence(shares)).toBe('Tissue seen: 96 % at 2.5× or more, 96 % at 10×, 0 % at 20×.');
    expect(coverageShares(left, SLIDE, { ...TISSUE, cells: new Uint8Array(250 * 190) })).toBeNull();
  });
  test('almost everything is not everything', () => {
    expect(coverageSentence([{ magnification: 2.5, share: 0.9999 }])).toBe('Tissue seen: 99 % at 2.5× or more.');
    expect(coverageSentence([{ magnification: 2.5, share: 1 }])).toBe('Tissue seen: 100 % at 2.5× or more.');
  });
  test('islands that were not seen, the largest first', () => {
    const islands = unseenIslands(nothingSeen(SLIDE), SLIDE, TISSUE, 10);
    expect(islands).toHaveLength(2);
    expect(islands[0]).toEqual({ x: 0, y: 0, width: 1250, height: 950, share: (125 * 95) / ALL });
    expect(islands[1]).toEqual({ x: 2250, y: 1710, width: 250, height: 190, share: (25 * 19) / ALL });
    expect(unseenIslands(seeing([0, 0], [1300, 1000], 20), SLIDE, TISSUE, 20)).toEqual([islands[1]]);
    expect(unseenIslands(seeing([0, 0], [2500, 1900], 2.5), SLIDE, TISSUE, 2.5)).toEqual([]);
  });
  test('is the same when written and read, and of this slide only', () => {
    const coverage = mergedCoverage(seeing([0, 0], [700, 700], 20), seeing([500, 500], [2500, 900], 2.5));
    expect(readCoverage(SLIDE, writeCoverage(coverage))).toEqual(coverage);
    expect(readCoverage({ width: 2500, height: 1000 }, writeCoverage(coverage))).toBeNull();
    expect(readCoverage(SLIDE, '?')).toBeNull();
  });
});
