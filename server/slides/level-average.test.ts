import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { copyRaster, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { LevelAverage } from './level-average.ts';

const run = promisify(execFile);
const hasVips = await run('vips', ['--version']).then(
  () => true,
  () => false,
);

function noise(width: number, height: number): RasterImage {
  const data = new Uint8Array(width * height * 3);
  let state = 12345;
  for (let at = 0; at < data.length; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    data[at] = state >> 16;
  }
  return { width, height, data };
}

/** Fed in pieces of `side` px as tiles come: rows of tiles, those at the border larger than what they show. */
function shrunk(picture: RasterImage, width: number, height: number, side: number): RasterImage {
  const average = new LevelAverage(picture, { width, height });
  const whole = filledRaster(width, height);
  for (let y = 0; y < picture.height; y += side) {
    const high = Math.min(side, picture.height - y);
    for (let x = 0; x < picture.width; x += side) {
      const wide = Math.min(side, picture.width - x);
      const tile = filledRaster(side, side, [1, 254, 7]);
      copyRaster(picture, { x, y, width: wide, height: high }, tile, 0, 0);
      average.add(tile, x, y, { width: wide, height: high });
    }
    for (const row of average.finish(y + high)) whole.data.set(row.data, row.y * width * 3);
  }
  return whole;
}

/** The definition, pixel by pixel, in exact whole numbers. */
function byDefinition({ width: W, height: H, data }: RasterImage, w: number, h: number): Uint8Array {
  const result = new Uint8Array(w * h * 3);
  const overlap = (large: number, small: number, counts: number, whole: number) =>
    Math.max(0, Math.min((large + 1) * counts, (small + 1) * whole) - Math.max(large * counts, small * whole));
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let sample = 0; sample < 3; sample++) {
        let sum = 0n;
        for (let row = Math.floor((y * H) / h); row < Math.min(H, Math.ceil(((y + 1) * H) / h)); row++) {
          for (let column = Math.floor((x * W) / w); column < Math.min(W, Math.ceil(((x + 1) * W) / w)); column++) {
            const weight = BigInt(overlap(row, y, h, H)) * BigInt(overlap(column, x, w, W));
            sum += BigInt(data[(row * W + column) * 3 + sample] ?? 0) * weight;
          }
        }
        const area = BigInt(W) * BigInt(H);
        result[(y * w + x) * 3 + sample] = Number((sum * 2n + area) / (area * 2n));
      }
    }
  }
  return result;
}

describe('LevelAverage', () => {
  it.each([
    ['whole factors', 96, 64, 24, 16],
    ['sides that do not divide', 101, 67, 25, 17],
    ['axes that differ', 130, 61, 33, 15],
    ['to a single row', 77, 13, 19, 1],
    ['to a single pixel', 45, 50, 1, 1],
    ['hardly smaller', 40, 30, 39, 29],
    ['nothing at all', 31, 17, 31, 17],
  ])('%s: each pixel is the mean of its area, whatever the pieces', (_, W, H, w, h) => {
    const picture = noise(W, H);
    const expected = Buffer.from(byDefinition(picture, w, h));
    for (const side of [16, 23, 200]) expect(Buffer.from(shrunk(picture, w, h, side).data).equals(expected)).toBe(true);
  });

  it.skipIf(!hasVips)(`equals libvips' shrink by whole factors${hasVips ? '' : ' (vips is not here)'}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'level-average-'));
    try {
      const picture = noise(160, 96);
      const [large, small] = [join(folder, 'large.png'), join(folder, 'small.png')];
      await sharp(picture.data, { raw: { width: 160, height: 96, channels: 3 } }).toFile(large);
      for (const factor of [2, 4, 16]) {
        await run('vips', ['shrink', large, small, `${factor}`, `${factor}`]);
        const theirs = await sharp(small).raw().toBuffer();
        const ours = shrunk(picture, 160 / factor, 96 / factor, 48).data;
        // libvips rounds after each axis.
        const largest = ours.reduce((most, value, at) => Math.max(most, Math.abs(value - (theirs[at] ?? 0))), 0);
        expect([theirs.length, largest <= 1]).toEqual([ours.length, true]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
