import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DicomSlideForm, encodeDicomSlide } from '#fixtures/dicom-slide.ts';
import { type Picture, reduce, testPicture } from '#fixtures/vendor-tiff.ts';
import { openDicomSlide } from './dicom-slide.ts';
import { describeSlide } from './open-slide.ts';
import { readRegion } from './region.ts';
import type { Slide } from './slide.ts';
import { memorySource, openFileSource } from './source.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const picture = testPicture(100, 70);
const full: DicomSlideForm = { pictures: [[picture]], tile: 32, organization: 'TILED_FULL' };
const open = (files: readonly Buffer[]): Promise<Slide> => openDicomSlide(files.map(memorySource));

async function expectLevel(slide: Slide, level: number, expected: Picture): Promise<void> {
  const { width, height } = expected;
  const { data } = await readRegion(slide, level, { x: 0, y: 0, width, height });
  expect(Buffer.from(data).equals(Buffer.from(expected.data))).toBe(true);
}

describe('openDicomSlide', () => {
  it('places the frames of TILED_FULL row by row (PS3.3 C.7.6.17.3)', async () => {
    const slide = await open(encodeDicomSlide(full));
    await expectLevel(slide, 0, picture);
    expect(slide.description).toMatchObject({
      ...{ format: 'dicom-wsi', vendor: 'Consilium', scanner: 'Model One', objectivePower: 40, mppsDisagree: false },
    });
  });

  it('reads Pixel Spacing as row and column (PS3.3 10.7.1.3)', async () => {
    const { mppX, mppY, mppSource } = (await open(encodeDicomSlide(full))).description;
    expect([mppX, mppY, mppSource]).toEqual([0.25, 0.5, 'PixelSpacing']);
  });

  it('marks a slide whose Imaged Volume contradicts its Pixel Spacing', async () => {
    const swapped = { ...full, volume: [0.0005 * 70, 0.00025 * 100] } as const;
    const { mppsDisagree, statedMpps } = (await open(encodeDicomSlide(swapped))).description;
    expect(mppsDisagree).toBe(true);
    expect(statedMpps.map(({ source }) => source)).toEqual(['PixelSpacing', 'scanner-metadata']);
  });

  it('orders levels by size, whatever the order of the instances', async () => {
    const half = { ...full, pictures: [[reduce(picture, 2)]], number: 1, spacing: [0.001, 0.0005] } as const;
    const slide = await open([...encodeDicomSlide(half), ...encodeDicomSlide(full)]);
    expect(slide.description.levels.map(({ width }) => width)).toEqual([100, 50]);
    await expectLevel(slide, 1, reduce(picture, 2));
  });

  it('places the frames of TILED_SPARSE by their position, and shows white where none is (C.8.12.6.1)', async () => {
    const form = {
      ...full,
      organization: 'TILED_SPARSE',
      without: (column: number, row: number) => column === 1 && row === 1,
    } as const;
    const slide = await open(encodeDicomSlide(form));
    const expected = { ...picture, data: picture.data.slice() };
    for (let y = 32; y < 64; y++) expected.data.fill(255, (y * 100 + 32) * 3, (y * 100 + 64) * 3);
    await expectLevel(slide, 0, expected);
    expect(slide.tileVersion(0, 1, 1)).toMatch(/blank/);
  });

  it('places frames that lie off the grid', async () => {
    const form = { ...full, organization: 'TILED_SPARSE', shift: 5 } as const;
    const slide = await open(encodeDicomSlide(form));
    const shown = await readRegion(slide, 0, { x: 10, y: 40, width: 80, height: 20 });
    const expected = await readRegion(await open(encodeDicomSlide(full)), 0, { x: 10, y: 40, width: 80, height: 20 });
    expect(Buffer.from(shown.data).equals(Buffer.from(expected.data))).toBe(true);
  });

  it('joins the parts of a concatenation in any order (C.7.6.16.2.2.4)', async () => {
    const [one, two, three] = encodeDicomSlide({ ...full, parts: 3 });
    await expectLevel(await open([three!, one!, two!]), 0, picture);
    await expect(open([one!, three!])).rejects.toThrow(refusal('SLIDE_INCOMPLETE'));
    await expect(open([two!, three!])).rejects.toThrow(/first part of a concatenation is missing/);
    await expect(open([one!, two!])).rejects.toThrow(/frames its size asks for/);
  });

  it.each(['TILED_FULL', 'TILED_SPARSE'] as const)(
    'selects focal planes and optical paths of %s',
    async (organization) => {
      const pictures = [0, 1].map((path) => [0, 1, 2].map((plane) => testPicture(100, 70, path * 3 + plane)));
      const slide = await open(encodeDicomSlide({ ...full, organization, pictures }));
      expect(slide.description.focalPlanes).toHaveLength(3);
      expect(slide.description.channels.map(({ name }) => name)).toEqual(['path0', 'path1']);
      const versions = new Set<string>();
      for (const [path, stack] of pictures.entries()) {
        for (const [focalPlane, expected] of stack.entries()) {
          const view = slide.select({ focalPlane, channels: [{ index: path, colour: null, window: null }] });
          await expectLevel(view, 0, expected);
          versions.add(view.tileVersion(0, 0, 0));
        }
      }
      expect(versions.size).toBe(6);
      await expectLevel(slide, 0, pictures[0]![1]!);
    },
  );

  it('keeps label, overview and thumbnail apart from the levels', async () => {
    const flavour = (name: string, number: number) => encodeDicomSlide({ ...full, flavour: name, number });
    const slide = await open([
      ...encodeDicomSlide(full),
      ...flavour('LABEL', 1),
      ...flavour('OVERVIEW', 2),
      ...flavour('THUMBNAIL', 3),
    ]);
    expect(slide.description.levels).toHaveLength(1);
    expect(slide.description.associatedImages.map(({ name }) => name)).toEqual(['label', 'macro', 'thumbnail']);
    expect((await slide.associatedImage('label')).mediaType).toBe('image/png');
  });

  it.each<[string, () => readonly Buffer[], string]>([
    ['a label alone', () => encodeDicomSlide({ ...full, flavour: 'LABEL' }), 'SLIDE_INCOMPLETE'],
    [
      'levels of different shapes',
      () => [...encodeDicomSlide(full), ...encodeDicomSlide({ ...full, pictures: [[testPicture(50, 60)]], number: 1 })],
      'SLIDE_METADATA_INVALID',
    ],
    [
      'a matrix of ten million px',
      () => [patched(encodeDicomSlide(full)[0]!, '48000600', 10_000_000)],
      'SLIDE_METADATA_INVALID',
    ],
    [
      'fewer frames than the matrix asks for',
      () => [patched(encodeDicomSlide(full)[0]!, '48000600', 4000)],
      'SLIDE_INCOMPLETE',
    ],
    ['no DICOM', () => [Buffer.alloc(500)], 'DICOM_NOT_PART10'],
  ])('refuses %s', async (_, files, code) => {
    await expect(open(files())).rejects.toThrow(refusal(code));
  });
});

