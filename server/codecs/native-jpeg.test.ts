import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { decodeFrame } from './decode-frame.ts';
import type { FrameFormat } from './stored-pixels.ts';

const SIDE = 64;
const FORMAT: FrameFormat = {
  rows: SIDE,
  columns: SIDE,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  planarConfiguration: 0,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  signed: false,
  floatingPoint: false,
  pixelVr: 'OB',
};
const syntax = (suffix: string) => `1.2.840.10008.1.2.4.${suffix}`;
const pixelsOf = async (bytes: Uint8Array, format: FrameFormat, uid: string) => [
  ...(await decodeFrame(bytes, format, uid, 1)).pixels,
];
const outcomeOf = (bytes: Uint8Array, format: FrameFormat, uid: string) =>
  decodeFrame(bytes, format, uid, 7).then(
    ({ pixels }) => `${pixels.length} pixels`,
    (error: unknown) => (error instanceof AppError ? error.message : String(error)),
  );

const segment = (marker: number, body: readonly number[]) => [0xff, marker, 0, body.length + 2, ...body];

/**
 * A 12-bit JPEG of blocks of one value each (ISO 10918-1 annexes B and F): DC coefficients alone, quantised by 8, which is
 * the size of a block, so that nothing is lost. `sof` 0xc1 is sequential, 0xc2 progressive with a scan for DC
 * and one for AC.
 */
function flatBlocks(values: readonly number[], sof: 0xc1 | 0xc2): Uint8Array {
  const head = [
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, 8, ...Array<number>(63).fill(1)]),
    ...segment(sof, [12, 0, SIDE, 0, SIDE, 1, 1, 0x11, 0]),
    // Sixteen lengths, then the categories 0 to 12 with codes of four bits; for AC the end of block alone, as 0.
    ...segment(0xc4, [0x00, 0, 0, 0, 13, ...Array<number>(12).fill(0), ...Array.from({ length: 13 }, (_, i) => i)]),
    ...segment(0xc4, [0x10, 1, ...Array<number>(15).fill(0), 0]),
    ...segment(0xda, [1, 1, 0x00, 0, sof === 0xc1 ? 63 : 0, 0]),
  ];
  let bits = '';
  let before = 0;
  for (const value of values) {
    const difference = value - 2048 - before;
    before = value - 2048;
    const category = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    const extra = difference < 0 ? difference + 2 ** category - 1 : difference;
    bits += category.toString(2).padStart(4, '0');
    if (category > 0) bits += extra.toString(2).padStart(category, '0');
    if (sof === 0xc1) bits += '0';
  }
  const body: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Number.parseInt(bits.slice(at, at + 8).padEnd(8, '1'), 2);
    body.push(byte, ...(byte === 0xff ? [0] : []));
  }
  // Of each block, AC holds its end and nothing else.
  const second =
    sof === 0xc1 ? [] : [...segment(0xda, [1, 1, 0x00, 1, 63, 0]), ...Array<number>(values.length / 8).fill(0)];
  return Uint8Array.from([...head, ...body, ...second, 0xff, 0xd9]);
}

const BLOCKS = Array.from({ length: (SIDE / 8) ** 2 }, (_, i) => (i * 1201) % 4096);
const EXPECTED = Array.from({ length: SIDE * SIDE }, (_, i) => {
  const row = Math.floor(i / SIDE);
  return BLOCKS[Math.floor(row / 8) * (SIDE / 8) + Math.floor((i % SIDE) / 8)] ?? 0;
});

test.each([
  ['51', 0xc1],
  ['53', 0xc2],
  ['55', 0xc2],
] as const)(
  'JPEG of 12 bits in transfer syntax .%s is decoded to its values (PS3.5 section 8.2.1)',
  async (uid, sof) => {
    const stream = flatBlocks(BLOCKS, sof);
    expect(await pixelsOf(stream, FORMAT, syntax(uid))).toEqual(EXPECTED);
    const padded = Uint8Array.from([...stream, 0, 0]);
    expect(await pixelsOf(padded, FORMAT, syntax(uid))).toEqual(EXPECTED);
    const signed = await pixelsOf(stream, { ...FORMAT, signed: true }, syntax(uid));
    expect(signed).toEqual(EXPECTED.map((value) => (value >= 2048 ? value - 4096 : value)));
  },
);

