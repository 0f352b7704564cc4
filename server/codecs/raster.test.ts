import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseJpegHeader } from './jpeg.ts';
import { copyRaster, decodeRaster, encodeJpeg, encodePng, filledRaster, resizeRaster } from './raster.ts';

const size = { width: 20, height: 10 };
const damaged = expect.objectContaining({ code: 'DOCUMENT_DAMAGED' });

describe('decodeRaster', () => {
  it('round-trips through PNG without loss', async () => {
    const raster = { ...size, data: new Uint8Array(600).map((_, at) => (at * 31) % 256) };
    const decoded = await decodeRaster(await encodePng(raster), { format: 'PNG', ...size });
    expect(Buffer.from(decoded.data)).toEqual(Buffer.from(raster.data));
  });

  it('spreads grey over three samples and lays transparency on white', async () => {
    const grey = await sharp(Buffer.alloc(200, 77), { raw: { ...size, channels: 1 } })
      .png()
      .toBuffer();
    expect(new Set((await decodeRaster(grey, { format: 'PNG', ...size })).data)).toEqual(new Set([77]));
    const clear = await sharp({ create: { ...size, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toBuffer();
    expect(new Set((await decodeRaster(clear, { format: 'PNG', ...size })).data)).toEqual(new Set([255]));
  });

  it('refuses a picture larger than announced before decoding it', async () => {
    const large = await encodePng(filledRaster(3000, 3000));
    await expect(decodeRaster(large, { format: 'PNG', ...size })).rejects.toThrow(damaged);
  });

  it('refuses a picture smaller than announced, noise, and a cut picture', async () => {
    const jpeg = await encodeJpeg(filledRaster(300, 300, [10, 200, 30]));
    await expect(decodeRaster(jpeg, { format: 'JPEG', width: 400, height: 300 })).rejects.toThrow(damaged);
    await expect(decodeRaster(Buffer.alloc(100, 5), { format: 'JPEG', ...size })).rejects.toThrow(damaged);
    const cut = jpeg.subarray(0, jpeg.length - 40);
    await expect(decodeRaster(cut, { format: 'JPEG', width: 300, height: 300 })).rejects.toThrow(damaged);
  });

  it('refuses formats nobody asked for', async () => {
    const gif = Buffer.from(
      '47494638396114000a00800000000000ffffff2c0000000014000a0000020e848fa9cbed0fa39cb4da8bb33e05003b',
      'hex',
    );
    await expect(decodeRaster(gif, { format: 'PNG', ...size })).rejects.toThrow(damaged);
  });

  it('stops when aborted', async () => {
    const png = await encodePng(filledRaster(20, 10));
    await expect(decodeRaster(png, { format: 'PNG', ...size }, AbortSignal.abort(new Error('gone')))).rejects.toThrow(
      'gone',
    );
  });
});

describe('rasters', () => {
  it('copies a part to its place and nowhere else', () => {
    const target = filledRaster(4, 3);
    copyRaster(filledRaster(5, 5, [1, 2, 3]), { x: 2, y: 2, width: 2, height: 1 }, target, 1, 1);
    const expected = Buffer.alloc(36, 255);
    expected.set([1, 2, 3, 1, 2, 3], (4 + 1) * 3);
    expect(Buffer.from(target.data)).toEqual(expected);
  });

  it('encodes JPEG without chroma subsampling', async () => {
    const jpeg = await encodeJpeg(filledRaster(16, 16, [200, 10, 90]));
    expect(parseJpegHeader(jpeg).frame?.components.map((one) => one.horizontal)).toEqual([1, 1, 1]);
  });

  it('resizes to exactly the size asked for', async () => {
    const small = await resizeRaster(filledRaster(101, 53, [9, 9, 9]), 10, 7);
    expect([small.width, small.height, small.data.length]).toEqual([10, 7, 210]);
    expect(new Set(small.data)).toEqual(new Set([9]));
  });
});