/** Overwrites the UL of an element, found by its tag as stored. */
function patched(file: Buffer, tag: string, value: number): Buffer {
  const at = file.indexOf(Buffer.from(`${tag}554c0400`, 'hex'));
  expect(at).toBeGreaterThan(0);
  file.writeUInt32LE(value, at + 8);
  return file;
}

const data = join(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'), 'wsi-dicom');
const hasData = existsSync(data);

describe.skipIf(!hasData)(`real DICOM slides${hasData ? '' : ' (skipped: no real test data)'}`, () => {
  it('cmu-pyramid-derived: three levels, frames as stored, and label, overview and thumbnail', async () => {
    const folder = join(data, 'cmu-pyramid-derived');
    const slide = await openDicomSlide(
      await Promise.all(readdirSync(folder).map((name) => openFileSource(join(folder, name)))),
    );
    const { levels, mppX, associatedImages } = slide.description;
    expect(levels.map(({ width, height }) => [width, height])).toEqual([
      [2220, 2967],
      [555, 741],
      [138, 185],
    ]);
    expect([mppX, associatedImages.length, slide.passesThrough(0)]).toEqual([0.499, 3, true]);
    for (const { name } of associatedImages)
      expect((await slide.associatedImage(name)).bytes.length).toBeGreaterThan(500);
    await slide.close();
  });

  it('highdicom: grey values of stained tissue in 25 frames of 10 px', async () => {
    const source = await openFileSource(join(data, 'highdicom-sm', 'sm_image.dcm'));
    expect(await describeSlide(source)).toMatchObject({
      ...{ width: 50, height: 50, mppX: 0.499, stain: 'Hematoxylin stain, Water soluble eosin stain' },
    });
    await source.close();
  });

  it('a microscopy annotation object is no slide', async () => {
    const source = await openFileSource(join(data, 'highdicom-sm', 'sm_annotations.dcm'));
    await expect(describeSlide(source)).rejects.toThrow(refusal('SLIDE_METADATA_INVALID'));
    await source.close();
  });
});
