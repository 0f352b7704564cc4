import { describe, expect, it } from 'vitest';
import { AreaAverage } from './area-average.ts';
import { type RasterImage, resizeRaster } from './raster.ts';

/** Grey pixels from rows of values. */
function raster(rows: readonly (readonly number[])[]): RasterImage {
  const data = Uint8Array.from(rows.flatMap((row) => row.flatMap((value) => [value, value, value])));
  return { width: rows[0]!.length, height: rows.length, data };
}
const grey = ({ data }: RasterImage): number[] => [...data].filter((_, at) => at % 3 === 0);

function shrunk(source: RasterImage, area: number[], width: number, height: number, stripRows = source.height) {
  const [x = 0, y = 0, w = 0, h = 0] = area;
  const average = new AreaAverage({ x, y, width: w, height: h }, source, { width, height });
  for (let row = 0; row < source.height; row += stripRows) {
    const rows = Math.min(stripRows, source.height - row);
    const start = row * source.width * 3;
    average.add(
      { width: source.width, height: rows, data: source.data.subarray(start, start + rows * source.width * 3) },
      0,
      row,
    );
  }
  return average.finish();
}

describe('AreaAverage', () => {
  const four = raster([
    [0, 100, 200, 50],
    [100, 200, 0, 50],
    [10, 20, 30, 40],
    [50, 60, 70, 80],
  ]);

  it('takes the mean of whole pixels', () => {
    expect(grey(shrunk(four, [0, 0, 4, 4], 2, 2))).toEqual([100, 75, 35, 55]);
  });

  it('gives the same however the strips are cut', () => {
    const whole = grey(shrunk(four, [0.5, 0.25, 3, 3.5], 2, 3));
    for (const rows of [1, 2, 3]) expect(grey(shrunk(four, [0.5, 0.25, 3, 3.5], 2, 3, rows))).toEqual(whole);
  });

  it('counts parts of pixels', () => {
    // Columns 0.5 … 2: half of the first, the second in full.
    expect(grey(shrunk(raster([[90, 30, 0, 0]]), [0.5, 0, 1.5, 1], 1, 1))).toEqual([50]);
  });

  it('counts nothing beyond the image', () => {
    expect(grey(shrunk(raster([[10, 20, 90]]), [0, 0, 4, 1], 2, 1))).toEqual([15, 90]);
  });

  it('leaves pixels alone where the sizes agree', () => {
    expect(grey(shrunk(four, [0, 0, 4, 4], 4, 4))).toEqual(grey(four));
  });

  it('agrees with libvips on a large reduction', async () => {
    const side = 256;
    const shade = (pixel: number) => 128 + 100 * Math.sin((pixel % side) / 40) * Math.cos(pixel / side / 30);
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => shade(Math.floor(at / 3)));
    const source = { width: side, height: side, data };
    const [ours, theirs] = [shrunk(source, [0, 0, side, side], 16, 16), await resizeRaster(source, 16, 16)];
    const inner = [...ours.data].map((value, at) => Math.abs(value - theirs.data[at]!));
    expect(Math.max(...inner)).toBeLessThan(8);
    expect(inner.reduce((sum, one) => sum + one, 0) / inner.length).toBeLessThan(1.5);
  });
});
