/** What is measured of slides, on pictures whose truth is known because it was painted here. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { filledRaster, type RasterImage, resizeRaster } from '#server/codecs/raster.ts';
import { openSlide } from '#server/slides/open-slide.ts';
import { readRegion } from '#server/slides/region.ts';
import type { Slide } from '#server/slides/slide.ts';
import { openFileSource } from '#server/slides/source.ts';
import { judgePixelSize } from '#shared/imaging/pixel-size.ts';
import { type QualityCard, qualityLines } from '#shared/imaging/quality-card.ts';
import { focusScore } from './focus.ts';
import { compareWithMacro } from './macro-comparison.ts';
import { cleaned, componentsOf, countOf, type Mask, packed } from './mask.ts';
import { measureQuality } from './measure-quality.ts';
import { penMarks } from './pen-marks.ts';
import { createQualityPool, qualityTasks } from './quality-pool.ts';
import { qualityHere } from './quality-tasks.ts';
import { otsu, tissueLimit, tissueMask } from './tissue.ts';

const never = new AbortController().signal;
let folder: string;
let slide: Slide;
let card: QualityCard;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slide-quality-'));
  const path = join(folder, 'made.svs');
  await writeSlide(path, { width: 3000, height: 2000 });
  slide = await openSlide(await openFileSource(path));
  card = await measureQuality(slide, qualityHere, never);
}, 60_000);
afterAll(async () => {
  await slide.close();
  await rm(folder, { recursive: true });
});

function painted(width: number, height: number, colour: (x: number, y: number) => readonly [number, number, number]) {
  const raster = filledRaster(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) raster.data.set(colour(x, y), (y * width + x) * 3);
  }
  return raster;
}
const GLASS = [243, 242, 244] as const;
const EOSIN = [225, 150, 190] as const;

describe('masks', () => {
  const mask = (rows: string[]): Mask => ({
    width: rows[0]!.length,
    height: rows.length,
    data: Uint8Array.from(rows.join(''), (one) => (one === '#' ? 1 : 0)),
  });

  it('fill small holes, drop small parts and keep the rest', () => {
    const found = cleaned(mask(['####..', '#..#..', '####.#', '......']), 3, 4);
    expect(found).toEqual(mask(['####..', '####..', '####..', '......']));
  });

  it('join by corners, but holes do not leak through them', () => {
    expect(componentsOf(mask(['#.', '.#']), 1)).toHaveLength(1);
    expect(componentsOf(mask(['#.', '.#']), 0)).toHaveLength(2);
  });

  it('are packed with the first pixel in the highest bit', () => {
    expect([...packed(mask(['#..#', '....', '#...']))]).toEqual([0b10010000, 0b10000000]);
  });
});

describe('tissue', () => {
  it('Otsu parts two heaps between them', () => {
    const histogram = new Array<number>(256).fill(0);
    for (const [value, count] of [
      [10, 500],
      [12, 400],
      [90, 300],
      [95, 200],
    ] as const)
      histogram[value] = count;
    expect(otsu(histogram)).toBeGreaterThanOrEqual(12);
    expect(otsu(histogram)).toBeLessThan(90);
  });

  it.each([
    ['eosin', EOSIN],
    ['pale eosin', [238, 205, 222]],
    ['haematoxylin', [120, 90, 160]],
    ['DAB', [150, 100, 60]],
    ['pale haematoxylin', [200, 205, 225]],
  ] as const)('of %s has the area it was painted with', (_, colour) => {
    // A disc of radius 80 in 400 × 300 px, dust of 2 px and a gap of 3 × 3 px.
    const picture = painted(400, 300, (x, y) => {
      if (x === 5 && y < 2) return colour;
      const inside = (x - 200) ** 2 + (y - 150) ** 2 <= 80 ** 2;
      return inside && !(Math.abs(x - 200) <= 1 && Math.abs(y - 150) <= 1) ? colour : GLASS;
    });
    const found = tissueMask(picture, tissueLimit(picture), 16);
    expect(countOf(found) / (Math.PI * 80 ** 2)).toBeCloseTo(1, 2);
  });

  it('is none on empty glass, and black that was never scanned is none', () => {
    const picture = painted(200, 200, (x) => (x < 50 ? [0, 0, 0] : GLASS));
    expect(countOf(tissueMask(picture, tissueLimit(picture), 16))).toBe(0);
  });

  it('of the made slide is what its painter says, and is laid over the whole of it', () => {
    if (!card.tissue.measured) return expect.fail(card.tissue.reason);
    const { fraction, areaMm2, mask } = card.tissue;
    expect(fraction).toBeGreaterThan(0.5);
    expect(areaMm2! / (fraction * 3000 * 2000 * 0.499 ** 2 * 1e-6)).toBeCloseTo(1, 2);
    expect(Buffer.from(mask.bits, 'base64').length).toBe(Math.ceil((mask.width * mask.height) / 8));
    expect(mask.width / mask.height).toBeCloseTo(1.5, 2);
  });
});

describe('pen marks', () => {
  const stained = (stroke: readonly [number, number, number]) =>
    painted(600, 400, (x, y) => {
      if (Math.abs(y - 60 - x / 10) < 6 && x > 100 && x < 400) return stroke;
      return (x - 300) ** 2 + (y - 220) ** 2 < 120 ** 2 ? EOSIN : GLASS;
    });

  it.each([
    ['blue', [35, 60, 150]],
    ['green', [20, 110, 70]],
    ['red', [205, 30, 45]],
    ['black', [35, 33, 38]],
  ] as const)('in %s are found where they were drawn', (ink, colour) => {
    const marks = penMarks(stained(colour), 16);
    expect(marks).toHaveLength(1);
    const { x, y, width, height, share } = marks[0]!;
    expect(marks[0]!.ink).toBe(ink);
    expect([x, x + width]).toEqual([101, 400]);
    expect([y, y + height].map((edge, at) => Math.abs(edge - [65, 105][at]!) <= 2)).toEqual([true, true]);
    expect(share).toBeCloseTo((299 * 12) / (600 * 400), 2);
  });

  it.each([
    ['haematoxylin', [95, 70, 150]],
    ['haematoxylin beside DAB', [140, 150, 195]],
    ['DAB', [120, 70, 35]],
    ['eosin', [220, 100, 150]],
    ['blood', [200, 75, 95]],
  ] as const)('are not seen in %s', (_, colour) => expect(penMarks(stained(colour), 16)).toEqual([]));

  it('are no tissue', async () => {
    const { tissue } = await qualityHere.overview({ picture: stained([20, 110, 70]), mpp: 16 });
    expect(countOf(tissue) / (Math.PI * 120 ** 2)).toBeCloseTo(1, 1);
  });

  it('are not on the made slide', () => expect(card.penMarks).toEqual({ measured: true, share: 0, marks: [] }));
});

describe('focus', () => {
  /** Blurred by shrinking and enlarging. */
  const blurred = async (picture: RasterImage, factor: number) =>
    resizeRaster(
      await resizeRaster(picture, picture.width / factor, picture.height / factor),
      picture.width,
      picture.height,
    );

  it('of a patch falls with every blur', async () => {
    const limit = tissueLimit(await readRegion(slide, 0, { x: 0, y: 0, width: 3000, height: 2000 }));
    const patch = await readRegion(slide, 0, { x: 1680, y: 1200, width: 240, height: 240 });
    const scores = [patch, await blurred(patch, 2), await blurred(patch, 4), await blurred(patch, 8)].map(
      (one) => focusScore(one, limit) ?? -1,
    );
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0.55);
    expect(scores[2]).toBeLessThan(0.3);
    expect(focusScore(filledRaster(240, 240, GLASS), limit)).toBeNull();
  });

  it('finds the blurred part of a slide, and only there', async () => {
    // The slide with a quarter of its tiles out of focus.
    const isBlurred = (column: number, row: number): boolean => column >= 6 && row >= 5;
    const partly: Slide = {
      ...slide,
      async decodedTile(level, column, row, signal) {
        const tile = await slide.decodedTile(level, column, row, signal);
        return level === 0 && isBlurred(column, row) ? blurred(tile, 6) : tile;
      },
    };
    const { focus } = await measureQuality(partly, qualityHere, never);
    if (!focus.measured) return expect.fail(focus.reason);
    expect([focus.columns, focus.rows, focus.cellWidth]).toEqual([13, 9, 240]);
    const scores = Buffer.from(focus.scores, 'base64');
    const shares = { sharp: [0, 0], blurred: [0, 0] };
    for (const [at, score] of scores.entries()) {
      if (score === 0) continue;
      const part = isBlurred(at % 13, Math.floor(at / 13)) ? shares.blurred : shares.sharp;
      part[score < 1 + 0.3 * 254 ? 1 : 0]!++;
    }
    expect(shares.blurred[0]).toBe(0);
    expect(shares.blurred[1]).toBeGreaterThan(15);
    expect(shares.sharp[1]! / (shares.sharp[0]! + shares.sharp[1]!)).toBeLessThan(0.05);
    const words = qualityLines({ ...card, focus }).find(({ what }) => what === 'focus');
    expect(words).toMatchObject({ severity: 'attention', words: expect.stringMatching(/out of focus/) });
  });
});

