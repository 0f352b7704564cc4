/** Shrinks a picture of any size piece by piece: the memory of a few rows, and each pixel the exact mean of its area. */

import type { RasterImage } from '#server/codecs/raster.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface FinishedRow {
  readonly y: number;
  /** RGB. */
  readonly data: Uint8Array;
}

/**
 * Pixel (x, y) of the small picture is the mean of the area [x × W/w, (x + 1) × W/w) × [y × H/h, (y + 1) × H/h) of the
 * large one, pixels that lie across a border counting in parts, rounded half up. All sums are whole numbers: areas are
 * counted in units of 1/(w × h) of a large pixel, so that a weight is at most w × h and a sum below 2⁵³ for every slide.
 */
export class LevelAverage {
  readonly #from: Size;
  readonly #to: Size;
  /** Sums of rows that are not finished, by y. */
  readonly #sums = new Map<number, Float64Array>();
  readonly #line: Float64Array;
  #finished = 0;

  constructor(from: Size, to: Size) {
    this.#from = from;
    this.#to = to;
    this.#line = new Float64Array(to.width * 3);
  }

  /** Adds the part of the large picture at (x, y): its first `width` columns and `height` rows. */
  add(piece: RasterImage, x: number, y: number, { width, height }: Size): void {
    const { height: wholeHeight } = this.#from;
    const rows = this.#to.height;
    for (let row = 0; row < height; row++) {
      const span = this.#addAcross(piece, row, x, width);
      // In units of 1/h of a large pixel a large row is h high and a small one H.
      const top = (y + row) * rows;
      const first = Math.floor(top / wholeHeight);
      const inFirst = Math.min(rows, (first + 1) * wholeHeight - top);
      this.#addDown(first, inFirst, span);
      if (inFirst < rows) this.#addDown(first + 1, rows - inFirst, span);
    }
  }

  /** Rows that are complete once every piece above `y` has been added; each is given once. */
  *finish(y: number): Generator<FinishedRow> {
    const { width, height } = this.#from;
    const area = width * height;
    const end = y >= height ? this.#to.height : Math.floor((y * this.#to.height) / height);
    for (; this.#finished < end; this.#finished++) {
      const sums = this.#sums.get(this.#finished);
      this.#sums.delete(this.#finished);
      const data = new Uint8Array(this.#to.width * 3);
      if (sums !== undefined)
        for (let at = 0; at < data.length; at++) data[at] = Math.floor((sums[at] ?? 0) / area + 0.5);
      yield { y: this.#finished, data };
    }
  }

  /** Sums one row of the piece into `#line`; returns the small columns it touches, the last one excluded. */
  #addAcross({ data, width: stride }: RasterImage, row: number, x: number, width: number): readonly [number, number] {
    const line = this.#line;
    const columns = this.#to.width;
    const whole = this.#from.width;
    const firstColumn = Math.floor((x * columns) / whole);
    let column = firstColumn;
    let place = x * columns;
    const end = (x + width) * columns;
    let at = row * stride * 3;
    line.fill(0, firstColumn * 3, Math.min(line.length, (Math.floor((end - 1) / whole) + 1) * 3));
    while (place < end) {
      const border = Math.min((column + 1) * whole, end);
      const full = Math.floor((border - place) / columns);
      let [red, green, blue] = [0, 0, 0];
      for (const last = at + full * 3; at < last; at += 3) {
        red += data[at] as number;
        green += data[at + 1] as number;
        blue += data[at + 2] as number;
      }
      place += full * columns;
      const target = column * 3;
      line[target] = (line[target] as number) + red * columns;
      line[target + 1] = (line[target + 1] as number) + green * columns;
      line[target + 2] = (line[target + 2] as number) + blue * columns;
      const rest = border - place;
      if (rest > 0) {
        // One large pixel across the border, in two parts.
        for (let sample = 0; sample < 3; sample++) {
          const value = data[at + sample] as number;
          line[target + sample] = (line[target + sample] as number) + value * rest;
          line[target + 3 + sample] = (line[target + 3 + sample] as number) + value * (columns - rest);
        }
        at += 3;
        place += columns;
      }
      column++;
    }
    return [firstColumn, Math.min(columns, Math.floor((end - 1) / whole) + 1)];
  }

  #addDown(y: number, weight: number, [first, end]: readonly [number, number]): void {
    let sums = this.#sums.get(y);
    if (sums === undefined) {
      sums = new Float64Array(this.#line.length);
      this.#sums.set(y, sums);
    }
    const line = this.#line;
    for (let at = first * 3; at < end * 3; at++) sums[at] = (sums[at] as number) + (line[at] as number) * weight;
  }
}
