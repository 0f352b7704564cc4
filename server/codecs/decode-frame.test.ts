import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { canDecode, decodeFrame } from './decode-frame.ts';
import type { FrameFormat } from './stored-pixels.ts';

const GREY: FrameFormat = {
  rows: 4,
  columns: 6,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  planarConfiguration: 0,
  bitsAllocated: 16,
  bitsStored: 16,
  highBit: 15,
  signed: true,
  floatingPoint: false,
  pixelVr: 'OW',
};
const RGB: FrameFormat = {
  ...GREY,
  samplesPerPixel: 3,
  photometricInterpretation: 'RGB',
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
  signed: false,
};
const syntax = (suffix: string) => `1.2.840.10008.1.2.${suffix}`;
const LITTLE = syntax('1');
const BIG = syntax('2');
const RLE = syntax('5');

const VALUES = Int16Array.from({ length: 24 }, (_, i) => (i - 12) * 2000);
const COLOURS = Uint8Array.from({ length: 72 }, (_, i) => (i * 37) % 256);
const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();

async function pixelsOf(bytes: Uint8Array, format: FrameFormat, uid: string) {
  return [...(await decodeFrame(bytes, format, uid, 1)).pixels];
}

const refusal = (bytes: Uint8Array, format: FrameFormat, uid: string): Promise<AppError> =>
  decodeFrame(bytes, format, uid, 3).then(
    () => {
      throw new Error('nothing was refused');
    },
    (error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    },
  );

test('native: signed 16 bits in both byte orders', async () => {
  const little = bytesOf(VALUES);
  const big = little.slice();
  for (let at = 0; at < big.length; at += 2) big.subarray(at, at + 2).reverse();
  expect(await pixelsOf(little, GREY, LITTLE)).toEqual([...VALUES]);
  expect(await pixelsOf(big, GREY, BIG)).toEqual([...VALUES]);
});

test('native: 32 bits, floats, and bytes at an odd address', async () => {
  const wide = { ...GREY, rows: 1, columns: 2, bitsAllocated: 32, bitsStored: 32, highBit: 31, signed: false };
  expect(await pixelsOf(bytesOf(Uint32Array.of(4_000_000_000, 1)), wide, LITTLE)).toEqual([4_000_000_000, 1]);
  expect(await pixelsOf(bytesOf(Int32Array.of(-5, 1)), { ...wide, signed: true }, LITTLE)).toEqual([-5, 1]);
  const float = { ...wide, floatingPoint: true };
  expect(await pixelsOf(bytesOf(Float32Array.of(0.5, -2)), float, LITTLE)).toEqual([0.5, -2]);
  const double = { ...float, columns: 1, bitsAllocated: 64, bitsStored: 64, highBit: 63 };
  expect(await pixelsOf(bytesOf(Float64Array.of(1e-300)), double, LITTLE)).toEqual([1e-300]);
  const bigDouble = bytesOf(Float64Array.of(1e-300)).reverse();
  expect(await pixelsOf(bigDouble, double, BIG)).toEqual([1e-300]);
  const shifted = new Uint8Array(49);
  shifted.set(bytesOf(VALUES), 1);
  expect(await pixelsOf(shifted.subarray(1), GREY, LITTLE)).toEqual([...VALUES]);
  // Between processes bytes arrive as a Buffer anywhere in a message.
  expect(await pixelsOf(Buffer.from(shifted.buffer).subarray(1), GREY, LITTLE)).toEqual([...VALUES]);
});

test('native: overlay bits above the stored ones are cut off, the sign is extended (PS3.5 section 8.1.1)', async () => {
  const format = { ...GREY, rows: 1, columns: 3, bitsStored: 12, highBit: 11 };
  const raw = bytesOf(Uint16Array.of(0xf7ff, 0x1801, 0x0fff));
  expect(await pixelsOf(raw, { ...format, signed: false }, LITTLE)).toEqual([0x7ff, 0x801, 0xfff]);
  expect(await pixelsOf(raw, format, LITTLE)).toEqual([2047, -2047, -1]);
  const high = { ...format, highBit: 15, signed: false };
  expect(await pixelsOf(bytesOf(Uint16Array.of(0xfff0, 0x0010, 0x000f)), high, LITTLE)).toEqual([0xfff, 1, 0]);
});

