import { expect, test } from 'vitest';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { describeImage, type ImageDescription } from '#shared/dicom/image-description.ts';
import { sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
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
