/**
 * Real and generated slides against independent readers: libvips' own TIFF loader for every tile of every level, and
 * OpenSlide (python3-openslide with Pillow as the decoder of what we send) where it is installed.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type SharpOptions } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { decodeRaster } from '#server/codecs/raster.ts';
import { tileRectangle } from '#shared/imaging/pyramid.ts';
import { describeSlide, openSlide } from './open-slide.ts';
import { readRegion, tilesOf } from './region.ts';
import type { Slide } from './slide.ts';
import { openFileSource } from './source.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'consilium-slides-'));
afterAll(() => rm(folder, { recursive: true }));

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const wsi = (name: string): string => join(data, 'wsi', name);
const cmu = wsi('CMU-1-Small-Region.svs');
const hasData = existsSync(cmu);
const absent = hasData ? '' : ' (skipped: no real test data; set CONSILIUM_TEST_DATA)';
const python = '/usr/bin/python3';
const hasOpenSlide = await run(python, ['-c', 'import openslide, PIL, numpy']).then(
  () => true,
  () => false,
);
const absentOracle = hasOpenSlide ? '' : ' (skipped: python3-openslide is not installed)';

/** Largest difference between what we send for a level and what libvips reads of the same page, inside the image. */
async function differenceToLibvips(path: string, slide: Slide, level: number, page: SharpOptions): Promise<number> {
  const shape = slide.description.levels[level]!;
  const options = { ...page, ignoreIcc: true, limitInputPixels: shape.width * shape.height };
  const whole = await sharp(path, options)
    .flatten({ background: '#ffffff' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([whole.info.width, whole.info.height]).toEqual([shape.width, shape.height]);
  let largest = 0;
  for (const { column, row } of tilesOf({
    firstColumn: 0,
    firstRow: 0,
    lastColumn: shape.columns - 1,
    lastRow: shape.rows - 1,
  })) {
    const tile = await slide.tile(level, column, row);
    const format = tile.mediaType === 'image/png' ? 'PNG' : 'JPEG';
    const sent = await decodeRaster(tile.bytes, { format, width: shape.tileWidth, height: shape.tileHeight });
    const place = tileRectangle(shape, column, row);
    for (let y = 0; y < place.height; y++) {
      for (let x = 0; x < place.width; x++) {
        for (let sample = 0; sample < 3; sample++) {
          const channel = Math.min(sample, whole.info.channels - 1);
          const theirs = whole.data[((place.y + y) * shape.width + place.x + x) * whole.info.channels + channel]!;
          largest = Math.max(largest, Math.abs(theirs - sent.data[(y * shape.tileWidth + x) * 3 + sample]!));
        }
      }
    }
  }
  return largest;
}

async function withSlide<Value>(path: string, work: (slide: Slide) => Promise<Value>): Promise<Value> {
  const slide = await openSlide(await openFileSource(path));
  try {
    return await work(slide);
  } finally {
    await slide.close();
  }
}

describe.skipIf(!hasData)(`every tile equals libvips${absent}`, () => {
  const pages = (count: number, options: (level: number) => SharpOptions) =>
    Array.from({ length: count }, (_, level) => options(level));
  it.each<[string, SharpOptions[]]>([
    ['CMU-1-Small-Region.svs', pages(1, (page) => ({ page }))],
    ['boxes.tiff', pages(4, (page) => ({ page }))],
    ['test_orient1.tif', pages(3, (page) => ({ page }))],
    ['derived/cmu-jpeg-pyramid.tif', pages(5, (page) => ({ page }))],
    ['derived/cmu-deflate-pyramid.tif', pages(2, (page) => ({ page }))],
    ['derived/aperio-like-5level.svs', pages(5, (page) => ({ page }))],
    [
      'derived/cmu-pyramid-subifd.ome.tif',
      pages(4, (level) => (level === 0 ? { page: 0 } : { page: 0, subifd: level - 1 })),
    ],
  ])('%s', { timeout: 60_000 }, async (name, levels) => {
    await withSlide(wsi(name), async (slide) => {
      expect(slide.description.levels).toHaveLength(levels.length);
      for (const [level, page] of levels.entries()) {
        expect(await differenceToLibvips(wsi(name), slide, level, page)).toBe(0);
      }
    });
  });
});

describe.skipIf(!hasData)(`real slides are described${absent}`, () => {
  const describeFile = async (name: string) => {
    const source = await openFileSource(wsi(name));
    try {
      return await describeSlide(source);
    } finally {
      await source.close();
    }
  };

  it('CMU-1-Small-Region.svs', async () => {
    expect(await describeFile('CMU-1-Small-Region.svs')).toEqual({
      format: 'aperio-svs',
      vendor: 'Aperio',
      compression: 'JPEG',
      width: 2220,
      height: 2967,
      levels: [
        {
          width: 2220,
          height: 2967,
          tileWidth: 240,
          tileHeight: 240,
          columns: 10,
          rows: 13,
          downsampleX: 1,
          downsampleY: 1,
        },
      ],
      mppX: 0.499,
      mppY: 0.499,
      mppSource: 'aperio-description',
      objectivePower: 20,
      objectivePowerSource: 'aperio-description',
      statedMpps: [{ source: 'aperio-description', x: 0.499, y: 0.499 }],
      mppsDisagree: false,
      scanner: null,
      stain: null,
      focalPlanes: [{ zUm: null }],
      defaultFocalPlane: 0,
      channels: [{ name: 'colour', colour: null, window: null }],
      origin: null,
      associatedImages: [
        { name: 'thumbnail', width: 574, height: 768 },
        { name: 'label', width: 387, height: 463 },
        { name: 'macro', width: 1280, height: 431 },
      ],
      hasIccProfile: false,
      iccProfileName: null,
    });
  });

  it('its label decodes exactly as libvips reads it', async () => {
    await withSlide(cmu, async (slide) => {
      const label = await slide.associatedImage('label');
      expect(label.mediaType).toBe('image/png');
      const theirs = await sharp(cmu, { page: 2 }).raw().toBuffer();
      expect((await sharp(label.bytes).raw().toBuffer()).equals(theirs)).toBe(true);
    });
  });

  it.each<[string, string]>([['test_orient6.tif', 'SLIDE_PIXELS_UNSUPPORTED']])(
    '%s is refused: %s',
    async (name, code) => {
      await expect(describeFile(name)).rejects.toThrow(expect.objectContaining({ code }));
    },
  );
});

describe.skipIf(!hasData)(`channels and focal planes equal what libvips reads of their pages${absent}`, () => {
  // SHA-256 of the signed samples of all pages one after the other, as `vips rawsave` 8.14 writes them.
  it.each([
    ['multi-channel.ome.tif', 3, 1, 'c0b65048cde48dcb9b7a4bf6354bcebbec850963fa8a92d87116e91d03e82c79'],
    ['multi-channel-z-series.ome.tif', 3, 5, '7ffeead48b4453fa7af858d16967be6af8dad55fc2069592378d277e275aa12e'],
  ])('%s', async (name, channels, planes, expected) => {
    await withSlide(wsi(name), async (slide) => {
      const { width, height } = slide.description;
      expect([slide.description.channels.length, slide.description.focalPlanes.length]).toEqual([channels, planes]);
      const hash = createHash('sha256');
      // The files count focal planes before channels.
      for (let page = 0; page < channels * planes; page++) {
        // White from -128 to 127: one step of the stored value is one step of the picture.
        const view = { index: Math.floor(page / planes), colour: '#ffffff', window: { low: -128, high: 127 } };
        const shown = slide.select({ focalPlane: page % planes, channels: [view] });
        const { data } = await readRegion(shown, 0, { x: 0, y: 0, width, height });
        hash.update(Uint8Array.from({ length: width * height }, (_, at) => data[at * 3]! - 128));
      }
      expect(hash.digest('hex')).toBe(expected);
    });
  });

  it('refuses planes and channels that are not there', async () => {
    await withSlide(wsi('multi-channel.ome.tif'), async (slide) => {
      const view = { colour: null, window: null };
      expect(() => slide.select({ focalPlane: 1, channels: [] })).toThrow(/no such focal plane/);
      expect(() => slide.select({ focalPlane: 0, channels: [{ index: 3, ...view }] })).toThrow(/no such focal plane/);
    });
  });
});

describe('generated slides', () => {
  it.each([
    ['rgb', false],
    ['ycbcr', true],
  ] as const)(
    '%s, BigTIFF %s: described as written, and every tile equals libvips',
    { timeout: 60_000 },
    async (colour, bigTiff) => {
      const path = join(folder, `${colour}.svs`);
      const written = await writeSlide(path, { width: 2500, height: 1300, seed: 5, colour, bigTiff });
      await withSlide(path, async (slide) => {
        const { levels, mppX, objectivePower, associatedImages } = slide.description;
        expect(levels.map(({ width, height }) => ({ width, height }))).toEqual(
          written.levels.map(({ width, height }) => ({ width, height })),
        );
        expect([mppX, objectivePower]).toEqual([written.mpp, written.appMag]);
        expect(associatedImages.map((image) => image.name).sort()).toEqual(['label', 'macro', 'thumbnail']);
        // Page 1 is the thumbnail in strips.
        for (const level of levels.keys()) {
          expect(await differenceToLibvips(path, slide, level, { page: level === 0 ? 0 : level + 1 })).toBe(0);
        }
      });
    },
  );
});

describe.skipIf(!hasData || !hasOpenSlide)(
  `every full-resolution tile equals OpenSlide${absent}${absentOracle}`,
  () => {
    it.each(['CMU-1-Small-Region.svs', 'derived/cmu-jpeg-pyramid.tif', 'derived/aperio-like-5level.svs'])(
      '%s',
      { timeout: 60_000 },
      async (name) => {
        const script = join(folder, 'compare.py');
        await writeFile(script, COMPARE);
        await withSlide(wsi(name), async (slide) => {
          const shape = slide.description.levels[0]!;
          for (const { column, row } of tilesOf({
            firstColumn: 0,
            firstRow: 0,
            lastColumn: shape.columns - 1,
            lastRow: shape.rows - 1,
          })) {
            await writeFile(join(folder, `${column}-${row}`), (await slide.tile(0, column, row)).bytes);
          }
          const { columns, rows, tileWidth } = shape;
          const args = [script, wsi(name), folder, columns, rows, tileWidth].map(String);
          expect(JSON.parse((await run(python, args)).stdout)).toEqual({ tiles: columns * rows, largest: 0 });
        });
      },
    );
  },
);

const COMPARE = `
import json, sys
import numpy, openslide
from PIL import Image
path, folder, columns, rows, side = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
slide = openslide.OpenSlide(path)
width, height = slide.dimensions
largest = tiles = 0
for row in range(rows):
    for column in range(columns):
        w, h = min(side, width - column * side), min(side, height - row * side)
        sent = numpy.asarray(Image.open(f'{folder}/{column}-{row}').convert('RGB')).astype(int)[:h, :w]
        theirs = numpy.asarray(slide.read_region((column * side, row * side), 0, (w, h)))
        inside = theirs[:, :, 3] > 0
        difference = numpy.abs(theirs[:, :, :3].astype(int) - sent)[inside]
        largest = max(largest, int(difference.max())) if difference.size else largest
        tiles += 1
print(json.dumps({'tiles': tiles, 'largest': largest}))
`;
