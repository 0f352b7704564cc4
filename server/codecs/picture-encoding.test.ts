import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeAnimation, encodePicture, fillCanvas, shapePicture } from './picture-encoding.ts';
import { burnNotes } from './picture-notes.ts';

const still = { quality: 90, iccProfile: 'no', format: 'png' } as const;
const CONTROL = Buffer.from([0x21, 0xf9, 4]);
const whole = { horizontal: false, vertical: false };
/** 4 × 2 px: 0 1 2 3 / 10 11 12 13. */
const small = { width: 4, height: 2, channels: 1, data: Uint8Array.of(0, 1, 2, 3, 10, 11, 12, 13) } as const;
const plan = (
  crop: { x: number; y: number; width: number; height: number },
  width = crop.width,
  height = crop.height,
) => ({
  ...{ crop, width, height },
});
const all = { x: 0, y: 0, width: 4, height: 2 };
const brightest = (data: Uint8Array) => data.reduce((most, value) => Math.max(most, value), 0);
const plain = (width: number, height: number, channels: 1 | 3, value: number | readonly number[]) => ({
  ...{ width, height, channels },
  data: Uint8Array.from({ length: width * height * channels }, (_, i) =>
    typeof value === 'number' ? value : (value[i % channels] ?? 0),
  ),
});

describe('PS3.18 section 8.3.5.1.3: crop, then flip, then scale', () => {
  test('all of it is left alone', async () => {
    expect(await shapePicture(small, plan(all), whole)).toBe(small);
  });

  test.each([
    [plan({ x: 1, y: 0, width: 2, height: 2 }), whole, [1, 2, 11, 12]],
    [plan(all), { horizontal: true, vertical: false }, [3, 2, 1, 0, 13, 12, 11, 10]],
    [plan(all), { horizontal: false, vertical: true }, [10, 11, 12, 13, 0, 1, 2, 3]],
    [plan({ x: 2, y: 1, width: 2, height: 1 }), { horizontal: true, vertical: true }, [13, 12]],
  ])('%j %j', async (to, flip, pixels) => {
    const shaped = await shapePicture(small, to, flip);
    expect([...shaped.data]).toEqual(pixels);
    expect(shaped.channels).toBe(1);
  });

  test('colour keeps its three channels', async () => {
    const red = plain(8, 8, 3, [200, 10, 20]);
    const shaped = await shapePicture(red, plan({ x: 0, y: 0, width: 8, height: 8 }, 4, 4), whole);
    expect([...shaped.data.subarray(0, 3), shaped.data.length]).toEqual([200, 10, 20, 48]);
  });
});

/** GIF89a section 23: the delay in hundredths of a second, behind mark, label, size and flags. */
function delaysOf(bytes: Uint8Array): number[] {
  const gif = Buffer.from(bytes);
  const delays: number[] = [];
  for (let at = gif.indexOf(CONTROL); at >= 0; at = gif.indexOf(CONTROL, at + 1)) delays.push(gif.readUInt16LE(at + 4));
  return delays;
}

describe('formats', () => {
  test.each(['png', 'jpeg', 'gif', 'webp'] as const)('%s is what it says, grey and colour', async (format) => {
    for (const frame of [plain(20, 10, 1, 77), plain(20, 10, 3, [200, 100, 50])]) {
      const bytes = await encodePicture(frame, { ...still, format });
      const { data, info } = await sharp(bytes)
        .toColourspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
        .catch(() => ({ data: Buffer.alloc(0), info: null }));
      // The loader of GIF is blocked here on purpose: what comes from outside is never a GIF.
      if (format === 'gif') expect([Buffer.from(bytes).toString('latin1', 0, 6), info]).toEqual(['GIF89a', null]);
      else {
        expect([info?.width, info?.height]).toEqual([20, 10]);
        const wanted = frame.channels === 1 ? 77 : 200;
        expect(Math.abs((data[0] ?? 0) - wanted)).toBeLessThanOrEqual(2);
      }
    }
  });

  test('quality makes a JPEG smaller', async () => {
    const noise = {
      width: 64,
      height: 64,
      channels: 1 as const,
      data: Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251),
    };
    const [low, high] = await Promise.all(
      [10, 95].map((quality) => encodePicture(noise, { ...still, quality, format: 'jpeg' })),
    );
    expect(low?.length).toBeLessThan((high?.length ?? 0) / 2);
  });

  test('an animation holds each frame with its delay and starts over', async () => {
    const gif = Buffer.from(
      await encodeAnimation([plain(8, 8, 1, 0), plain(8, 8, 1, 128), plain(8, 8, 1, 255)], [40, 40, 100]),
    );
    expect(delaysOf(gif)).toEqual([4, 4, 10]);
    expect(gif.toString('latin1')).toContain('NETSCAPE2.0');
  });

  test('an animation in colour has its delays too', async () => {
    const frames = [plain(4, 4, 3, [200, 0, 0]), plain(4, 4, 3, [0, 200, 0])];
    expect(delaysOf(await encodeAnimation(frames, [50, 200]))).toEqual([5, 20]);
  });

  test('a third of a hundredth is not lost: 30 frames a second stay 30', async () => {
    const frames = Array.from({ length: 6 }, (_, at) => plain(4, 4, 1, at * 40));
    expect(delaysOf(await encodeAnimation(frames, Array(6).fill(1000 / 30)))).toEqual([3, 4, 3, 3, 4, 3]);
    expect(delaysOf(await encodeAnimation(frames, Array(6).fill(1)))).toEqual(Array(6).fill(2));
  });

  test('a frame of another size stands in the middle of a black canvas', async () => {
    const { data, channels } = await fillCanvas(plain(2, 4, 1, 200), { width: 4, height: 4 }, 1);
    expect([channels, [...data.subarray(0, 4)]]).toEqual([1, [0, 200, 200, 0]]);
    expect((await fillCanvas(plain(4, 4, 1, 9), { width: 4, height: 4 }, 3)).data).toHaveLength(48);
  });
});