test('native: bits above the stored ones are cut off in every size, to the last sample (PS3.5 section 8.1.1)', async () => {
  const format = { ...GREY, rows: 1, columns: 5, signed: false };
  const full = {
    bytes: Uint8Array.of(0xff, 0xfe, 0x1f, 0x80, 0xe1),
    bits: { bitsAllocated: 8, bitsStored: 5, highBit: 4 },
  };
  expect(await pixelsOf(full.bytes, { ...format, ...full.bits }, LITTLE)).toEqual([31, 30, 31, 0, 1]);
  const words = bytesOf(Uint16Array.of(0xffff, 0x1000, 0x1fff, 1, 0xf002));
  expect(await pixelsOf(words, { ...format, bitsStored: 12, highBit: 11 }, LITTLE)).toEqual([4095, 0, 4095, 1, 2]);
  const long = bytesOf(Uint32Array.of(0xffffffff, 0x80000000, 3, 0x7fffffff, 0));
  const bits = { bitsAllocated: 32, bitsStored: 31, highBit: 30 };
  expect(await pixelsOf(long, { ...format, ...bits }, LITTLE)).toEqual([0x7fffffff, 0, 3, 0x7fffffff, 0]);
});

test('native: one bit a pixel, lowest first', async () => {
  const format = { ...GREY, rows: 2, columns: 5, bitsAllocated: 1, bitsStored: 1, highBit: 0, signed: false };
  expect(await pixelsOf(Uint8Array.of(0b11010001, 0b10), format, LITTLE)).toEqual([1, 0, 0, 0, 1, 0, 1, 1, 0, 1]);
});

test('native: colour by plane and halved colour become samples side by side (PS3.3 C.7.6.3.1)', async () => {
  const format = { ...RGB, rows: 1, columns: 2 };
  const planes = Uint8Array.of(1, 2, 11, 12, 21, 22);
  expect(await pixelsOf(planes, { ...format, planarConfiguration: 1 }, LITTLE)).toEqual([1, 11, 21, 2, 12, 22]);
  const halved = { ...format, photometricInterpretation: 'YBR_FULL_422' };
  expect(await pixelsOf(Uint8Array.of(10, 20, 128, 130), halved, LITTLE)).toEqual([10, 128, 130, 20, 128, 130]);
});

test('native: 8-bit samples in big-endian words are swapped, in bytes they are not (PS3.5 section 8.2)', async () => {
  const format = { ...RGB, rows: 1, columns: 1 };
  expect(await pixelsOf(Uint8Array.of(2, 1, 0, 3), { ...format, pixelVr: 'OW' }, BIG)).toEqual([1, 2, 3]);
  expect(await pixelsOf(Uint8Array.of(1, 2, 3), { ...format, pixelVr: 'OB' }, BIG)).toEqual([1, 2, 3]);
});

/** A frame in RLE with literal runs only. */
function rleOf(planes: readonly Uint8Array[]): Uint8Array {
  const segments = planes.map((plane) => Uint8Array.of(plane.length - 1, ...plane));
  const header = new DataView(new ArrayBuffer(64));
  header.setUint32(0, planes.length, true);
  let at = 64;
  segments.forEach((segment, i) => {
    header.setUint32(4 + i * 4, at, true);
    at += segment.length;
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...segments.flatMap((segment) => [...segment])]);
}

