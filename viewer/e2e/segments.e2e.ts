import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { keyImagePaths } from '#shared/api/key-images.ts';
import { segmentPaths } from '#shared/api/segments.ts';
import type { Segment } from '#shared/segmentation/segment.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf, saved } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const run = promisify(execFile);

const data = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'));
/** A real chest CT where it is at hand, else the phantom. */
const REAL = join(data, 'ct', 'lung-dx-a0002');

/** Counts the pixels of each segment in the exported objects, with the sides of a voxel as the files give them. */
const COUNT = `
import io, json, sys, zipfile, pydicom
volumes = []
with zipfile.ZipFile(sys.argv[1]) as z:
    for name in z.namelist():
        if not name.endswith('.dcm'): continue
        d = pydicom.dcmread(io.BytesIO(z.read(name)))
        pixels = d.pixel_array if d.NumberOfFrames > 1 else d.pixel_array[None]
        rows, columns = d.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing
        for s in d.SegmentSequence:
            frames = [i for i, g in enumerate(d.PerFrameFunctionalGroupsSequence)
                      if g.SegmentIdentificationSequence[0].ReferencedSegmentNumber == s.SegmentNumber]
            volumes.append([s.SegmentLabel, int(pixels[frames].sum()), float(rows) * float(columns), len(frames)])
print(json.dumps(volumes))`;
const hasPydicom = await run('/usr/bin/python3', ['-c', 'import pydicom, numpy']).then(
  () => true,
  () => false,
);