describe('PS3.18 section 8.3.5.1.5: ICC profiles', () => {
  const colour = plain(4, 4, 3, [200, 100, 50]);
  const read = async (bytes: Uint8Array) => {
    const { icc } = await sharp(bytes).metadata();
    const { data } = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    return { icc, pixel: [...data.subarray(0, 3)] };
  };

  test('none unless asked for', async () => {
    expect(await read(await encodePicture(colour, still))).toEqual({ icc: undefined, pixel: [200, 100, 50] });
  });

  test.each([
    ['yes', [200, 100, 50]],
    ['srgb', [200, 100, 50]],
    // Worked out from the published primaries and transfer functions.
    ['displayp3', [188, 105, 61]],
    ['adobergb', [176, 100, 56]],
    ['rommrgb', [144, 96, 51]],
  ] as const)('%s is converted to and embedded', async (iccProfile, pixel) => {
    for (const format of ['png', 'webp', 'jpeg'] as const) {
      const bytes = await encodePicture(colour, { ...still, quality: 100, iccProfile, format });
      expect((await sharp(bytes).metadata()).icc?.length ?? 0, format).toBeGreaterThan(100);
    }
    const found = await read(await encodePicture(colour, { ...still, iccProfile }));
    expect(found.pixel.map((value, i) => Math.abs(value - (pixel[i] ?? 0)) <= 2)).toEqual([true, true, true]);
  });

  test("the image's own profile goes along, and is what conversions start from", async () => {
    const own = await readFile(new URL('./profiles/adobe-rgb.icc', import.meta.url));
    const kept = await read(await encodePicture(colour, { ...still, iccProfile: 'yes' }, own));
    expect([kept.icc?.equals(own), kept.pixel]).toEqual([true, [200, 100, 50]]);
    const { pixel } = await read(await encodePicture(colour, { ...still, iccProfile: 'srgb' }, own));
    expect(pixel[0]).toBeGreaterThan(215);
  });
});

describe('PS3.18 section 8.3.5.1.1: annotation', () => {
  const notes = { top: ['Müller, Анна', 'ID 1'], bottom: ['CT'] };

  test.each([128, 512, 2000])('text stands in both corners of a picture of %i px', async (side) => {
    const burned = await burnNotes(plain(side, side, 1, 100), notes);
    const grey = (x: number, y: number) => burned.data[(y * side + x) * burned.channels] ?? -1;
    expect(grey(0, 0)).toBeLessThan(60);
    expect(grey(0, side - 1)).toBeLessThan(60);
    expect(grey(side - 1, side / 2)).toBe(100);
    expect(brightest(burned.data)).toBeGreaterThan(240);
  });

  test('markup in a name stays text', async () => {
    const burned = await burnNotes(plain(256, 256, 3, 100), { top: ['<b>&amp;</span>'], bottom: [] });
    expect(brightest(burned.data)).toBeGreaterThan(240);
  });

  test('what cannot be read is not burned', async () => {
    await expect(burnNotes(plain(16, 16, 1, 0), notes)).rejects.toThrow(/needs a larger picture than 16 × 16 px/);
  });

  test('nothing to say leaves the picture alone', async () => {
    const frame = plain(64, 64, 1, 7);
    expect(await burnNotes(frame, { top: [], bottom: [''] })).toBe(frame);
  });
});
