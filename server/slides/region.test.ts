import { describe, expect, it } from 'vitest';
import { openSlide } from './open-slide.ts';
import { MOST_REGION_PIXELS, readRegion } from './region.ts';
import type { Slide } from './slide.ts';
import { memorySource } from './source.ts';
import { readThumbnail } from './thumbnail.ts';
import { pictureFields, plainPage, tiffSample } from './tiff-sample.ts';

/** A slide of 100 × 60 px in which red is the column and green the row of each pixel. */
const slide = await openSlide(memorySource(tiffSample([gradientPage(100, 60, 32)])));
const refusal = (code: string) => expect.objectContaining({ code });

describe('readRegion', () => {
  it.each([
    [0, 0, 100, 60],
    [0, 0, 1, 1],
    [31, 31, 2, 2],
    [40, 20, 55, 33],
    [99, 59, 1, 1],
  ])('reads the pixels of (%d, %d) %d × %d', async (x, y, width, height) => {
    const region = await readRegion(slide, 0, { x, y, width, height });
    expect(region.data).toHaveLength(width * height * 3);
    for (let at = 0; at < width * height; at++) {
      const here = [region.data[at * 3], region.data[at * 3 + 1]];
      expect(here).toEqual([x + (at % width), y + Math.floor(at / width)]);
    }
  });

  it('is white outside the image, where edge tiles hold padding', async () => {
    const region = await readRegion(slide, 0, { x: 98, y: -1, width: 4, height: 3 });
    expect([...region.data.subarray(0, 12)]).toEqual(Array(12).fill(255));
    expect([...region.data.subarray(12, 24)]).toEqual([98, 0, 7, 99, 0, 7, 255, 255, 255, 255, 255, 255]);
    expect(new Set((await readRegion(slide, 0, { x: 500, y: 0, width: 9, height: 9 })).data)).toEqual(new Set([255]));
  });

  it.each([
    ['empty', { x: 0, y: 0, width: 0, height: 5 }],
    ['of negative size', { x: 0, y: 0, width: 5, height: -5 }],
    ['between pixels', { x: 0.5, y: 0, width: 5, height: 5 }],
    ['without a number', { x: Number.NaN, y: 0, width: 5, height: 5 }],
    ['too large', { x: 0, y: 0, width: MOST_REGION_PIXELS, height: 2 }],
  ])('refuses a region that is %s', async (_, rectangle) => {
    await expect(readRegion(slide, 0, rectangle)).rejects.toThrow(refusal('SLIDE_REGION_INVALID'));
  });

  it('refuses an unknown level and stops when aborted', async () => {
    const all = { x: 0, y: 0, width: 100, height: 60 };
    await expect(readRegion(slide, 3, all)).rejects.toThrow(refusal('TILE_OUT_OF_RANGE'));
    await expect(readRegion(slide, 0, all, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});

describe('readThumbnail', () => {
  it('keeps the shape and never enlarges', async () => {
    const small = await readThumbnail(slide, 50);
    expect([small.width, small.height]).toEqual([50, 30]);
    const same = await readThumbnail(slide, 5000);
    expect([same.width, same.height]).toEqual([100, 60]);
  });

  it('reads the coarsest level that is large enough', async () => {
    const levels = await openSlide(memorySource(tiffSample([plainPage(200, 200, 32), plainPage(50, 50, 32)])));
    const asked: number[] = [];
    const watched: Slide = {
      ...levels,
      decodedTile: (level, ...place) => {
        asked.push(level);
        return levels.decodedTile(level, ...place);
      },
    };
    await readThumbnail(watched, 50);
    expect(new Set(asked)).toEqual(new Set([1]));
    await readThumbnail(watched, 51);
    expect(asked).toContain(0);
  });

  it('reads a large slide without small levels tile by tile, in its place', async () => {
    const side = 8192;
    const huge = await blankSlide(side, 512);
    const marked: Slide = {
      ...huge,
      async decodedTile(_, column, row) {
        const grey = column === 3 && row === 5 ? 0 : 255;
        return { width: 512, height: 512, data: new Uint8Array(512 * 512 * 3).fill(grey) };
      },
    };
    const small = await readThumbnail(marked, 64);
    const black = [...small.data.keys()].filter((at) => at % 3 === 0 && small.data[at] === 0).map((at) => at / 3);
    expect(black).toHaveLength(16);
    expect([Math.min(...black) % 64, Math.floor(Math.min(...black) / 64)]).toEqual([12, 20]);
  });

  it.each([0, -5, Number.NaN])('refuses a side of %d px', async (side) => {
    await expect(readThumbnail(slide, side)).rejects.toThrow(refusal('SLIDE_REGION_INVALID'));
  });

  it('refuses a slide that would take minutes', async () => {
    await expect(readThumbnail(await blankSlide(16_384, 64), 64)).rejects.toThrow(refusal('SLIDE_REGION_INVALID'));
  });
});

function blankSlide(side: number, tile: number): Promise<Slide> {
  const data = Array.from({ length: (side / tile) ** 2 }, () => new Uint8Array(0));
  const page = {
    fields: pictureFields({ width: side, height: side, tile }),
    segments: { kind: 'tiles', data },
  } as const;
  return openSlide(memorySource(tiffSample([page])));
}

function gradientPage(width: number, height: number, tile: number) {
  const data: Uint8Array[] = [];
  for (let row = 0; row < Math.ceil(height / tile); row++) {
    for (let column = 0; column < Math.ceil(width / tile); column++) {
      const pixels = new Uint8Array(tile * tile * 3);
      for (let at = 0; at < tile * tile; at++) {
        pixels.set([column * tile + (at % tile), row * tile + Math.floor(at / tile), 7], at * 3);
      }
      data.push(pixels);
    }
  }
  return { fields: pictureFields({ width, height, tile }), segments: { kind: 'tiles', data } } as const;
}