describe('segments and key images', () => {
  let desk: ReadingDesk;
  let id = '';
  let window: Window;
  let page: Page;
  let viewport: Locator;

  beforeAll(async () => {
    desk = await openReadingDesk('radiology', (folder) =>
      existsSync(REAL)
        ? cp(REAL, folder, { recursive: true })
        : writeCtSeries(folder, { slices: 8, size: 256, seriesDescription: 'Phantom' }),
    );
    ({ id, window, page } = desk);
    viewport = page.getByRole('application');
    await page.goto(`/consultations/${id}/read`);
    await viewport.getByText(/Slice 1\//).waitFor();
    await page.getByRole('tab', { name: /^Segments/ }).click();
  });
  afterAll(() => desk?.close());

  const listed = async (): Promise<Segment[]> => {
    const answer = await window.context.request.get(segmentPaths.list(id));
    return ((await answer.json()) as { segments: Segment[] }).segments;
  };
  const stored = async (): Promise<Segment[]> => {
    await saved(page);
    return await listed();
  };
  const tool = (name: string) =>
    page.getByRole('toolbar', { name: 'Painting tools' }).getByRole('button', { name, exact: true });
  const toSlice = async (number: number): Promise<void> => {
    await viewport.press('Home');
    for (let step = 1; step < number; step += 1) await viewport.press('ArrowDown');
    await viewport.getByText(new RegExp(`Slice ${number}/`)).waitFor();
  };

  it('is painted on slices, filled between them, measured in ml, saved as it is made and there after a reload', async () => {
    const { x, y } = await middleOf(viewport);
    await tool('Brush').click();
    await toSlice(2);
    await drag(page, { x: x - 40, y }, { x: x + 40, y });
    await eventually(async () => (await stored()).length).toBe(1);
    await toSlice(6);
    await drag(page, { x: x - 20, y: y - 20 }, { x: x + 20, y: y + 20 });
    await eventually(async () => (await stored())[0]?.frames.length).toBe(2);
    await page.getByRole('button', { name: 'Fill between slices' }).click();
    await eventually(async () => (await stored())[0]?.frames.length).toBe(5);

    const [segment] = await stored();
    const [volume, mean] = segment?.measurements ?? [];
    expect(volume).toMatchObject({ name: 'volume', unit: 'mL', provenance: 'voxel-count' });
    expect(mean).toMatchObject({ name: 'mean', unit: "[hnsf'U]" });
    const list = page.getByRole('list', { name: 'Segments' });
    await list.getByText(/^Volume [\d.]+ ml$/).waitFor();
    await list.getByText(/Mean .* HU/).waitFor();

    await page.reload();
    await viewport.getByText(/Slice \d+\//).waitFor();
    await page.getByRole('tab', { name: /^Segments/ }).click();
    await list.getByText('Segment 1').click();
    expect(await listed()).toEqual([segment]);
  });

  it('takes strokes back one by one, and wipes out', async () => {
    const before = await listed();
    const { x, y } = await middleOf(viewport);
    await toSlice(6);
    await tool('Eraser').click();
    await drag(page, { x: x - 60, y: y - 60 }, { x: x + 60, y: y + 60 });
    await eventually(async () => (await stored())[0]?.frames).not.toEqual(before[0]?.frames);
    await page.keyboard.press('Control+z');
    await eventually(async () => (await stored())[0]?.frames).toEqual(before[0]?.frames);
    expect((await stored())[0]?.measurements).toEqual(before[0]?.measurements);
  });

  it('overlaps another segment that is grown from a click, and can be locked', async () => {
    const { x, y } = await middleOf(viewport);
    await page.getByRole('button', { name: 'New segment' }).click();
    await page.getByLabel('Growing: within').fill('20');
    await tool('Grow from a click').click();
    await page.mouse.click(x, y);
    await eventually(async () => (await stored()).length).toBe(2);
    const grown = (await stored())[1];
    expect(grown).toMatchObject({ drawn: 'half-automatic' });
    await page.getByRole('button', { name: 'Lock Segment 2' }).click();
    await eventually(async () => (await stored())[1]?.locked).toBe(true);
    await tool('Brush').click();
    await drag(page, { x: x - 40, y }, { x: x + 40, y });
    // Refused, and nothing else was made of it.
    expect((await stored()).map(({ frames }) => frames)[1]).toEqual(grown?.frames);
    expect(await listed()).toHaveLength(2);
  });

  it.skipIf(!hasPydicom)('leaves as DICOM whose pixels others count to the same volume', async () => {
    const file = join(desk.product.folder, 'segmentations.zip');
    await writeFile(file, await (await window.context.request.get(segmentPaths.segmentations(id))).body());
    const { stdout } = await run('/usr/bin/python3', ['-c', COUNT, file]);
    const counted = JSON.parse(stdout) as [string, number, number, number][];
    const segments = await stored();
    expect(counted.map(([label]) => label)).toEqual(segments.map(({ label }) => label));
    const gapMm = existsSync(REAL) ? 8 : 2.5;
    for (const [at, [, pixels, area, frames]] of counted.entries()) {
      const volume = segments[at]?.measurements.find(({ name }) => name === 'volume');
      expect(frames).toBe(segments[at]?.frames.length);
      expect(volume?.value).toBeCloseTo((pixels * area * gapMm) / 1000, 6);
    }
  });

  it('marks a key image, counts it in the tray, and finds the way back to it as it was seen', async () => {
    await toSlice(4);
    await page.keyboard.press('i');
    const star = page.getByRole('toolbar', { name: 'View' }).getByRole('button', { name: 'Key image' });
    await star.click();
    await eventually(() => star.getAttribute('aria-pressed')).toBe('true');
    await saved(page);
    await toSlice(7);
    await page.keyboard.press('i');
    expect(await star.getAttribute('aria-pressed')).toBe('false');
    const tray = page.getByRole('navigation', { name: 'Material' });
    await tray.getByRole('button', { name: '1 key image', exact: true }).click();
    await tray.getByRole('button', { name: /^Key image 1/ }).click();
    await viewport.getByText(/Slice 4\//).waitFor();
    await eventually(() => star.getAttribute('aria-pressed')).toBe('true');
    const answer = await window.context.request.get(keyImagePaths.selections(id));
    expect(answer.headers()['content-type']).toBe('application/zip');
    await star.click();
    await tray.getByRole('button', { name: '1 key image', exact: true }).waitFor({ state: 'detached' });
    expect(window.takeComplaints()).toEqual([]);
  });
});