test('RLE: byte planes come highest first (PS3.5 G.2)', async () => {
  const raw = bytesOf(VALUES);
  const plane = (byte: number) => raw.filter((_, i) => i % 2 === byte);
  expect(await pixelsOf(rleOf([plane(1), plane(0)]), GREY, RLE)).toEqual([...VALUES]);
  const colour = (sample: number) => COLOURS.filter((_, i) => i % 3 === sample);
  expect(await pixelsOf(rleOf([colour(0), colour(1), colour(2)]), RGB, RLE)).toEqual([...COLOURS]);
});

test('RLE: literal and repeated runs and the byte that does nothing (PS3.5 G.3.1)', async () => {
  const format = { ...GREY, rows: 1, columns: 8, bitsAllocated: 8, bitsStored: 8, highBit: 7, signed: false };
  const header = new Uint8Array(64);
  header[0] = 1;
  header[4] = 64;
  const packed = Uint8Array.of(...header, 1, 7, 8, 0x80, 0xfd, 9, 1, 5, 6);
  expect(await pixelsOf(packed, format, RLE)).toEqual([7, 8, 9, 9, 9, 9, 5, 6]);
});

test.each([
  ['a header cut off', new Uint8Array(10), /shorter than its RLE header/],
  ['the wrong number of segments', rleOf([new Uint8Array(24)]), /1 RLE segments where 2/],
  [
    'an offset behind the end',
    Uint8Array.from(rleOf([VALUES, VALUES].map(bytesOf)), (b, i) => (i === 5 ? 200 : b)),
    /starts at byte/,
  ],
  ['data that ends early', rleOf([new Uint8Array(24), new Uint8Array(3)]), /ends after 3 of 24/],
])('B31: RLE with %s is refused', async (_name, bytes, sentence) => {
  expect((await refusal(bytes, GREY, RLE)).message).toMatch(sentence);
});

interface Encoder {
  getDecodedBuffer(info: object, offset?: object): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  setNearLossless?(near: number): void;
  setQuality?(lossless: boolean, quality: number): void;
  setLossless?(lossless: boolean): void;
}

type Factory = (options: object) => Promise<Record<string, new () => Encoder>>;

const require = createRequire(import.meta.url);
const JPEG_XL = '@cornerstonejs/codec-libjxl/encodewasmjs';

/** A lossless stream of the codec packages' own encoders. */
async function encode(module: string, className: string, pixels: Uint8Array, format: FrameFormat): Promise<Uint8Array> {
  const loaded = require(module) as Factory | { readonly default: Factory };
  const factory = typeof loaded === 'function' ? loaded : loaded.default;
  const wasmBinary =
    module === JPEG_XL ? readFileSync(require.resolve('@cornerstonejs/codec-libjxl/encodewasm')) : undefined;
  const instance = await factory({ print: () => {}, printErr: () => {}, ...(wasmBinary && { wasmBinary }) });
  const encoder = new instance[className]!();
  const info = {
    width: format.columns,
    height: format.rows,
    bitsPerSample: format.bitsStored,
    componentCount: format.samplesPerPixel,
    isSigned: format.signed,
    isUsingColorTransform: false,
  };
  encoder.getDecodedBuffer(info).set(pixels);
  encoder.setNearLossless?.(0);
  encoder.setQuality?.(true, 0);
  encoder.setLossless?.(true);
  encoder.encode();
  return encoder.getEncodedBuffer().slice();
}

/** Large enough for the wavelets. */
const SMOOTH: FrameFormat = { ...GREY, rows: 64, columns: 48 };
const SMOOTH_VALUES = Int16Array.from({ length: 64 * 48 }, (_, i) => ((i % 48) - 24) * 300 + Math.floor(i / 48) * 7);
const CODECS = [
  ['JPEG-LS', syntax('4.80'), '@cornerstonejs/codec-charls/wasmjs', 'JpegLSEncoder'],
  ['JPEG 2000', syntax('4.90'), '@cornerstonejs/codec-openjpeg/wasmjs', 'J2KEncoder'],
  ['HTJ2K', syntax('4.201'), '@cornerstonejs/codec-openjph/wasmjs', 'HTJ2KEncoder'],
  ['JPEG 2000 Part 2', syntax('4.92'), '@cornerstonejs/codec-openjpeg/wasmjs', 'J2KEncoder'],
  ['JPEG XL', syntax('4.110'), JPEG_XL, 'JpegXLEncoder'],
] as const;

