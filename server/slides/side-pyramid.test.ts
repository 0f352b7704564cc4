/** Side pyramids: made by the functions themselves and by the process that runs them, and counted with their slide. */

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeJpeg, encodePng, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import { sidePlan } from '#shared/imaging/side-levels.ts';
import { LevelAverage } from './level-average.ts';
import { makeSidePyramid } from './make-side-pyramid.ts';
import { openSlide } from './open-slide.ts';
import { readRegion } from './region.ts';
import { createSidePyramidMaker } from './side-pyramid-maker.ts';
import type { Slide } from './slide.ts';
import { type ByteSource, memorySource, openFileSource } from './source.ts';
import { pictureFields, type SamplePage, tiffSample } from './tiff-sample.ts';

const NEVER = new AbortController().signal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'side-pyramid-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A level of tiles that differ everywhere, so that a tile in the wrong place is seen. */
function page(width: number, height: number, tile: number): SamplePage {
  const data: Uint8Array[] = [];
  for (let row = 0; row < Math.ceil(height / tile); row++) {
    for (let column = 0; column < Math.ceil(width / tile); column++) {
      const pixels = new Uint8Array(tile * tile * 3);
      for (let at = 0; at < tile * tile; at++) {
        const [x, y] = [column * tile + (at % tile), row * tile + Math.floor(at / tile)];
        pixels.set([(x * 7 + y) & 255, (x ^ (y * 3)) & 255, (x * y) & 255], at * 3);
      }
      data.push(pixels);
    }
  }
  return { fields: pictureFields({ width, height, tile }), segments: { kind: 'tiles', data } };
}

async function whole(slide: Slide, level: number): Promise<RasterImage> {
  const { width, height } = slide.description.levels[level] ?? { width: 0, height: 0 };
  return readRegion(slide, level, { x: 0, y: 0, width, height });
}

function averaged(picture: RasterImage, width: number, height: number): Buffer {
  const average = new LevelAverage(picture, { width, height });
  average.add(picture, 0, 0, picture);
  return Buffer.concat([...average.finish(picture.height)].map(({ data }) => data));
}

let made = 0;
async function withSide(bytes: Uint8Array): Promise<{ alone: Slide; joined: Slide }> {
  const alone = await openSlide(memorySource(bytes));
  const plan = sidePlan(alone.description);
  if (plan === null) throw new Error('nothing is missing');
  const path = join(folder, `${++made}.tif`);
  const shares: number[] = [];
  await makeSidePyramid(alone, plan, path, (share) => shares.push(share), NEVER);
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  const side = { name: 'abcd', source: await openFileSource(path) };
  return { alone, joined: await openSlide(memorySource(bytes), { side }) };
}

describe('a slide with its side pyramid', () => {
  it('fills a jump, keeps what the scanner stored, and counts all levels from fine to coarse', async () => {
    const bytes = tiffSample([page(1203, 901, 64), page(75, 56, 64)]);
    const { alone, joined } = await withSide(bytes);
    const levels = joined.description.levels.map(({ width, height, downsampleX }) => [width, height, downsampleX]);
    expect(levels).toEqual([
      [1203, 901, 1],
      [301, 225, 1203 / 301],
      [75, 56, 1203 / 75],
    ]);
    for (const [joinedLevel, level] of [
      [0, 0],
      [2, 1],
    ] as const) {
      expect(Buffer.from((await whole(joined, joinedLevel)).data)).toEqual(
        Buffer.from((await whole(alone, level)).data),
      );
      expect(joined.tileVersion(joinedLevel, 0, 0)).toBe(alone.tileVersion(level, 0, 0));
    }
    const expected = averaged(await whole(alone, 0), 301, 225);
    expect(Buffer.from((await whole(joined, 1)).data).equals(expected)).toBe(true);
    expect(joined.tileVersion(1, 0, 0)).toMatch(/^abcd-/);
    expect((await joined.tile(1, 0, 0)).version).toBe(joined.tileVersion(1, 0, 0));
    expect(() => joined.tileVersion(1, 9, 0)).toThrow(
      expect.objectContaining({ params: { level: 1, column: 9, row: 0 } }),
    );
    await expect(joined.tile(2, 9, 0)).rejects.toMatchObject({ params: { level: 2, column: 9, row: 0 } });
    expect(() => joined.select({ focalPlane: 1, channels: [] })).toThrow(
      expect.objectContaining({ code: 'SLIDE_PLANE_UNKNOWN' }),
    );
    expect(joined.select({ focalPlane: 0, channels: [] })).toBe(joined);
    await Promise.all([alone.close(), joined.close()]);
  });

  it('of JPEG tiles passes JPEG tiles through, close to the mean', async () => {
    const tile = await encodeJpeg(filledRaster(256, 256, [180, 60, 120]));
    const fields = pictureFields({ width: 4500, height: 300, tile: 256, compression: 7, photometric: 6 });
    const bytes = tiffSample([{ fields, segments: { kind: 'tiles', data: Array.from({ length: 36 }, () => tile) } }]);
    const { alone, joined } = await withSide(bytes);
    expect(joined.description.levels.map(({ width, height }) => [width, height])).toEqual([
      [4500, 300],
      [1125, 75],
    ]);
    expect(joined.passesThrough(1)).toBe(true);
    const { data } = await whole(joined, 1);
    expect([...data.subarray(0, 3)].every((value, at) => Math.abs(value - [180, 60, 120][at]!) <= 3)).toBe(true);
    expect(data.length).toBe(1125 * 75 * 3);
    await Promise.all([alone.close(), joined.close()]);
  });

  it('of a flat picture holds its pixels too, and the picture is not rewritten any more', async () => {
    const picture = { width: 5000, height: 600, data: new Uint8Array(5000 * 600 * 3).map((_, at) => (at * 31) >> 3) };
    const bytes = await encodePng(picture);
    const { alone, joined } = await withSide(bytes);
    expect(alone.description.levels).toHaveLength(1);
    expect(joined.description.levels.map(({ width, height }) => [width, height])).toEqual([
      [5000, 600],
      [1250, 150],
    ]);
    expect(joined.description.levels[0]).toEqual(alone.description.levels[0]);
    expect(Buffer.from((await whole(joined, 0)).data).equals(Buffer.from(picture.data))).toBe(true);
    expect(Buffer.from((await whole(joined, 1)).data).equals(averaged(picture, 1250, 150))).toBe(true);
    await Promise.all([alone.close(), joined.close()]);
  });
});