test('B31: a 12-bit JPEG of another size, cut off, changed or wider than allocated is refused or decoded', async () => {
  const stream = flatBlocks(BLOCKS, 0xc1);
  const uid = syntax('51');
  expect(await outcomeOf(stream, { ...FORMAT, rows: 63 }, uid)).toMatch(/^Frame 7 .*64 × 64 px where the header says/);
  expect(await outcomeOf(stream, { ...FORMAT, samplesPerPixel: 3 }, uid)).toMatch(/samples a pixel where/);
  expect(await outcomeOf(stream.subarray(0, stream.length - 60), FORMAT, uid)).toMatch(/damaged or cut off/);
  expect(await outcomeOf(stream.subarray(0, 40), FORMAT, uid)).toMatch(/^Frame 7 cannot be decoded/);
  const narrow = { ...FORMAT, bitsAllocated: 8, bitsStored: 8, highBit: 7 };
  expect(await outcomeOf(stream, narrow, uid)).toMatch(/12 bits a sample, more than are allocated/);
  for (let i = 0; i < 100; i++) {
    const changed = stream.slice();
    changed[(i * 7919) % stream.length] = (i * 31) % 256;
    expect(await outcomeOf(changed, FORMAT, uid)).toMatch(/^4096 pixels$|^Frame 7 cannot be decoded/);
  }
  // The library still works after having been fed garbage.
  expect(await pixelsOf(stream, FORMAT, uid)).toEqual(EXPECTED);
});

interface Package {
  readonly Context: new (attributes: object) => object;
  readonly NativeCodecs: {
    initializeAsync(): Promise<void>;
    encodeJpeg(context: object, parameters: object): { getEncodedBuffer(): Uint8Array };
  };
}

async function encodeLossless(pixels: ArrayBufferView, format: FrameFormat, predictor: number): Promise<Uint8Array> {
  const { Context, NativeCodecs } = createRequire(import.meta.url)('dcmjs-codecs') as Package;
  await NativeCodecs.initializeAsync();
  const context = new Context({
    width: format.columns,
    height: format.rows,
    bitsAllocated: format.bitsAllocated,
    bitsStored: format.bitsStored,
    samplesPerPixel: format.samplesPerPixel,
    pixelRepresentation: format.signed ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: format.photometricInterpretation,
    decodedBuffer: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength),
  });
  return NativeCodecs.encodeJpeg(context, { lossy: false, predictor }).getEncodedBuffer();
}

test('JPEG Lossless: each predictor, signed, RGB (ISO 10918-1 annex H)', async () => {
  const uid = syntax('57');
  const wide = { ...FORMAT, bitsStored: 16, highBit: 15 };
  const values = Uint16Array.from(
    { length: SIDE * SIDE },
    (_, i) => 9000 + (i % SIDE) * 300 + Math.floor(i / SIDE) * 7,
  );
  for (let predictor = 1; predictor <= 7; predictor++) {
    const stream = await encodeLossless(values, wide, predictor);
    expect(await pixelsOf(stream, wide, uid), `predictor ${predictor}`).toEqual([...values]);
  }
  const negative = Int16Array.from(values, (value) => value - 20_000);
  const signed = await encodeLossless(negative, { ...wide, signed: true }, 1);
  expect(await pixelsOf(signed, { ...wide, signed: true }, uid)).toEqual([...negative]);
  const colour = {
    ...FORMAT,
    samplesPerPixel: 3,
    photometricInterpretation: 'RGB',
    bitsAllocated: 8,
    bitsStored: 8,
    highBit: 7,
  };
  const colours = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 37) % 256);
  expect(await pixelsOf(await encodeLossless(colours, colour, 1), colour, syntax('70'))).toEqual([...colours]);
  expect(await outcomeOf(signed, { ...wide, bitsAllocated: 8, bitsStored: 8, highBit: 7 }, uid)).toMatch(
    /more than are/,
  );
  expect(await outcomeOf(signed.subarray(0, signed.length / 2), wide, uid)).toMatch(/damaged/);
  expect(await outcomeOf(flatBlocks(BLOCKS, 0xc1), wide, uid)).toMatch(/not a lossless one/);
});

test('stored bits coded alone lie low, whole words keep their place (PS3.5 section 8.1.1)', async () => {
  const words = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => (i % 4096) << 4);
  const format = { ...FORMAT, highBit: 15 };
  const whole = await encodeLossless(words, { ...format, bitsStored: 16 }, 1);
  expect(await pixelsOf(whole, format, syntax('70'))).toEqual([...words].map((word) => word >> 4));
});
