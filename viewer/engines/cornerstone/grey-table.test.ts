import { describe, expect, it } from 'vitest';
import { type GreyScale, greyOf, greyTable, modalityTransform, shades } from './grey-table.ts';

const ct: GreyScale = { rescaleSlope: 1, rescaleIntercept: -1024, display: { modalityLut: null, turned: false } };

describe('greyOf', () => {
  it('applies the rescale, then the linear function of the standard (PS3.3 C.11.2.1.2.1)', () => {
    const grey = greyOf(ct, { window: { center: 40, width: 400 } }, false);
    // Black up to c − 0.5 − (w−1)/2 = −160, white above c − 0.5 + (w−1)/2 = 239.
    expect([0, 1024 - 160, 1024 + 40, 1024 + 240, 5000].map(grey)).toEqual([0, 0, 128, 255, 255]);
  });

  it('turns what the file asks to turn, and back when the reader inverts', () => {
    const turned: GreyScale = { ...ct, rescaleIntercept: 0, display: { modalityLut: null, turned: true } };
    const window = { window: { center: 128, width: 256 } };
    expect(greyOf(turned, window, false)(0)).toBe(255);
    expect(greyOf(turned, window, true)(0)).toBe(0);
  });

  it('follows a sigmoid (PS3.3 C.11.2.1.3.1)', () => {
    const grey = greyOf(
      { ...ct, rescaleIntercept: 0 },
      { window: { center: 100, width: 50, voiFunction: 'SIGMOID' } },
      false,
    );
    expect(grey(100)).toBe(128);
    expect(grey(150)).toBe(Math.round(255 / (1 + Math.exp(-4))));
  });

  it('takes widths below one as exact', () => {
    const grey = greyOf(
      { ...ct, rescaleSlope: 0.01, rescaleIntercept: 0 },
      { window: { center: 0.25, width: 0.5 } },
      false,
    );
    expect([0, 25, 50].map(grey)).toEqual([0, 128, 255]);
  });
});

describe('look-up tables', () => {
  const modalityLut = { firstValue: 0, entryCount: 3, entries: [100, 50, 10], entryBits: 8 };

  it('takes the Modality LUT in place of the rescale (PS3.3 C.11.1.1)', () => {
    const scale: GreyScale = { ...ct, display: { modalityLut, turned: false } };
    expect([0, 1, 7].map(modalityTransform(scale))).toEqual([100, 50, 10]);
    expect(greyOf(scale, { window: { center: 50.5, width: 101 } }, false)(0)).toBe(255);
  });

  it('takes a VOI LUT in place of a window (PS3.3 C.11.2.1.1)', () => {
    const table = { firstValue: -1024, entryCount: 2, entries: [0, 1023], entryBits: 10 };
    expect([0, 1].map(greyOf(ct, { table }, false))).toEqual([0, 255]);
  });

  it('takes the colours of a map in place of greys', () => {
    const map = Uint8Array.from({ length: 768 }, (_, at) => (at % 3 === 0 ? 255 : 0));
    expect(shades(map)[7]).toBe(0xff0000ff);
    expect(shades(null)[7]).toBe(0xff070707);
  });
});

describe('greyTable', () => {
  it('is indexed by the bit pattern of signed samples', () => {
    const table = greyTable(8, true, (stored) => (stored < 0 ? 10 : 20), shades(null));
    const words = new Uint8Array(Int8Array.from([-1, 0, 127, -128]).buffer);
    expect([...words].map((word) => (table[word] ?? 0) & 0xff)).toEqual([10, 20, 20, 10]);
    expect((table[0] ?? 0) >>> 24).toBe(255);
  });
});