test.each(CODECS)('%s: padding bytes behind a frame do no harm (PS3.5 A.4)', async (_name, uid, module, className) => {
  const unsigned = { ...SMOOTH, signed: false };
  const positive = Uint16Array.from(SMOOTH_VALUES, (value) => value + 20_000);
  const stream = await encode(module, className, bytesOf(positive), unsigned);
  expect(await pixelsOf(Uint8Array.from([...stream, 0, 0, 0]), unsigned, uid)).toEqual([...positive]);
});

test.each(CODECS)('%s: lossless frames come back bit for bit', async (name, uid, module, className) => {
  const unsigned = { ...SMOOTH, signed: false };
  const positive = Uint16Array.from(SMOOTH_VALUES, (value) => value + 20_000);
  const stream = await encode(module, className, bytesOf(positive), unsigned);
  expect(await pixelsOf(stream, unsigned, uid)).toEqual([...positive]);
  // These two code unsigned samples only; a signed image keeps its bits.
  if (name === 'JPEG-LS' || name === 'JPEG XL') {
    const bits = await encode(module, className, bytesOf(SMOOTH_VALUES), unsigned);
    expect(await pixelsOf(bits, SMOOTH, uid)).toEqual([...SMOOTH_VALUES]);
    return;
  }
  const signed = await encode(module, className, bytesOf(SMOOTH_VALUES), SMOOTH);
  expect(await pixelsOf(signed, SMOOTH, uid)).toEqual([...SMOOTH_VALUES]);
});

test.each(CODECS)(
  'B31: %s with another size, cut off or changed is refused or decoded, never a crash',
  async (_name, uid, module, className) => {
    const unsigned = { ...SMOOTH, signed: false };
    const stream = await encode(module, className, bytesOf(SMOOTH_VALUES), unsigned);
    expect((await refusal(stream, { ...unsigned, rows: 63 }, uid)).message).toMatch(
      /48 × 64 px where the header says 48 × 63/,
    );
    expect((await refusal(stream, { ...unsigned, samplesPerPixel: 3 }, uid)).code).toBe('FRAME_UNDECODABLE');
    expect((await refusal(new Uint8Array(), unsigned, uid)).code).toBe('FRAME_UNDECODABLE');
    expect((await refusal(stream.subarray(0, 20), unsigned, uid)).code).toBe('FRAME_UNDECODABLE');
    for (let i = 0; i < 40; i++) {
      const changed = stream.slice();
      changed[(i * 7919) % stream.length] = (i * 31) % 256;
      const outcome = await decodeFrame(changed, unsigned, uid, 1).then(
        ({ pixels }) => pixels.length,
        (error: unknown) => (error instanceof AppError ? error.code : error),
      );
      expect([64 * 48, 'FRAME_UNDECODABLE']).toContain(outcome);
    }
    // The codec still works after having been fed garbage.
    expect((await decodeFrame(stream, unsigned, uid, 1)).pixels.length).toBe(64 * 48);
  },
);

