/** Shrinks a picture that arrives in strips: each pixel of the result is the mean of the area it covers, to fractions of a pixel. */

import type { PixelRectangle } from '#shared/imaging/pyramid.ts';
import { filledRaster, type RasterImage } from './raster.ts';

/** What one pixel of the result takes from the source on one axis. */
interface Cover {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Parts of the first and of the last source pixel that are covered; the rest counts in full. */
  readonly firstPart: number;
  readonly lastPart: number;
  readonly total: number;
}

/** The covers of `count` result pixels over `[start, start + length)`, cut at `limit`: what lies beyond the source counts nothing. */
function coversOf(start: number, length: number, count: number, limit: number): Cover[] {
  const step = length / count;
  return Array.from({ length: count }, (_, index) => {
    const from = snapped(Math.min(limit, Math.max(0, start + index * step)));
    const to = snapped(Math.min(limit, Math.max(0, start + (index + 1) * step)));
    const first = Math.min(Math.floor(from), limit - 1);
    const end = Math.max(first + 1, Math.ceil(to));
    if (end === first + 1) return { first, end, firstPart: 1, lastPart: 1, total: 1 };
    const firstPart = first + 1 - from;
    const lastPart = to - (end - 1);
    return { first, end, firstPart, lastPart, total: firstPart + lastPart + end - first - 2 };
  });
}

/** Whole where only the arithmetic of fractions says otherwise. */
function snapped(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 ? whole : value;
}

interface Row {
  readonly sums: Float64Array;
  readonly index: number;
}

/**
 * The mean of areas. `area` is in px of the source, may have fractions, and may reach beyond it by less than a pixel of
 * the result. Enlarging repeats pixels.
 */
export class AreaAverage {
  readonly #columns: readonly Cover[];
  readonly #rows: readonly Cover[];
  readonly #result: RasterImage;
  #open: Row[] = [];
  #nextRow = 0;

  constructor(
    area: PixelRectangle,
    source: { readonly width: number; readonly height: number },
    target: { readonly width: number; readonly height: number },
  ) {
    this.#columns = coversOf(area.x, area.width, target.width, source.width);
    this.#rows = coversOf(area.y, area.height, target.height, source.height);
    this.#result = filledRaster(target.width, target.height);
  }

  /** The source pixels that are needed at all. */
  get needed(): PixelRectangle {
    const [left, right] = [this.#columns[0]?.first ?? 0, this.#columns.at(-1)?.end ?? 0];
    const [top, bottom] = [this.#rows[0]?.first ?? 0, this.#rows.at(-1)?.end ?? 0];
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  /** Adds the next strip, whose first pixel is (x, y) of the source; it holds every needed column. From the top down. */
  add(strip: RasterImage, x: number, y: number): void {
    for (let row = 0; row < strip.height; row++) this.#addRow(strip, row, x, y + row);
  }

  #addRow(strip: RasterImage, row: number, x: number, sourceRow: number): void {
    for (let next = this.#rows[this.#nextRow]; next !== undefined && next.first <= sourceRow; ) {
      this.#open.push({ sums: new Float64Array(this.#columns.length * 3), index: this.#nextRow });
      this.#nextRow++;
      next = this.#rows[this.#nextRow];
    }
    if (this.#open.length === 0) return;
    const means = this.#meansOf(strip, row, x);
    for (const { sums, index } of this.#open) {
      const cover = this.#rows[index];
      if (cover === undefined || sourceRow >= cover.end) continue;
      const weight = sourceRow === cover.first ? cover.firstPart : sourceRow === cover.end - 1 ? cover.lastPart : 1;
      for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + weight * (means[at] ?? 0);
    }
    this.#open = this.#open.filter((one) => {
      const cover = this.#rows[one.index];
      if (cover === undefined || sourceRow < cover.end - 1) return true;
      const start = one.index * this.#columns.length * 3;
      for (let at = 0; at < one.sums.length; at++) {
        this.#result.data[start + at] = Math.round((one.sums[at] ?? 0) / cover.total);
      }
      return false;
    });
  }

  /** One row of the strip, averaged along itself. */
  #meansOf(strip: RasterImage, row: number, x: number): Float64Array {
    const means = new Float64Array(this.#columns.length * 3);
    const { data } = strip;
    const start = (row * strip.width - x) * 3;
    let out = 0;
    for (const { first, end, firstPart, lastPart, total } of this.#columns) {
      let at = start + first * 3;
      let red = (data[at] ?? 0) * firstPart;
      let green = (data[at + 1] ?? 0) * firstPart;
      let blue = (data[at + 2] ?? 0) * firstPart;
      if (end - first > 1) {
        for (let column = first + 1; column < end - 1; column++) {
          at += 3;
          red += data[at] ?? 0;
          green += data[at + 1] ?? 0;
          blue += data[at + 2] ?? 0;
        }
        at += 3;
        red += (data[at] ?? 0) * lastPart;
        green += (data[at + 1] ?? 0) * lastPart;
        blue += (data[at + 2] ?? 0) * lastPart;
      }
      means[out] = red / total;
      means[out + 1] = green / total;
      means[out + 2] = blue / total;
      out += 3;
    }
    return means;
  }

  /** The result; rows for which no strip was added are white. */
  finish(): RasterImage {
    return this.#result;
  }
}
