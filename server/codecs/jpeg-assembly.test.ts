import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MARKER, parseJpegHeader } from './jpeg.ts';
import { assembleJpegTile, colourTransform, jpegPrefix } from './jpeg-assembly.ts';

const size = { width: 32, height: 32 };
const pixels = Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, at) => (at * 7) % 256));
const picture = await sharp(pixels, { raw: { ...size, channels: 3 } })
  .jpeg({ chromaSubsampling: '4:4:4' })
  .toBuffer();
const header = parseJpegHeader(picture);
const soi = Buffer.from([0xff, MARKER.soi]);
const eoi = Buffer.from([0xff, MARKER.eoi]);
const take = (...markers: number[]): Buffer =>
  Buffer.concat(
    header.segments.filter((one) => markers.includes(one.marker)).map((one) => picture.subarray(one.start, one.end)),
  );
const tables = Buffer.concat([soi, take(MARKER.dqt, MARKER.dht), eoi]);
const tile = Buffer.concat([soi, take(MARKER.sof0), picture.subarray(header.end)]);
const damaged = expect.objectContaining({ code: 'DOCUMENT_DAMAGED' });

const decode = async (jpeg: Uint8Array): Promise<Buffer> => sharp(jpeg, { ignoreIcc: true }).raw().toBuffer();

describe('assembleJpegTile', () => {
  it('joins tables and tile into the same pixels as the complete stream', async () => {
    const prefix = jpegPrefix({ transform: 1, tables });
    expect(await decode(assembleJpegTile(prefix, tile, size))).toEqual(await decode(picture));
  });

  it('states the colour model in APP14 right after SOI, and only there', () => {
    for (const transform of [0, 1] as const) {
      const whole = assembleJpegTile(jpegPrefix({ transform, tables }), tile, size);
      expect(Buffer.from(whole.subarray(2, 4)).toString('hex')).toBe('ffee');
      expect(parseJpegHeader(whole).adobeTransform).toBe(transform);
    }
    const grey = jpegPrefix({ transform: null, tables });
    expect(parseJpegHeader(assembleJpegTile(grey, tile, size)).adobeTransform).toBeNull();
  });

  it('shows samples unchanged with transform 0: the wrong marker is a wrong colour', async () => {
    const rgb = await decode(assembleJpegTile(jpegPrefix({ transform: 0, tables }), tile, size));
    const ycbcr = await decode(assembleJpegTile(jpegPrefix({ transform: 1, tables }), tile, size));
    expect(rgb.equals(ycbcr)).toBe(false);
  });

  it('accepts a complete JPEG without tables and drops its metadata', async () => {
    const exif = Buffer.concat([Buffer.from('ffe1000845786966', 'hex'), Buffer.from([0, 0])]);
    const adobe = Buffer.from('ffee000e41646f626500640000000000', 'hex');
    const marked = Buffer.concat([soi, exif, adobe, picture.subarray(2)]);
    const whole = assembleJpegTile(jpegPrefix({ transform: 1, tables: null }), marked, size);
    const app = parseJpegHeader(whole).segments.filter((one) => one.marker >= 0xe0 && one.marker <= 0xef);
    expect(app.map((one) => one.marker)).toEqual([MARKER.app14]);
    expect(await decode(whole)).toEqual(await decode(picture));
  });

  it('accepts tables without EOI and tables that bring an Adobe marker of their own', () => {
    const adobe = Buffer.from('ffee000e41646f626500640000000000', 'hex');
    const odd = Buffer.concat([soi, adobe, tables.subarray(2, -2)]);
    const whole = assembleJpegTile(jpegPrefix({ transform: 1, tables: odd }), tile, size);
    expect(parseJpegHeader(whole).segments.filter((one) => one.marker === MARKER.app14)).toHaveLength(1);
    expect(parseJpegHeader(whole).adobeTransform).toBe(1);
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['noise', Buffer.alloc(64, 0x55)],
    ['tables instead of a tile', tables],
    ['a tile without a scan', Buffer.concat([soi, take(MARKER.sof0)])],
    ['a lossless process', Buffer.from(tile).fill(0xc3, 3, 4)],
    ['twelve bits a sample', Buffer.from(tile).fill(12, 6, 7)],
  ])('refuses %s', (_, bytes) => {
    const prefix = jpegPrefix({ transform: 1, tables });
    expect(() => assembleJpegTile(prefix, bytes, size)).toThrow(damaged);
  });

  it('refuses a tile whose frame has another size than its level says', () => {
    const prefix = jpegPrefix({ transform: 1, tables });
    expect(() => assembleJpegTile(prefix, tile, { width: 64, height: 32 })).toThrow(damaged);
  });

  it('refuses damaged tables', () => {
    expect(() => jpegPrefix({ transform: 1, tables: tables.subarray(0, 20) })).toThrow(damaged);
    expect(() => jpegPrefix({ transform: 1, tables: Buffer.alloc(8) })).toThrow(damaged);
  });
});

describe('colourTransform', () => {
  const frame = (...sampling: [number, number][]): Parameters<typeof colourTransform>[0] => ({
    process: 0,
    precision: 8,
    width: 8,
    height: 8,
    components: sampling.map(([horizontal, vertical], id) => ({ id, horizontal, vertical })),
  });

  it('believes the container for full sampling and the frame for subsampled components', () => {
    expect(colourTransform(frame([1, 1], [1, 1], [1, 1]), false)).toBe(0);
    expect(colourTransform(frame([1, 1], [1, 1], [1, 1]), true)).toBe(1);
    expect(colourTransform(frame([2, 2], [1, 1], [1, 1]), false)).toBe(1);
    expect(colourTransform(frame([1, 1]), true)).toBeNull();
  });

  it('refuses two and four components', () => {
    expect(() => colourTransform(frame([1, 1], [1, 1]), true)).toThrow(damaged);
    expect(() => colourTransform(frame([1, 1], [1, 1], [1, 1], [1, 1]), true)).toThrow(damaged);
  });
});
