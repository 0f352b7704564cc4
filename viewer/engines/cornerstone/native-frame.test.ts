import { describe, expect, it } from 'vitest';
import { colorPixels, isNative, monochromeSamples, type NativeFormat } from './native-frame.ts';

const mono: NativeFormat = {
  rows: 1,
  columns: 4,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  planarConfiguration: 0,
  bitsAllocated: 16,
  bitsStored: 16,
  highBit: 15,
  signed: false,
  floatingPoint: false,
  palette: null,
};
const color: NativeFormat = {
  ...mono,
  columns: 2,
  samplesPerPixel: 3,
  photometricInterpretation: 'RGB',
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
};
const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);

describe('monochromeSamples', () => {
  it('extends the sign of 12 stored bits and cuts off what lies above them (PS3.5 8.1.1)', () => {
    const samples = monochromeSamples(words(0xf7ff, 0x0800, 0x0fff, 0x7001), {
      ...mono,
      bitsStored: 12,
      highBit: 11,
      signed: true,
    });
    expect([...samples]).toEqual([2047, -2048, -1, 1]);
  });

  it('reads stored bits that do not begin at bit 0', () => {
    const samples = monochromeSamples(words(0x1230, 0x0010, 0xfff0, 0x000f), { ...mono, bitsStored: 12, highBit: 15 });
    expect([...samples]).toEqual([0x123, 1, 0xfff, 0]);
  });

  it('reads floating-point pixels (PS3.3 C.7.6.24)', () => {
    const bytes = new Uint8Array(Float32Array.from([0.5, -1, 2.25, 0]).buffer);
    const float = { ...mono, bitsAllocated: 32, bitsStored: 32, highBit: 31, floatingPoint: true };
    expect([...monochromeSamples(bytes, float)]).toEqual([0.5, -1, 2.25, 0]);
    expect(() => monochromeSamples(bytes.subarray(1), float)).toThrow('cut short');
  });

  it('reads a frame that begins at an odd address', () => {
    const shifted = new Uint8Array([0xaa, ...words(1, 2, 3, 65_535)]).subarray(1);
    expect([...monochromeSamples(shifted, mono)]).toEqual([1, 2, 3, 65_535]);
  });

  it('reads one bit a pixel, the least significant first (PS3.5 8.2)', () => {
    const samples = monochromeSamples(Uint8Array.of(0b1010), { ...mono, bitsAllocated: 1, bitsStored: 1, highBit: 0 });
    expect([...samples]).toEqual([0, 1, 0, 1]);
  });

  it('leaves the bytes it was given as they are', () => {
    const bytes = words(0xf001, 2, 3, 4);
    monochromeSamples(bytes, { ...mono, bitsStored: 12, highBit: 11 });
    expect(bytes).toEqual(words(0xf001, 2, 3, 4));
  });

  it('refuses a frame that is cut short', () => {
    expect(() => monochromeSamples(words(1, 2, 3), mono)).toThrow('cut short');
    expect(() => monochromeSamples(new Uint8Array(), { ...mono, bitsAllocated: 1, bitsStored: 1 })).toThrow(
      'cut short',
    );
  });

  it('refuses pixels of a size that no file has', () => {
    expect(() => monochromeSamples(new Uint8Array(64), { ...mono, bitsAllocated: 24 })).toThrow('24 bits');
  });
});

describe('colorPixels', () => {
  it('reads RGB by pixel and by plane (PS3.3 C.7.6.3.1.3)', () => {
    expect([...colorPixels(Uint8Array.of(1, 2, 3, 4, 5, 6), color)]).toEqual([1, 2, 3, 4, 5, 6]);
    const planes = colorPixels(Uint8Array.of(1, 4, 2, 5, 3, 6), { ...color, planarConfiguration: 1 });
    expect([...planes]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('shares the colour of two pixels in YBR_FULL_422 (PS3.3 C.7.6.3.1.2)', () => {
    const grey = colorPixels(Uint8Array.of(10, 200, 128, 128), {
      ...color,
      photometricInterpretation: 'YBR_FULL_422',
    });
    expect([...grey]).toEqual([10, 10, 10, 200, 200, 200]);
    const red = colorPixels(Uint8Array.of(76, 76, 85, 255), { ...color, photometricInterpretation: 'YBR_FULL_422' });
    expect([...red.subarray(0, 3)]).toEqual([254, 0, 0]);
  });

  it('brings 16-bit colours to 8 bits', () => {
    const pixels = colorPixels(words(0xff00, 0x8000, 0, 0x00ff, 0x0100, 0xffff), {
      ...color,
      bitsAllocated: 16,
      bitsStored: 16,
      highBit: 15,
    });
    expect([...pixels]).toEqual([255, 128, 0, 0, 1, 255]);
  });

  it('looks colours up and holds indices within the table (PS3.3 C.7.6.3.1.5)', () => {
    const table = { firstValue: 10, entryCount: 3, entries: [0x0000, 0x8000, 0xff00], entryBits: 16 };
    const pixels = colorPixels(Uint8Array.of(9, 11), {
      ...color,
      samplesPerPixel: 1,
      photometricInterpretation: 'PALETTE COLOR',
      palette: { red: table, green: table, blue: table },
    });
    expect([...pixels]).toEqual([0, 0, 0, 128, 128, 128]);
  });

  it('refuses a palette that is missing, a colour model it does not know, and too few bytes', () => {
    const indices = { ...color, samplesPerPixel: 1, photometricInterpretation: 'PALETTE COLOR' };
    expect(() => colorPixels(Uint8Array.of(0, 0), indices)).toThrow('colour table');
    expect(() => colorPixels(new Uint8Array(6), { ...color, photometricInterpretation: 'HSV' })).toThrow('HSV');
    expect(() => colorPixels(new Uint8Array(5), color)).toThrow('cut short');
  });
});

it('knows which transfer syntaxes are native and little endian', () => {
  expect(isNative('1.2.840.10008.1.2')).toBe(true);
  expect(isNative('1.2.840.10008.1.2.1')).toBe(true);
  expect(isNative('1.2.840.10008.1.2.2')).toBe(false);
  expect(isNative('1.2.840.10008.1.2.4.50')).toBe(false);
});
