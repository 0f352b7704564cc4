import { describe, expect, it } from 'vitest';
import { type PaintedGrid, paintStroke, withinRange } from './brush.ts';
import { countInside, decodeMask, encodeMask, type Mask } from './mask-runs.ts';
import { growRegion } from './region-grow.ts';
import { maskBetween, signedDistances } from './slice-interpolation.ts';

/** A small generator, so that a failing case is the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const count = (mask: Mask) => mask.reduce((sum, value) => sum + value, 0);
const point = (random: () => number, grid: PaintedGrid): [number, number] => [
  (random() * 1.4 - 0.2) * grid.columns,
  (random() * 1.4 - 0.2) * grid.rows,
];

describe('laws of painting', () => {
  it('holds for random strokes: every pixel is the one of the definition, and text and mask are the same thing', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const grid = {
        columns: 1 + Math.floor(random() * 40),
        rows: 1 + Math.floor(random() * 40),
        pixelWidth: 1,
        pixelHeight: 0.5 + random() * 2,
      };
      const mask: Mask = new Uint8Array(grid.columns * grid.rows);
      const expected = new Uint8Array(mask.length);
      for (let strokes = 0; strokes < 6; strokes += 1) {
        const [from, to] = [point(random, grid), point(random, grid)];
        const radius = random() * 8;
        const value = random() < 0.7 ? 1 : 0;
        const before = mask.slice();
        const area = paintStroke(mask, grid, { from, to, radius, value });
        paintByDefinition(expected, grid, from, to, radius, value);
        expect(mask, `seed ${seed}`).toEqual(expected);
        mask.forEach((now, place) => {
          if (now === before[place]) return;
          const [column, row] = [place % grid.columns, Math.floor(place / grid.columns)];
          expect(area !== null && column >= area.firstColumn && column <= area.lastColumn).toBe(true);
          expect(area !== null && row >= area.firstRow && row <= area.lastRow).toBe(true);
        });
        const text = encodeMask(mask);
        expect(decodeMask(text, mask.length)).toEqual(mask);
        expect(countInside(text, mask.length)).toBe(count(mask));
        // The same stroke again changes nothing.
        const again = mask.slice();
        paintStroke(again, grid, { from, to, radius, value });
        expect(encodeMask(again)).toBe(text);
      }
    }
  });

  it('refuses every text that no mask is written as', () => {
    const random = seeded(7);
    const letters = 'ABCDwxyz0189+/=';
    for (let i = 0; i < 5000; i += 1) {
      const text = Array.from({ length: Math.floor(random() * 9) }, () => letters[Math.floor(random() * 15)]).join('');
      const mask = decodeMask(text, 300);
      if (mask !== null) expect(encodeMask(mask)).toBe(text);
      expect(countInside(text, 300)).toBe(mask === null ? null : count(mask));
    }
    for (const text of ['A', 'AA=', 'AAE=', 'AQ', 'gAAB', 'AQEAAQ', '/////wE', 'AP8D']) {
      expect(decodeMask(text, 300), text).toBeNull();
    }
  });

  it('paints with a threshold only what is in its range, and wipes out anything', () => {
    const grid = { columns: 8, rows: 1, pixelWidth: 1, pixelHeight: 1 };
    const mask: Mask = new Uint8Array(8);
    const stroke = { from: [0, 0.5], to: [8, 0.5], radius: 1 } as const;
    paintStroke(
      mask,
      grid,
      { ...stroke, value: 1 },
      withinRange([0, 1, 2, 3, 4, 5, 6, Number.NaN], { lower: 2, upper: 5 }),
    );
    expect([...mask]).toEqual([0, 0, 1, 1, 1, 1, 0, 0]);
    paintStroke(mask, grid, { ...stroke, to: [3, 0.5], radius: 0, value: 0 }, () => false);
    expect([...mask]).toEqual([0, 0, 0, 0, 1, 1, 0, 0]);
  });
});

function paintByDefinition(
  mask: Uint8Array,
  { columns, rows, pixelHeight }: PaintedGrid,
  from: readonly [number, number],
  to: readonly [number, number],
  radius: number,
  value: number,
): void {
  for (let place = 0; place < columns * rows; place += 1) {
    const [column, row] = [place % columns, Math.floor(place / columns)];
    const [ax, ay, bx, by] = [from[0], from[1] * pixelHeight, to[0], to[1] * pixelHeight];
    const [x, y] = [column + 0.5, (row + 0.5) * pixelHeight];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    const near = Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)) <= radius;
    const isUnder = [from, to].some(([px, py]) => Math.floor(px) === column && Math.floor(py) === row);
    if (near || isUnder) mask[place] = value;
  }
}

describe('growing', () => {
  const sphere = (radius: number) =>
    Array.from({ length: 9 }, (_, z) =>
      Float32Array.from({ length: 81 }, (_, place) =>
        Math.hypot((place % 9) - 4, Math.floor(place / 9) - 4, z - 4) <= radius ? 100 : 0,
      ),
    );
  const volume = {
    columns: 9,
    rows: 9,
    columnSpacingMm: 1,
    rowSpacingMm: 1,
    positionsMm: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  };

  it('fills a ball, no more and no less, and stays out of one that does not touch it', () => {
    const slices = sphere(2.5);
    for (const at of [0, 80]) {
      const [first] = slices;
      if (first !== undefined) first[at] = 100;
    }
    const grown = growRegion({ ...volume, slices }, { column: 4, row: 4, slice: 4 }, { lower: 50, upper: 150 }, 20);
    const voxels = slices.flatMap((slice) => [...slice]).filter((value) => value === 100).length - 2;
    expect(grown?.voxelCount).toBe(voxels);
    expect(grown?.reachedRadius).toBe(false);
    expect([...(grown?.masks.keys() ?? [])].toSorted()).toEqual([2, 3, 4, 5, 6]);
  });

  it('ends at its radius and says so; a seed out of range grows nothing', () => {
    const slices = sphere(20);
    const seed = { column: 4, row: 4, slice: 4 };
    const grown = growRegion({ ...volume, slices }, seed, { lower: 50, upper: 150 }, 1);
    expect(grown).toMatchObject({ voxelCount: 7, reachedRadius: true });
    expect(growRegion({ ...volume, slices }, seed, { lower: 0, upper: 50 }, 1)).toBeNull();
    expect(growRegion({ ...volume, slices }, { ...seed, column: 9 }, { lower: 0, upper: 500 }, 1)).toBeNull();
  });
});

describe('slices between drawn ones', () => {
  const grid = { columns: 41, rows: 41, pixelWidth: 1, pixelHeight: 1 };
  const disc = (radius: number): Mask => {
    const mask: Mask = new Uint8Array(41 * 41);
    paintStroke(mask, grid, { from: [20.5, 20.5], to: [20.5, 20.5], radius, value: 1 });
    return mask;
  };

  it('gives the drawn slices themselves at the ends, and a disc of the mean radius in the middle', () => {
    const [small, large] = [disc(5), disc(15)];
    const [before, after] = [signedDistances(small, grid), signedDistances(large, grid)];
    expect(maskBetween(grid, before, after, 0)).toEqual(small);
    expect(maskBetween(grid, before, after, 1)).toEqual(large);
    const middle = count(maskBetween(grid, before, after, 0.5));
    expect(Math.abs(Math.sqrt(middle / Math.PI) - 10)).toBeLessThan(0.35);
  });

  it('measures distances exactly, with pixels that are no squares', () => {
    const random = seeded(3);
    const [columns, rows, pixelWidth, pixelHeight] = [13, 9, 1, 1.7];
    const mask = Uint8Array.from({ length: columns * rows }, () => (random() < 0.3 ? 1 : 0));
    const found = signedDistances(mask, { columns, rows, pixelWidth, pixelHeight });
    for (let place = 0; place < mask.length; place += 1) {
      const others = [...mask].flatMap((value, other) =>
        value === mask[place]
          ? []
          : [
              Math.hypot(
                ((place % columns) - (other % columns)) * pixelWidth,
                (Math.floor(place / columns) - Math.floor(other / columns)) * pixelHeight,
              ),
            ],
      );
      const distance = Math.min(...others) - 0.5;
      expect(found[place]).toBeCloseTo(mask[place] === 1 ? distance : -distance, 4);
    }
  });
});
