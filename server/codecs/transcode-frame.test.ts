import { describe, expect, test } from 'vitest';
import {
  HTJ2K_LOSSLESS_RPCL,
  JPEG_BASELINE,
  JPEG_LS_LOSSLESS,
  type PixelFormat,
  targetsOf,
  transcodedFormat,
} from '#shared/dicom/transcoding.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { decodeFrame } from './decode-frame.ts';
import { transcodeFrame } from './transcode-frame.ts';

const GREY: PixelFormat = {
  ...{ rows: 130, columns: 201, numberOfFrames: 1, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' },
  ...{ planarConfiguration: 0, bitsAllocated: 16, bitsStored: 16, highBit: 15, signed: false, floatingPoint: false },
  pixelVr: 'OW',
};
const RGB: PixelFormat = {
  ...GREY,
  ...{
    samplesPerPixel: 3,
    photometricInterpretation: 'RGB',
    bitsAllocated: 8,
    bitsStored: 8,
    highBit: 7,
    pixelVr: 'OB',
  },
};

/** A frame with smooth and noisy parts that uses the whole range, its unused high bits filled with `rubbish`. */
function nativeFrame(format: PixelFormat, rubbish = 0): Uint8Array {
  const count = format.rows * format.columns * format.samplesPerPixel;
  const levels = 2 ** format.bitsStored;
  const shift = format.highBit - format.bitsStored + 1;
  const samples = format.bitsAllocated === 8 ? new Uint8Array(count) : new Uint16Array(count);
  let noise = 7;
  for (let i = 0; i < count; i++) {
    noise = (noise * 1103515245 + 12345) % 2147483648;
    const value = i < 4 ? [0, levels - 1, levels / 2, levels / 2 - 1][i]! : (i * 3 + (noise % 17)) % levels;
    samples[i] = (value << shift) | (rubbish << (format.highBit + 1));
  }
  return new Uint8Array(samples.buffer);
}

const values = async (bytes: Uint8Array, format: PixelFormat, uid: string) => [
  ...(await decodeFrame(bytes, format, uid, 1)).pixels,
];

const lossless: [string, PixelFormat][] = [
  ['16 bits', GREY],
  ['16 bits, signed', { ...GREY, signed: true }],
  ['12 of 16 bits', { ...GREY, bitsStored: 12, highBit: 11 }],
  ['12 of 16 bits, signed', { ...GREY, bitsStored: 12, highBit: 11, signed: true }],
  ['12 of 16 bits in the high ones', { ...GREY, bitsStored: 12, highBit: 15 }],
  ['8 of 16 bits', { ...GREY, bitsStored: 8, highBit: 7 }],
  ['9 bits, signed', { ...GREY, bitsStored: 9, highBit: 8, signed: true }],
  ['8 bits', { ...GREY, bitsAllocated: 8, bitsStored: 8, highBit: 7 }],
  ['8 bits, signed', { ...GREY, bitsAllocated: 8, bitsStored: 8, highBit: 7, signed: true }],
  ['2 bits of 8', { ...GREY, bitsAllocated: 8, bitsStored: 2, highBit: 1 }],
  ['palette', { ...GREY, photometricInterpretation: 'PALETTE COLOR', bitsAllocated: 8, bitsStored: 8, highBit: 7 }],
  ['RGB', RGB],
  ['RGB in planes', { ...RGB, planarConfiguration: 1 }],
  ['YBR_FULL', { ...RGB, photometricInterpretation: 'YBR_FULL' }],
  ['one pixel', { ...GREY, rows: 1, columns: 1 }],
  ['a row', { ...GREY, rows: 1, columns: 1000 }],
];

describe.each([
  ['JPEG-LS', JPEG_LS_LOSSLESS],
  ['HTJ2K', HTJ2K_LOSSLESS_RPCL],
])('%s holds every value', (_, targetUid) => {
  const held = lossless.filter(([, format]) => {
    // Its colour transform starts from RGB, and signed samples of one byte are not made.
    const left = format.photometricInterpretation === 'YBR_FULL' || (format.signed && format.bitsStored <= 8);
    return targetUid !== HTJ2K_LOSSLESS_RPCL || !left;
  });
  test.each(held)('%s', async (_name, format) => {
    expect(targetsOf(format, EXPLICIT_LITTLE_ENDIAN, true).map((target) => target.transferSyntaxUid)).toContain(
      targetUid,
    );
    const bytes = nativeFrame(format);
    const input = { bytes, format, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN, frameNumber: 1 };
    const coded = await transcodeFrame({ ...input, targetUid });
    const made = transcodedFormat(format, EXPLICIT_LITTLE_ENDIAN, targetUid);
    expect(await values(coded, made, targetUid)).toEqual(await values(bytes, format, EXPLICIT_LITTLE_ENDIAN));
    // Another decoder than the one of the coder's makers sees the same.
    if (targetUid === HTJ2K_LOSSLESS_RPCL) {
      expect(await values(coded, made, '1.2.840.10008.1.2.4.90')).toEqual(await values(coded, made, targetUid));
    }
    // And back again, cell by cell, where the bits lie as the codecs leave them.
    const again = { format: made, transferSyntaxUid: targetUid, targetUid: EXPLICIT_LITTLE_ENDIAN, frameNumber: 1 };
    const back = await transcodeFrame({ ...again, bytes: coded });
    const cells = transcodedFormat(made, targetUid, EXPLICIT_LITTLE_ENDIAN);
    expect(await values(back, cells, EXPLICIT_LITTLE_ENDIAN)).toEqual(await values(coded, made, targetUid));
  });

  test('bits beside the stored ones do not become values', async () => {
    const format = { ...GREY, bitsStored: 12, highBit: 11 };
    const input = { format, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN, frameNumber: 1, targetUid };
    const clean = await transcodeFrame({ ...input, bytes: nativeFrame(format) });
    expect(Buffer.compare(clean, await transcodeFrame({ ...input, bytes: nativeFrame(format, 5) }))).toBe(0);
  });
});

describe('PS3.5 section 10.18: RPCL Options', () => {
  test('resolutions first, down to 64 px, with TLM, without loss', async () => {
    const format = { ...GREY, rows: 600, columns: 512 };
    const input = { format, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN, frameNumber: 1 };
    const coded = Buffer.from(
      await transcodeFrame({ ...input, bytes: nativeFrame(format), targetUid: HTJ2K_LOSSLESS_RPCL }),
    );
    // COD (ISO 15444-1 A.6.1): Scod, progression, layers, component transform, levels, …, wavelet.
    const cod = coded.indexOf(Buffer.from([0xff, 0x52]));
    expect([coded[cod + 5], coded[cod + 8], coded[cod + 9], coded[cod + 13]]).toEqual([2, 0, 4, 1]);
    const tlm = coded.indexOf(Buffer.from([0xff, 0x55]));
    expect(tlm).toBeGreaterThan(0);
    // One tile-part a resolution (A.7.1): 4 + 2 bytes each behind the four of the head.
    expect(coded.readUInt16BE(tlm + 2)).toBe(4 + 5 * 6);
    // CAP (ISO 15444-15): the block coder is the high-throughput one.
    expect(coded.includes(Buffer.from([0xff, 0x50]))).toBe(true);
  });
});

describe('RLE to native (PS3.5 annex G)', () => {
  test('keeps the bits beside the stored ones, and the planes the header states', async () => {
    // 2 × 2 px, 12 of 16 bits with overlay bits above: high bytes, then low bytes, as literal runs.
    const format = { ...GREY, rows: 2, columns: 2, bitsStored: 12, highBit: 11 };
    const header = Buffer.alloc(64);
    header.writeUInt32LE(2, 0);
    header.writeUInt32LE(64, 4);
    header.writeUInt32LE(70, 8);
    const rle = Buffer.concat([header, Buffer.from([3, 0xf1, 0x02, 0x83, 0x04, 0, 3, 1, 2, 3, 4, 0])]);
    const input = { bytes: rle, format, transferSyntaxUid: '1.2.840.10008.1.2.5', frameNumber: 1 };
    const native = await transcodeFrame({ ...input, targetUid: EXPLICIT_LITTLE_ENDIAN });
    expect([...native]).toEqual([1, 0xf1, 2, 0x02, 3, 0x83, 4, 0x04]);
  });
});

describe('what is not offered', () => {
  const offered = (format: PixelFormat, uid = EXPLICIT_LITTLE_ENDIAN) =>
    targetsOf(format, uid, true).map((target) => target.transferSyntaxUid);
  test.each<[string, PixelFormat]>([
    ['single bits', { ...GREY, bitsAllocated: 1, bitsStored: 1, highBit: 0 }],
    ['32 bits', { ...GREY, bitsAllocated: 32, bitsStored: 32, highBit: 31 }],
    ['floats', { ...GREY, bitsAllocated: 32, bitsStored: 32, highBit: 31, floatingPoint: true }],
    ['colour with 16 bits', { ...RGB, bitsAllocated: 16, bitsStored: 16, highBit: 15 }],
  ])('%s has no other form than its own', (_, format) => {
    expect(offered(format)).toEqual([]);
  });

  test('HTJ2K not for YBR_FULL and signed bytes', () => {
    const bytes = { ...GREY, signed: true, bitsAllocated: 8, bitsStored: 8, highBit: 7 };
    for (const format of [bytes, { ...RGB, photometricInterpretation: 'YBR_FULL' }]) {
      expect(offered(format)).not.toContain(HTJ2K_LOSSLESS_RPCL);
      expect(offered(format)).toContain(JPEG_LS_LOSSLESS);
    }
  });

  test('lossy JPEG only for what has 8 bits and is no palette', () => {
    expect(offered(RGB)).toContain(JPEG_BASELINE);
    expect(offered(GREY)).not.toContain(JPEG_BASELINE);
    expect(offered({ ...RGB, samplesPerPixel: 1, photometricInterpretation: 'PALETTE COLOR' })).not.toContain(
      JPEG_BASELINE,
    );
    expect(offered({ ...RGB, signed: true })).not.toContain(JPEG_BASELINE);
  });

  test('nothing for what cannot be decoded, and never the stored form again', () => {
    expect(targetsOf(GREY, '1.2.840.10008.1.2.4.102', false)).toEqual([]);
    expect(offered(GREY, JPEG_LS_LOSSLESS)).not.toContain(JPEG_LS_LOSSLESS);
    expect(offered(GREY, JPEG_LS_LOSSLESS)).toContain(EXPLICIT_LITTLE_ENDIAN);
  });
});

test('JPEG baseline: colour with all its samples, close to the original', async () => {
  const format = { ...RGB, rows: 64, columns: 64 };
  const bytes = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (Math.floor(i / 3) % 64) * 2 + (i % 3) * 40);
  const input = { bytes, format, transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN, frameNumber: 1 };
  const coded = await transcodeFrame({ ...input, targetUid: JPEG_BASELINE });
  const ybr = { ...format, photometricInterpretation: 'YBR_FULL' };
  const decoded = await decodeFrame(coded, ybr, JPEG_BASELINE, 1);
  const worst = [...decoded.pixels].reduce((most, value, i) => Math.max(most, Math.abs(value - bytes[i]!)), 0);
  expect(worst).toBeLessThanOrEqual(4);
});

test('a damaged frame is a refusal, not another picture', async () => {
  const input = { bytes: new Uint8Array(50), format: GREY, frameNumber: 3, targetUid: EXPLICIT_LITTLE_ENDIAN };
  const refused = transcodeFrame({ ...input, transferSyntaxUid: JPEG_LS_LOSSLESS });
  await expect(refused).rejects.toMatchObject({ code: 'FRAME_UNDECODABLE', params: { frame: 3 } });
});
