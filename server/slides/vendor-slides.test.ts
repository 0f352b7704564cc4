/**
 * The small slides of each scanner: what they are said to be, where their pixels are, and that OpenSlide reads the same
 * where it is installed (Debian's python3-openslide).
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeMirax, miraxFiles } from '#fixtures/mirax-file.ts';
import { VENDOR_SLIDES } from '#fixtures/vendor-slides.ts';
import { reduce, testPicture } from '#fixtures/vendor-tiff.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import { describeSlide, openSlide } from './open-slide.ts';
import { compareWithOpenSlide, hasOpenSlide } from './openslide-comparison.ts';
import { readRegion } from './region.ts';
import { memorySource } from './source.ts';

const folder = await mkdtemp(join(tmpdir(), 'vendor-slides-'));
afterAll(() => rm(folder, { recursive: true }));
const present = await hasOpenSlide();
const absent = present ? '' : ' (skipped: python3-openslide is not installed)';

const EXPECTED: Readonly<
  Record<string, { sizes: [number, number][]; facts: Partial<SlideDescription>; images: string[] }>
> = {
  'aperio-33003.svs': {
    sizes: [
      [300, 260],
      [75, 65],
    ],
    facts: { vendor: 'Aperio', mppX: 0.25, mppSource: 'aperio-description', objectivePower: 40 },
    images: ['thumbnail'],
  },
  'aperio-33005.svs': {
    sizes: [
      [300, 260],
      [75, 65],
    ],
    facts: { mppX: 0.25 },
    images: ['thumbnail'],
  },
  'philips.tiff': {
    sizes: [
      [768, 512],
      [384, 256],
      [192, 128],
    ],
    facts: { vendor: 'Philips', mppX: 0.25, mppSource: 'scanner-metadata', objectivePower: 40 },
    images: ['label', 'macro'],
  },
  'leica-1.scn': {
    sizes: [
      [700, 500],
      [175, 125],
    ],
    facts: { vendor: 'Leica', mppX: 0.5, objectivePower: 20, origin: { x: 30, y: 20 }, mppsDisagree: false },
    images: ['macro'],
  },
  'leica-2.scn': {
    sizes: [
      [1000, 800],
      [250, 200],
    ],
    facts: { origin: null, mppX: 0.5 },
    images: ['macro'],
  },
  'ventana-1.bif': {
    sizes: [
      [728, 616],
      [364, 308],
    ],
    facts: { vendor: 'Ventana', mppX: 0.25, objectivePower: 40, scanner: 'iScan HT' },
    images: ['macro'],
  },
  'ventana-2.bif': {
    sizes: [
      [728, 616],
      [364, 308],
    ],
    facts: {},
    images: ['macro'],
  },
  'trestle.tif': {
    sizes: [
      [464, 368],
      [231, 184],
    ],
    facts: { vendor: 'Trestle', mppX: 0.5, objectivePower: 20 },
    images: [],
  },
  'huron.tif': {
    sizes: [
      [700, 500],
      [350, 250],
    ],
    facts: { vendor: 'Huron', mppX: 0.4, mppSource: 'tiff-resolution', objectivePower: 20, scanner: 'TissueScope' },
    images: ['label', 'macro'],
  },
  'hamamatsu.ndpi': {
    sizes: [
      [768, 500],
      [384, 250],
      [96, 62],
    ],
    facts: { vendor: 'Hamamatsu', objectivePower: 40, scanner: 'C12000-02', focalPlanes: [{ zUm: null }] },
    images: ['macro'],
  },
  'hamamatsu-z.ndpi': {
    sizes: [
      [768, 500],
      [384, 250],
      [96, 62],
    ],
    facts: { focalPlanes: [{ zUm: -2 }, { zUm: 0 }, { zUm: 2 }] },
    images: ['macro'],
  },
};

describe.each(VENDOR_SLIDES)('$name', ({ fileName, format, build, openSlideDiffers }) => {
  it('is described as written', async () => {
    const { sizes, facts, images } = EXPECTED[fileName]!;
    const description = await describeSlide(memorySource(await build()));
    expect(description).toMatchObject({ format, ...facts });
    expect(description.levels.map(({ width, height }) => [width, height])).toEqual(sizes);
    expect(description.associatedImages.map(({ name }) => name)).toEqual(images);
  });

  it.skipIf(!present || openSlideDiffers === true)(`equals OpenSlide pixel for pixel${absent}`, async () => {
    const path = join(folder, fileName);
    const bytes = await build();
    await writeFile(path, bytes);
    const slide = await openSlide(memorySource(bytes));
    const { origin } = slide.description;
    const compared = await compareWithOpenSlide(path, slide, 0, origin ?? { x: 0, y: 0 });
    // Of YCbCr in JPEG 2000 each reader rounds the colours by itself.
    expect(compared.largest).toBeLessThanOrEqual(fileName === 'aperio-33003.svs' ? 1 : 0);
    expect(compared.compared).toBeGreaterThan(70_000);
  });
});

/** Mean difference to the picture it was made of: JPEG of quality 90 stays below 3, another place is far above. */
async function meanDifference(name: string, level: number, expected: ReturnType<typeof testPicture>, x = 0, y = 0) {
  const slide = await openSlide(memorySource(await VENDOR_SLIDES.find((one) => one.fileName === name)!.build()));
  const { data } = await readRegion(slide, level, { x, y, width: expected.width, height: expected.height });
  return data.reduce((sum, value, at) => sum + Math.abs(value - expected.data[at]!), 0) / data.length;
}