test('JPEG XL: 8, 12 and 16 bits, grey and RGB, and what claims another size (ISO 18181-1 annex D.2)', async () => {
  const depths = [
    { ...SMOOTH, signed: false, bitsStored: 12, highBit: 11 },
    { ...RGB, rows: 64, columns: 48, photometricInterpretation: 'YBR_RCT' },
    { ...RGB, rows: 64, columns: 48, bitsAllocated: 16, bitsStored: 16, highBit: 15 },
    { ...RGB, rows: 63, columns: 49, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' },
  ];
  for (const format of depths) {
    const count = format.rows * format.columns * format.samplesPerPixel;
    const value = (_: unknown, i: number) => (i * 37) % 2 ** format.bitsStored;
    const pixels =
      format.bitsAllocated === 8
        ? Uint8Array.from({ length: count }, value)
        : Uint16Array.from({ length: count }, value);
    const stream = await encode(JPEG_XL, 'JpegXLEncoder', bytesOf(pixels), format);
    const decoded = await decodeFrame(stream, format, syntax('4.110'), 1);
    expect([...decoded.pixels]).toEqual([...pixels]);
    if (format.samplesPerPixel === 3) expect(decoded.photometricInterpretation).toBe('RGB');
    const other = await refusal(stream, { ...format, columns: format.columns + 1 }, syntax('4.110'));
    expect(other.message).toMatch(/px where the header says/);
  }
});

const BASELINE = syntax('4.50');

test('JPEG baseline: grey, and colour as RGB', async () => {
  const grey = { ...RGB, rows: 32, columns: 32, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' };
  const ramp = Uint8Array.from({ length: 1024 }, (_, i) => (i % 32) * 8);
  const stream = await sharp(ramp, { raw: { width: 32, height: 32, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality: 100 })
    .toBuffer();
  const decoded = await decodeFrame(stream, grey, BASELINE, 1);
  expect(Math.max(...decoded.pixels.map((value, i) => Math.abs(value - (ramp[i] ?? 0))))).toBeLessThanOrEqual(2);
  const colour = { ...RGB, rows: 32, columns: 32, photometricInterpretation: 'YBR_FULL' };
  const red = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#c02010' } })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const back = await decodeFrame(red, colour, BASELINE, 1);
  expect(back.photometricInterpretation).toBe('RGB');
  expect([...back.pixels.slice(0, 3)].map((value, i) => Math.abs(value - [0xc0, 0x20, 0x10][i]!))).toSatisfy(
    (differences: number[]) => differences.every((one) => one <= 2),
  );
  expect((await refusal(red, { ...colour, columns: 31 }, BASELINE)).message).toMatch(
    /^Frame 3 cannot be decoded: it is 32/,
  );
  expect((await refusal(red.subarray(0, red.length / 2), colour, BASELINE)).code).toBe('FRAME_UNDECODABLE');
  expect((await refusal(new Uint8Array(100), colour, BASELINE)).code).toBe('FRAME_UNDECODABLE');
  expect((await refusal(red, colour, syntax('4.70'))).message).toMatch(/not a lossless one/);
});

test('deflated frames are inflated to their size and no further', async () => {
  const uid = syntax('8.1');
  expect(await pixelsOf(deflateRawSync(bytesOf(VALUES)), GREY, uid)).toEqual([...VALUES]);
  expect((await refusal(deflateRawSync(new Uint8Array(1_000_000)), GREY, uid)).message).toMatch(/damaged or too long/);
  expect((await refusal(Uint8Array.of(1, 2, 3), GREY, uid)).code).toBe('FRAME_UNDECODABLE');
});

test.each(['4.100', '4.102', '4.103', '4.107', '4.108'])('1.2.840.10008.1.2.%s is refused by name', async (uid) => {
  expect(canDecode(syntax(uid))).toBe(false);
  const error = await refusal(new Uint8Array(10), GREY, syntax(uid));
  expect(error.code).toBe('DICOM_TRANSFER_SYNTAX_UNSUPPORTED');
  expect(error.message).not.toContain('unknown');
});

test('B27: too few bytes are refused', async () => {
  expect((await refusal(new Uint8Array(47), GREY, LITTLE)).message).toMatch(/47 bytes where 48 are needed/);
  expect((await refusal(new Uint8Array(), { ...GREY, bitsAllocated: 1 }, LITTLE)).code).toBe('FRAME_UNDECODABLE');
});
