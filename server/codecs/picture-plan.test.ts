import { describe, expect, test } from 'vitest';
import { planPicture } from './picture-plan.ts';

const image = { columns: 100, rows: 50, pixelAspect: 1 };
const box = (width: number, height: number, enlarge = true) => ({ width, height, enlarge });
const region = (x: number, y: number, width: number | null, height: number | null) =>
  ({ unit: 'px', x, y, width, height }) as const;
const plan = (wish: Partial<Parameters<typeof planPicture>[1]>, of = image) =>
  planPicture(of, { region: null, box: null, format: 'jpeg', ...wish });

describe('PS3.18 section 8.3.5.1.3', () => {
  test('without a viewport the picture has the pixels of the image', () => {
    expect(plan({})).toEqual({ crop: { x: 0, y: 0, width: 100, height: 50 }, width: 100, height: 50 });
    expect(plan({}, { ...image, pixelAspect: 2 })).toMatchObject({ width: 100, height: 50 });
  });

  test.each([
    [box(50, 50), 50, 25],
    [box(400, 400), 400, 200],
    [box(400, 100), 200, 100],
    [box(1, 1), 1, 1],
    [box(400, 400, false), 100, 50],
  ])('as large as fits into %o', (into, width, height) => {
    expect(plan({ box: into })).toMatchObject({ width, height });
  });

  test('the region is cropped before it is scaled; missing sizes reach to the edges', () => {
    expect(plan({ region: region(60, 10, null, null), box: box(80, 80) })).toEqual({
      ...{ crop: { x: 60, y: 10, width: 40, height: 40 }, width: 80, height: 80 },
    });
    expect(plan({ region: region(0, 0, 0.4, 0.4) }).crop).toEqual({ x: 0, y: 0, width: 1, height: 1 });
  });

  test('fractions of the image (WADO-URI, PS3.18 section 9.5)', () => {
    const half = { unit: 'fraction', x: 0.5, y: 0.5, width: 0.5, height: 0.5 } as const;
    expect(plan({ region: half }).crop).toEqual({ x: 50, y: 25, width: 50, height: 25 });
    const tenth = { unit: 'fraction', x: 0.7, y: 0, width: 0.3, height: 1 } as const;
    expect(plan({ region: tenth }).crop).toEqual({ x: 70, y: 0, width: 30, height: 50 });
  });

  test.each([
    region(0, 0, 101, 10),
    region(99, 0, 2, 10),
    region(100, 0, null, null),
    region(0, 51, null, null),
    region(0, 0, 0, 10),
    region(-1, 0, 5, 5),
  ])('a region outside the image is refused: %o', (wrong) => {
    expect(() => plan({ region: wrong })).toThrow(/region outside the image of 100 × 50 px/);
  });

  test('too large to be made', () => {
    expect(() => plan({ box: box(8192, 8192) }, { columns: 10, rows: 10, pixelAspect: 1 })).toThrow(/36000000 px/);
    expect(() => plan({ format: 'webp' }, { columns: 20_000, rows: 10, pixelAspect: 1 })).toThrow(/WebP/);
  });
});

test('PS3.3 C.7.6.3.1.7: pixels that are no squares are drawn as squares when scaled', () => {
  expect(plan({ box: box(400, 400) }, { columns: 100, rows: 100, pixelAspect: 2 })).toMatchObject({
    ...{ width: 400, height: 200 },
  });
  expect(plan({ box: box(400, 400, false) }, { columns: 100, rows: 100, pixelAspect: 0.5 })).toMatchObject({
    ...{ width: 100, height: 200 },
  });
});