describe('pixels lie where the scanner saw them, without an oracle', () => {
  it.each<[string, number, ReturnType<typeof testPicture>, number, number]>([
    ['leica-1.scn', 0, testPicture(700, 500), 0, 0],
    ['leica-2.scn', 0, testPicture(600, 240, 4), 205, 541],
    ['ventana-1.bif', 0, { ...testPicture(768, 640, 1) }, 0, 0],
    ['hamamatsu.ndpi', 0, testPicture(768, 500), 0, 0],
    ['hamamatsu.ndpi', 1, reduce(testPicture(768, 500), 2), 0, 0],
  ])('%s level %i', async (name, level, picture, x, y) => {
    const shown = name.startsWith('ventana') ? crop(picture, 728, 616) : picture;
    expect(await meanDifference(name, level, shown, x, y)).toBeLessThan(3);
  });

  it('NDPI: another focal plane shows another picture', async () => {
    const slide = await openSlide(
      memorySource(await VENDOR_SLIDES.find((one) => one.fileName === 'hamamatsu-z.ndpi')!.build()),
    );
    const tiles = await Promise.all(
      [0, 1, 2].map((focalPlane) => slide.select({ focalPlane, channels: [] }).tile(0, 0, 0)),
    );
    expect(new Set(tiles.map(({ version }) => version)).size).toBe(3);
    expect(slide.passesThrough(0)).toBe(true);
  });
});

function crop(picture: ReturnType<typeof testPicture>, width: number, height: number): ReturnType<typeof testPicture> {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    data.set(picture.data.subarray(y * picture.width * 3, (y * picture.width + width) * 3), y * width * 3);
  }
  return { width, height, data };
}

describe('3DHISTECH MRXS in a .zip', () => {
  it('is described as written', async () => {
    const description = await describeSlide(memorySource(await encodeMirax()));
    expect(description).toMatchObject({ format: 'mirax-zip', vendor: '3DHISTECH', mppX: 0.25, objectivePower: 20 });
    expect(description.levels.map(({ width, height }) => [width, height])).toEqual([
      [360, 244],
      [180, 122],
    ]);
    expect(description.associatedImages.map(({ name }) => name)).toEqual(['macro', 'label']);
  });

  it.skipIf(!present)(`equals OpenSlide at both levels${absent}`, async () => {
    for (const { name, data } of await miraxFiles()) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), data);
    }
    const slide = await openSlide(memorySource(await encodeMirax()));
    for (const level of [0, 1]) {
      expect(await compareWithOpenSlide(join(folder, 'case.mrxs'), slide, level)).toMatchObject({ largest: 0 });
    }
    await slide.close();
  });
});