describe('pixel size', () => {
  const base = { mppX: 0.25, mppY: 0.25, objectivePower: 40, statedMpps: [], mppsDisagree: false };
  it.each([
    ['plausible', {}],
    ['plausible', { mppX: 0.23, mppY: 0.23, objectivePower: 20 }],
    ['plausible', { objectivePower: null }],
    ['implausible', { objectivePower: 4 }],
    ['implausible', { mppX: 1, mppY: 1 }],
    ['implausible', { mppX: 0.25, mppY: 0.3 }],
    ['implausible', { mppX: 264, mppY: 264, objectivePower: null }],
    ['unknown', { mppX: null, mppY: null }],
    ['disagree', { mppsDisagree: true }],
  ] as const)('%s: %o', (verdict, facts) => expect(judgePixelSize({ ...base, ...facts }).verdict).toBe(verdict));
});

describe('the whole glass', () => {
  // 76 × 26 mm at 20 px a mm, a label of paper and print on the left.
  const PIECES = [
    { x: 40, y: 8, rx: 5, ry: 3 },
    { x: 50, y: 17, rx: 3, ry: 4 },
  ];
  const glassWith = (pieces: typeof PIECES) =>
    painted(1520, 520, (x, y) => {
      const [mmX, mmY] = [x / 20, y / 20];
      if (mmX < 22) return mmX % 2 < 0.6 && mmY % 3 < 1 ? [30, 30, 34] : [250, 248, 240];
      const on = pieces.some((one) => ((mmX - one.x) / one.rx) ** 2 + ((mmY - one.y) / one.ry) ** 2 <= 1);
      return on ? EOSIN : GLASS;
    });
  /** The scan of 33…55 × 4…22 mm at 10 px a mm. */
  const scanned = {
    ...{ widthMm: 22, heightMm: 18 },
    mask: tissueMask(
      painted(220, 180, (x, y) => {
        const [mmX, mmY] = [33 + x / 10, 4 + y / 10];
        const on = PIECES.some((one) => ((mmX - one.x) / one.rx) ** 2 + ((mmY - one.y) / one.ry) ** 2 <= 1);
        return on ? EOSIN : GLASS;
      }),
      { glass: GLASS, depth: 30 },
      100,
    ),
  };

  it('is all scanned', () => {
    expect(compareWithMacro(glassWith(PIECES), scanned)).toMatchObject({ measured: true, missingFraction: 0 });
  });

  it('holds a piece that the scan missed', () => {
    const found = compareWithMacro(glassWith([...PIECES, { x: 66, y: 12, rx: 2.5, ry: 4 }]), scanned);
    if (!found.measured) return expect.fail(found.reason);
    const [all, missed] = [15 + 12 + 10, 10];
    expect(found.missingFraction).toBeCloseTo(missed / all, 1);
  });

  it('is not compared when the scan is not found on it, and says so', () => {
    const other = glassWith([{ x: 45, y: 13, rx: 1, ry: 1 }]);
    expect(compareWithMacro(other, scanned)).toEqual({
      measured: false,
      reason: 'the scanned tissue could not be found on the glass',
    });
    const square = painted(300, 300, () => GLASS);
    expect(compareWithMacro(square, scanned).measured).toBe(false);
  });
});

it('the same is measured in a process of its own', async () => {
  const pool = createQualityPool();
  try {
    expect(await measureQuality(slide, qualityTasks(pool), never)).toEqual(card);
  } finally {
    await pool.close();
  }
}, 60_000);
