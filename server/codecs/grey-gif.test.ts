import { describe, expect, test } from 'vitest';
import { encodeGreyGif } from './grey-gif.ts';

/** Decodes what the specification says, one picture after the other (GIF89a, W3C copy of 31 July 1990). */
function decode(gif: Uint8Array): { pictures: number[][]; delays: number[] } {
  const view = Buffer.from(gif);
  expect(view.toString('latin1', 0, 6)).toBe('GIF89a');
  expect([...view.subarray(13, 16), ...view.subarray(13 + 765, 13 + 768)]).toEqual([0, 0, 0, 255, 255, 255]);
  const pictures: number[][] = [];
  const delays: number[] = [];
  let at = 13 + 768;
  const blocks = (): Buffer => {
    const found: Buffer[] = [];
    for (let size = view[at++] ?? 0; size > 0; size = view[at++] ?? 0) {
      found.push(view.subarray(at, at + size));
      at += size;
    }
    return Buffer.concat(found);
  };
  for (;;) {
    const mark = view[at++];
    if (mark === 0x3b) return { pictures, delays };
    if (mark === 0x21) {
      const label = view[at++];
      const data = blocks();
      if (label === 0xf9) delays.push(data.readUInt16LE(1));
    } else {
      expect([mark, view[at + 9]]).toEqual([0x2c, 8]);
      at += 10;
      pictures.push(unpack(blocks()));
    }
  }
}

function unpack(data: Buffer): number[] {
  const out: number[] = [];
  let table: number[][] = [];
  let bits = 9;
  let position = 0;
  let previous: number[] | null = null;
  const reset = () => {
    table = Array.from({ length: 258 }, (_, value) => [value]);
    bits = 9;
    previous = null;
  };
  reset();
  for (;;) {
    let code = 0;
    for (let bit = 0; bit < bits; bit++, position++)
      code |= (((data[position >> 3] ?? 0) >> (position & 7)) & 1) << bit;
    if (code === 256) {
      reset();
      continue;
    }
    if (code === 257) return out;
    const before: number[] | null = previous;
    const entry: number[] = table[code] ?? [...(before ?? []), before?.[0] ?? -1];
    for (const value of entry) out.push(value);
    if (before !== null && table.length < 4096) table.push([...before, entry[0] ?? -1]);
    if (table.length === 1 << bits && bits < 12) bits += 1;
    previous = entry;
  }
}

const picture = (width: number, height: number, value: (at: number) => number) => ({
  ...{ width, height },
  data: Uint8Array.from({ length: width * height }, (_, at) => value(at)),
});

describe('not one grey level is lost', () => {
  test.each([
    ['one pixel', picture(1, 1, () => 7)],
    ['flat', picture(300, 200, () => 200)],
    ['every level', picture(16, 16, (at) => at)],
    // Fills the code table several times over.
    ['noise', picture(256, 200, (at) => (Math.imul(at, 2_654_435_761) >>> 13) & 255)],
    ['runs', picture(640, 101, (at) => Math.floor(at / 37) & 255)],
  ])('%s', (_, one) => {
    expect(decode(encodeGreyGif([one], [0])).pictures).toEqual([[...one.data]]);
  });

  test('several pictures with their delays', () => {
    const pictures = [0, 100, 255].map((value) => picture(9, 5, () => value));
    const decoded = decode(encodeGreyGif(pictures, [3, 4, 500]));
    expect(decoded.delays).toEqual([3, 4, 500]);
    expect(decoded.pictures).toEqual(pictures.map(({ data }) => [...data]));
  });
});
