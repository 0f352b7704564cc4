import { expect, test } from 'vitest';
import { jpegXlSize } from './coded-size.ts';

/** Four bytes of bits, the first in the lowest one. */
const bits = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
const BOX = [0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20, 13, 10, 0x87, 10];

test.each([
  // By eights: 1 bit; (height / 8 - 1): 5 bits; ratio 1 (square): 3 bits.
  ['bare, by eights and square', [0xff, 0x0a, ...bits(1 + 2 * 2 + 1 * 64)], { height: 24, width: 24 }],
  // Not by eights; 9 bits of height - 1; ratio 0: 9 bits of width - 1 follow.
  ['bare, both sides written', [0xff, 0x0a, ...bits(299 * 8 + 399 * 2 ** 17)], { height: 300, width: 400 }],
  [
    'bare, 13 bits and twice as wide',
    [0xff, 0x0a, ...bits(1 * 2 + 4999 * 8 + 7 * 2 ** 16)],
    { height: 5000, width: 10_000 },
  ],
  ['in one box', [...BOX, 0, 0, 0, 0, 0x6a, 0x78, 0x6c, 0x63, 0xff, 0x0a, ...bits(69)], { height: 24, width: 24 }],
  [
    'in parts',
    [...BOX, 0, 0, 0, 22, 0x6a, 0x78, 0x6c, 0x70, 0, 0, 0, 0, 0xff, 0x0a, ...bits(69)],
    { height: 24, width: 24 },
  ],
])('JPEG XL size: %s (ISO 18181-1 annex D.2)', (_name, bytes, size) => {
  expect(jpegXlSize(Uint8Array.from(bytes))).toEqual(size);
});

test.each([
  ['another format', [0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['boxes without a stream', BOX],
  ['a box of no length', [0, 0, 0, 0, 0x4a, 0x58, 0x4c, 0x20, 13, 10, 0x87, 10]],
  ['nothing', []],
])('B31: JPEG XL is refused: %s', (_name, bytes) => {
  expect(() => jpegXlSize(Uint8Array.from(bytes))).toThrow(/JPEG XL/);
});
