import { expect, test } from 'vitest';
import { imageOfFrame } from '#shared/dicom/frame-image.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { describeImage, type ImageDescription } from '#shared/dicom/image-description.ts';
import { sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { applyWindow } from '#shared/imaging/window.ts';
import { modalityValues, renderFrame } from './render-frame.ts';
import type { DecodedFrame, SampleArray } from './stored-pixels.ts';

const IMAGE = describeImage(parseDicomHeader(samplePart10(sampleInstance())), []);

function render(
  pixels: SampleArray,
  change: Partial<ImageDescription>,
  window: Parameters<typeof renderFrame>[3] = null,
) {
  const image = { ...IMAGE, ...change };
  const samplesPerPixel = image.samplesPerPixel;
  const frame: DecodedFrame = {
    rows: 1,
    columns: pixels.length / samplesPerPixel,
    samplesPerPixel,
    photometricInterpretation: image.photometricInterpretation,
    pixels,
  };
  return [...renderFrame(frame, image, 1, window).data];
}

const WINDOW = { center: 128, width: 256, inverted: false };
const table = (entries: number[], firstValue = 0, entryBits = 8) => ({
  entries,
  entryCount: entries.length,
  firstValue,
  entryBits,
});

test('grey goes through rescale and window', () => {
  const stored = Int16Array.of(0, 1024, 1152, 1279, 3000);
  expect(render(stored, { rescaleIntercept: -1024, signed: true }, WINDOW)).toEqual([0, 0, 128, 255, 255]);
});

test('MONOCHROME1 shows its lowest value white, and inverting it turns it back (PS3.3 C.7.6.3.1.2)', () => {
  const mono1 = { photometricInterpretation: 'MONOCHROME1' };
  expect(render(Uint16Array.of(0, 255), mono1, WINDOW)).toEqual([255, 0]);
  expect(render(Uint16Array.of(0, 255), mono1, { ...WINDOW, inverted: true })).toEqual([0, 255]);
  expect(render(Uint16Array.of(0, 255), {}, { ...WINDOW, inverted: true })).toEqual([255, 0]);
});

test('Presentation LUT Shape decides over MONOCHROME1 where it is stated (PS3.3 C.11.6)', () => {
  const ends = Uint16Array.of(0, 255);
  const shown = (photometricInterpretation: string, presentationLutShape: 'IDENTITY' | 'INVERSE' | null) =>
    render(ends, { photometricInterpretation, presentationLutShape }, WINDOW);
  expect(shown('MONOCHROME2', 'INVERSE')).toEqual([255, 0]);
  expect(shown('MONOCHROME2', 'IDENTITY')).toEqual([0, 255]);
  // As every digital X-ray image of this kind says it: once, not twice.
  expect(shown('MONOCHROME1', 'INVERSE')).toEqual([255, 0]);
  expect(shown('MONOCHROME1', 'IDENTITY')).toEqual([0, 255]);
});

test('the three functions of a window (PS3.3 C.11.2.1.2 and .3)', () => {
  const stored = Uint16Array.of(0, 50, 100);
  const by = (voiFunction: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID') =>
    render(stored, {}, { center: 50, width: 100, voiFunction, inverted: false });
  expect(by('LINEAR')).toEqual([0, 129, 255]);
  expect(by('LINEAR_EXACT')).toEqual([0, 128, 255]);
  expect(by('SIGMOID')).toEqual([30, 128, 225]);
});

test('each frame has its own window (PS3.3 C.7.6.16.2.10)', () => {
  const exactly = (center: number) => ({ center, width: 2, voiFunction: 'LINEAR_EXACT' as const, explanation: null });
  const image = { ...IMAGE, windows: [exactly(1)], frameWindows: [[exactly(1)], [exactly(101)]] };
  const frame = { rows: 1, columns: 2, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' };
  const shown = (number: number) => [
    ...renderFrame({ ...frame, pixels: Uint16Array.of(2, 102) }, image, number, null).data,
  ];
  expect(shown(1)).toEqual([255, 255]);
  expect(shown(2)).toEqual([0, 255]);
  expect(imageOfFrame(image, 2)).toMatchObject({ windows: [{ center: 101 }], frameWindows: null });
});

test('signed values of 8 and 16 bits, and 32 bits', () => {
  const exact = { center: 0, width: 200, voiFunction: 'LINEAR_EXACT' as const, inverted: false };
  expect(render(Int8Array.of(-100, 0, 100), { bitsAllocated: 8, signed: true }, exact)).toEqual([0, 128, 255]);
  expect(render(Int16Array.of(-100, 0, 100), { signed: true }, exact)).toEqual([0, 128, 255]);
  const wide = { bitsAllocated: 32, bitsStored: 32, highBit: 31 };
  expect(render(Int32Array.of(-100, 0, 100), { ...wide, signed: true }, exact)).toEqual([0, 128, 255]);
  const high = { ...exact, center: 4e9 };
  expect(render(Uint32Array.of(4e9 - 100, 4e9, 4e9 + 100), wide, high)).toEqual([0, 128, 255]);
});

test('rows of odd length and words at an odd place in memory are rendered as any other', () => {
  const exact = { center: 50, width: 100, voiFunction: 'LINEAR_EXACT' as const, inverted: false };
  expect(render(Uint16Array.of(0, 100, 0, 100, 50), {}, exact)).toEqual([0, 255, 0, 255, 128]);
  expect(render(Uint16Array.of(9, 0, 100, 50).subarray(1), {}, exact)).toEqual([0, 255, 128]);
  expect(render(Uint8Array.of(9, 0, 100, 50).subarray(1), { bitsAllocated: 8 }, exact)).toEqual([0, 255, 128]);
  expect(render(Uint16Array.of(100), {}, exact)).toEqual([255]);
});

test('the whole padding range is left out of the automatic window (PS3.3 C.7.5.1.1.2)', () => {
  const pixels = Uint16Array.from({ length: 3000 }, (_, i) => (i < 1500 ? 60_000 + (i % 20) : i % 100));
  const padding = { pixelPaddingValue: 60_019, pixelPaddingRangeLimit: 60_000 };
  const level = (change: Partial<ImageDescription>) => render(pixels, change)[1550] ?? 0;
  expect(level(padding)).toBeGreaterThan(100);
  expect(level({})).toBeLessThan(5);
  expect(level({ pixelPaddingValue: 60_019 })).toBeLessThan(5);
});

test('overlays lie on top in white, whatever the grey scale does (PS3.3 C.9.2)', () => {
  const geometry = { group: 0x6000, rows: 1, columns: 2, top: 0, left: 0, frames: null, kind: 'graphics' as const };
  const plane = { ...geometry, place: { kind: 'embedded' as const, bit: 12 } };
  const overlay = { plane, bits: Uint8Array.of(0b10), firstBit: 0 };
  const frame = (samplesPerPixel: number, photometricInterpretation: string, pixels: SampleArray) =>
    ({ rows: 1, columns: 2, samplesPerPixel, photometricInterpretation, pixels }) as const;
  const mono1 = { ...IMAGE, photometricInterpretation: 'MONOCHROME1' };
  const grey = renderFrame(frame(1, 'MONOCHROME1', Uint16Array.of(255, 255)), mono1, 1, WINDOW, [overlay]);
  expect([...grey.data]).toEqual([0, 255]);
  const rgb = renderFrame(frame(3, 'RGB', new Uint8Array(6)), { ...IMAGE, ...RGB }, 1, null, [overlay]);
  expect([...rgb.data]).toEqual([0, 0, 0, 255, 255, 255]);
});

test('the file window comes before the VOI LUT, that before an automatic one', () => {
  const windows = [{ center: 50, width: 100, voiFunction: 'LINEAR_EXACT' as const, explanation: null }];
  const voiLut = table([0, 255, 0], 0);
  expect(render(Uint16Array.of(0, 100), { windows, voiLut })).toEqual([0, 255]);
  expect(render(Uint16Array.of(0, 1, 2, 9), { voiLut })).toEqual([0, 255, 0, 0]);
  const automatic = render(
    Uint16Array.from({ length: 1000 }, (_, i) => i),
    {},
  );
  expect([automatic[0], automatic[999]]).toEqual([0, 255]);
});

test('a Modality LUT takes the place of the rescale (PS3.3 C.11.1)', () => {
  const change = { modalityLut: table([10, 20, 30], 5, 16), rescaleIntercept: -1024 };
  expect([...modalityValues(Uint16Array.of(0, 5, 6, 99), { ...IMAGE, ...change }, 1)]).toEqual([10, 10, 20, 30]);
});

test('each frame has its own rescale', () => {
  const frameRescales = [
    { rescaleSlope: 1, rescaleIntercept: 0 },
    { rescaleSlope: 10, rescaleIntercept: 5 },
  ];
  expect([...modalityValues(Uint16Array.of(3), { ...IMAGE, frameRescales }, 2)]).toEqual([35]);
});

test('padding alone, NaN and one single value are black or grey, never a failure', () => {
  expect(render(Uint16Array.of(7, 7), { pixelPaddingValue: 7 })).toEqual([0, 0]);
  const floats = { floatingPoint: true, bitsAllocated: 32 };
  expect(render(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1, 2), floats).slice(0, 2)).toEqual([0, 0]);
  expect(render(Uint16Array.of(5, 5), {})).toHaveLength(2);
});

test('palette indices may be signed (PS3.3 C.7.6.3.1.5)', () => {
  const channel = table([10, 20, 30], -1);
  const change = {
    photometricInterpretation: 'PALETTE COLOR',
    signed: true,
    palette: { red: channel, green: channel, blue: channel },
  };
  expect(render(Int16Array.of(-5, -1, 0, 1), change).filter((_, i) => i % 3 === 0)).toEqual([10, 10, 20, 30]);
});

test('B29: palette indices beyond the table take its last entry and read nothing else', () => {
  const palette = { red: table([1, 2]), green: table([3, 4]), blue: table([5, 6]) };
  const change = { photometricInterpretation: 'PALETTE COLOR', palette };
  expect(render(Uint16Array.of(0, 1, 65535), change)).toEqual([1, 3, 5, 2, 4, 6, 2, 4, 6]);
  const wide = { red: table([0xff00], 0, 16), green: table([0x8000], 0, 16), blue: table([0], 0, 16) };
  expect(render(Uint8Array.of(0), { ...change, palette: wide })).toEqual([255, 128, 0]);
});

const RGB = { samplesPerPixel: 3, bitsAllocated: 8, bitsStored: 8, photometricInterpretation: 'RGB' };

test('colour: RGB as it is, 16 bits shortened, YBR converted', () => {
  expect(render(Uint8Array.of(1, 2, 3), RGB)).toEqual([1, 2, 3]);
  expect(render(Uint16Array.of(0xffff, 0x8000, 0), { ...RGB, bitsStored: 16 })).toEqual([255, 128, 0]);
  expect(render(Uint8Array.of(76, 85, 255), { ...RGB, photometricInterpretation: 'YBR_FULL' })).toEqual([254, 0, 0]);
  expect(render(Uint8Array.of(235, 128, 128), { ...RGB, photometricInterpretation: 'YBR_PARTIAL_422' })).toEqual([
    255, 255, 255,
  ]);
});

test.each([
  [{ photometricInterpretation: 'PALETTE COLOR', palette: null }, /palette is missing/],
  [{ ...RGB, photometricInterpretation: 'HSV' }, /HSV is not supported/],
  [{ ...RGB, photometricInterpretation: '<script>' }, /in the file is not supported/],
  [{ ...RGB, samplesPerPixel: 4, photometricInterpretation: 'CMYK' }, /CMYK is not supported/],
])('refuses %j', (change, sentence) => {
  expect(() => render(new Uint8Array(12), change)).toThrow(sentence);
});

test.each([
  { voiFunction: 'LINEAR', width: 400 },
  { voiFunction: 'LINEAR', width: 1 },
  { voiFunction: 'LINEAR_EXACT', width: 0.5 },
  { voiFunction: 'LINEAR_EXACT', width: 90_000 },
  { voiFunction: 'SIGMOID', width: 3000 },
] as const)('every stored value has the level its window says: %j', (voi) => {
  const words = Uint16Array.from({ length: 2 ** 16 }, (_, word) => word);
  const bytes = Uint8Array.from({ length: 2 ** 8 }, (_, word) => word);
  for (const pixels of [words, new Int16Array(words.buffer), bytes, new Int8Array(bytes.buffer)]) {
    for (const [slope, inverted] of [
      [1, false],
      [-0.37, true],
      [0, false],
    ] as const) {
      const window = { ...voi, center: 40.3, inverted };
      const levels = Array.from(pixels, (stored) => {
        const grey = Math.round(applyWindow(stored * slope - 24, window) * 255);
        return inverted ? 255 - grey : grey;
      });
      const shown = render(pixels, { rescaleSlope: slope, rescaleIntercept: -24, modalityLut: null }, window);
      expect(Buffer.from(shown).equals(Buffer.from(levels))).toBe(true);
    }
  }
});
