import { describe, expect, it } from 'vitest';
import {
  clipToLevel,
  hasTile,
  levelDownsample,
  levelForDownsample,
  mppsDisagree,
  slideLevel,
  tileRectangle,
  tilesTouching,
  toLevelZero,
} from './pyramid.ts';

const base = { width: 17_802, height: 13_321 };
const tile = { tileWidth: 256, tileHeight: 256 };
const levels = [base, { width: 4450, height: 3330 }, { width: 1112, height: 832 }].map((size) =>
  slideLevel(size, tile, base),
);
const [full, quarter] = levels as [(typeof levels)[0], (typeof levels)[0]];

describe('slideLevel', () => {
  it('keeps a downsample for each axis, because level sizes are rounded', () => {
    expect(quarter.downsampleX).toBeCloseTo(4.000449, 6);
    expect(quarter.downsampleY).toBeCloseTo(4.0003, 4);
    expect(levelDownsample(quarter)).toBeGreaterThan(4);
    expect([full.columns, full.rows]).toEqual([70, 53]);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a side of %d px', (side) => {
    expect(() => slideLevel({ width: side, height: 10 }, tile, base)).toThrow(RangeError);
    expect(() => slideLevel(base, { tileWidth: side, tileHeight: 10 }, base)).toThrow(RangeError);
  });
});

describe('levelForDownsample', () => {
  it.each([
    [0.25, 0],
    [1, 0],
    [3.9, 0],
    [4, 1],
    [15, 1],
    [16, 2],
    [1000, 2],
  ])('serves a downsample of %d from level %d', (downsample, level) => {
    expect(levelForDownsample(levels, downsample)).toBe(level);
  });
});

describe('tiles', () => {
  it('clips edge tiles to the image', () => {
    expect(tileRectangle(full, 0, 0)).toEqual({ x: 0, y: 0, width: 256, height: 256 });
    expect(tileRectangle(full, 69, 52)).toEqual({ x: 17_664, y: 13_312, width: 138, height: 9 });
    expect(tileRectangle(full, 70, 0).width).toBe(0);
  });

  it('covers the image with tiles exactly once', () => {
    let area = 0;
    for (let row = 0; row < quarter.rows; row++) {
      for (let column = 0; column < quarter.columns; column++) {
        const { width, height } = tileRectangle(quarter, column, row);
        area += width * height;
      }
    }
    expect(area).toBe(quarter.width * quarter.height);
  });

  it.each([
    [-1, 0],
    [70, 0],
    [0, 53],
    [0.5, 0],
    [Number.NaN, 0],
  ])('has no tile at column %d, row %d', (column, row) => {
    expect(hasTile(full, column, row)).toBe(false);
  });

  it('names the tiles a rectangle touches, without a neighbour that only shares a border', () => {
    expect(tilesTouching(full, { x: 256, y: 256, width: 256, height: 1 })).toEqual({
      firstColumn: 1,
      lastColumn: 1,
      firstRow: 1,
      lastRow: 1,
    });
    expect(tilesTouching(full, { x: -10, y: 255, width: 300, height: 2 })).toEqual({
      firstColumn: 0,
      lastColumn: 1,
      firstRow: 0,
      lastRow: 1,
    });
    expect(tilesTouching(full, { x: 17_802, y: 0, width: 5, height: 5 })).toBeNull();
  });

  it('clips and carries places to level 0', () => {
    expect(clipToLevel(quarter, { x: 4400, y: -5, width: 100, height: 10 })).toEqual({
      x: 4400,
      y: 0,
      width: 50,
      height: 5,
    });
    expect(clipToLevel(quarter, { x: 0, y: 0, width: 0, height: 10 })).toBeNull();
    const whole = toLevelZero(quarter, { x: 0, y: 0, width: quarter.width, height: quarter.height });
    expect(whole.width).toBeCloseTo(base.width, 6);
    expect(whole.height).toBeCloseTo(base.height, 6);
  });
});

describe('mppsDisagree', () => {
  const stated = (x: number, y = x) => ({ source: 'ome-xml', x, y }) as const;

  it('is told from more than 2 % on either axis', () => {
    expect(mppsDisagree([])).toBe(false);
    expect(mppsDisagree([stated(0.25)])).toBe(false);
    expect(mppsDisagree([stated(0.25), stated(0.2545)])).toBe(false);
    expect(mppsDisagree([stated(0.25), stated(0.256)])).toBe(true);
    expect(mppsDisagree([stated(0.25), stated(0.25, 0.5)])).toBe(true);
  });
});