describe('the process that makes them', () => {
  const objects: Readonly<Record<string, () => Promise<ByteSource>>> = {
    sparse: async () => memorySource(tiffSample([page(1203, 901, 64), page(75, 56, 64)])),
    flat: async () => memorySource(await encodePng(filledRaster(700, 300, [10, 90, 200]))),
    complete: async () => memorySource(tiffSample([page(300, 200, 64)])),
    damaged: async () =>
      memorySource(
        tiffSample([
          {
            ...page(4800, 80, 64),
            segments: { kind: 'tiles', data: Array.from({ length: 150 }, () => new Uint8Array(7)) },
          },
        ]),
      ),
    missing: async () => {
      throw new AppError('BLOB_MISSING');
    },
    silent: async () => ({ sizeBytes: 1000, read: () => new Promise(() => {}), async close() {} }),
  };
  let reserved = 0;
  const maker = (silenceSeconds = 60) =>
    createSidePyramidMaker({
      open: async (sha256) => (await objects[sha256]?.()) ?? memorySource(new Uint8Array(0)),
      reserve: () => join(folder, `maker-${++reserved}`),
      silenceSeconds,
    });
  const make = (name: string, signal = NEVER, silenceSeconds?: number) =>
    maker(silenceSeconds).make(name as Sha256, () => {}, signal);

  it('makes what the functions make, in a folder that goes when it is discarded', async () => {
    for (const name of ['sparse', 'flat'] as const) {
      const pyramid = await make(name);
      expect(pyramid?.levels.length).toBe(name === 'flat' ? 0 : 1);
      const side = { name: 'x', source: await openFileSource(pyramid?.path ?? '') };
      const source = await objects[name]?.();
      const joined = await openSlide(source ?? memorySource(new Uint8Array(0)), { side });
      expect((await whole(joined, joined.description.levels.length - 1)).data.length).toBeGreaterThan(0);
      await joined.close();
      await pyramid?.discard();
      expect(existsSync(pyramid?.path ?? '')).toBe(false);
    }
  }, 30_000);

  it('makes nothing for a slide that lacks nothing', async () => {
    expect(await make('complete')).toBeNull();
  }, 30_000);

  it.each([
    ['damaged', 'TILE_UNDECODABLE'],
    ['missing', 'BLOB_MISSING'],
  ])(
    'says why it cannot: %s',
    async (name, code) => {
      await expect(make(name)).rejects.toMatchObject({ code });
    },
    30_000,
  );

  it('is ended when nothing happens or nobody wants it any more, and leaves nothing behind', async () => {
    await expect(make('silent', NEVER, 1)).rejects.toMatchObject({ code: 'READING_TIMEOUT' });
    await expect(make('silent', AbortSignal.timeout(300))).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.startsWith('maker'))).toEqual([]);
  }, 30_000);
});
