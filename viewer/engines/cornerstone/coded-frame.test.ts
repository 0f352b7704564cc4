import { describe, expect, it } from 'vitest';
import { asNativeBytes, type CodedSamples, decodesInPage, isWhole, pageCodingOf } from './coded-frame.ts';

const grey = { samplesPerPixel: 1, bitsAllocated: 16 };
const coded: CodedSamples = {
  ...{ width: 2, height: 1, components: 1, bitsPerSample: 8, signed: true },
  bytes: new Uint8Array(Int8Array.of(-1, 2).buffer),
};

describe('decodesInPage', () => {
  it('takes grey frames of the codecs, and leaves colour and everything else to the server', () => {
    expect(decodesInPage('1.2.840.10008.1.2.4.202', grey)).toBe(true);
    expect(decodesInPage('1.2.840.10008.1.2.4.90', { samplesPerPixel: 3, bitsAllocated: 8 })).toBe(false);
    expect(decodesInPage('1.2.840.10008.1.2.4.50', { samplesPerPixel: 3, bitsAllocated: 8 })).toBe(true);
    expect(decodesInPage('1.2.840.10008.1.2.4.51', grey)).toBe(false);
    expect(decodesInPage('1.2.840.10008.1.2.5', grey)).toBe(false);
    expect(pageCodingOf('1.2.3')).toBeNull();
  });
});

describe('asNativeBytes', () => {
  it('widens signed samples with their sign', () => {
    const bytes = asNativeBytes(coded, { rows: 1, columns: 2, bitsAllocated: 16 });
    expect([...new Int16Array(bytes.buffer)]).toEqual([-1, 2]);
  });

  it('refuses another size, too many bits and too few samples', () => {
    const format = { rows: 1, columns: 2, bitsAllocated: 8 };
    expect(() => asNativeBytes(coded, { ...format, columns: 3 })).toThrow('another size');
    expect(() => asNativeBytes({ ...coded, components: 3 }, format)).toThrow('another size');
    expect(() => asNativeBytes({ ...coded, bitsPerSample: 12 }, format)).toThrow('do not fit');
    expect(() => asNativeBytes({ ...coded, bytes: new Uint8Array(1) }, format)).toThrow('do not fit');
  });
});

describe('isWhole', () => {
  it('finds the end marker before padding', () => {
    expect(isWhole(Uint8Array.of(0xff, 0xd8, 1, 2, 0xff, 0xd9))).toBe(true);
    expect(isWhole(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, 0, 0))).toBe(true);
  });

  it('knows a stream that was cut off', () => {
    expect(isWhole(Uint8Array.of(0xff, 0xd9, ...new Uint8Array(32)))).toBe(false);
    expect(isWhole(Uint8Array.of(0xff))).toBe(false);
    expect(isWhole(new Uint8Array())).toBe(false);
  });
});
