import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { activityAt, writePetSeries } from '#fixtures/pet-phantom.ts';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf, saved, takeTool } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const SIZE = 128;
/** What the phantom's PET states: 70 kg, 350 MBq an hour before. */
const SUV_FACTOR = 70_000 / (350e6 * 2 ** (-3600 / 6586.2));

describe('PET over CT', () => {
  let desk: ReadingDesk;
  let ct: CtSeries;
  let petUid = '';
  let id = '';
  let window: Window;
  let page: Page;
  let viewport: Locator;

  beforeAll(async () => {
    desk = await openReadingDesk('radiology', async (folder) => {
      ct = await writeCtSeries(join(folder, 'ct'), { slices: 12, size: SIZE, seriesDescription: 'Chest' });
      const { studyUid, frameOfReferenceUid, instances } = ct;
      const around = { studyUid, topMm: (instances[0]?.zMm ?? 0) + 6, slices: 14 };
      ({ seriesUid: petUid } = await writePetSeries(join(folder, 'pet'), { ...around, frameOfReferenceUid }));
      const elsewhere = { frameOfReferenceUid: '2.25.4711', seriesDescription: 'Another day' };
      await writePetSeries(join(folder, 'other'), { ...around, ...elsewhere });
    });
    ({ id, window, page } = desk);
    viewport = page.getByRole('application');
  });
  afterAll(() => desk?.close());

  /** The colour on the canvas over the middle of an image pixel, at one image pixel a screen pixel. */
  const colorOf = (column: number, row: number): Promise<number[]> =>
    page.evaluate(
      ([x, y, size]) => {
        const canvas = document.querySelector<HTMLCanvasElement>('[role="application"] canvas');
        const [left, top] = [canvas?.width ?? 0, canvas?.height ?? 0].map((side) => Math.round(side / 2 - size / 2));
        const at = canvas?.getContext('2d')?.getImageData((left ?? 0) + x, (top ?? 0) + y, 1, 1).data ?? [];
        return [...at].slice(0, 3);
      },
      [column, row, SIZE] as const,
    );
  const fuse = async (series: string): Promise<void> => {
    await page.getByRole('button', { name: 'Fusion' }).click();
    await page.getByRole('dialog').getByRole('button', { name: series }).click();
  };
  /** Hot iron over SUV 0 to 7 at 60 %, laid over a grey. */
  const blended = (grey: readonly number[], suv: number): number[] => {
    const share = Math.min(1, Math.max(0, suv / 7));
    const alpha = 0.6 * Math.min(1, share * 4);
    const place = share * 255;
    const iron = [place * 2, Math.max(0, (place - 128) * 2), Math.max(0, (place - 191) * 4)];
    return iron.map((one, i) => Math.min(255, one) * alpha + (grey[i] ?? 0) * (1 - alpha));
  };

  it('lays each value on its place in the patient, in the colour and opacity that are chosen', async () => {
    await page.goto(`/consultations/${id}/read?open=series.${ct.seriesUid}`);
    await viewport.getByText(/Slice 1\/12/).waitFor();
    await viewport.focus();
    await page.keyboard.press('x');
    for (let slice = 0; slice < 4; slice += 1) await page.keyboard.press('ArrowDown');
    await viewport.getByText(/Slice 5\/12/).waitFor();
    await eventually(() => viewport.getByText('Zoom 1.00×').count()).toBe(1);
    // Away from the nodule the activity is linear in the patient: what lies between voxels is known.
    const places = [
      [80, 60],
      [70, 80],
      [95, 66],
    ] as const;
    const greys = await Promise.all(places.map(([x, y]) => colorOf(x, y)));
    await fuse('PT · FDG PET');
    await page.getByRole('slider', { name: 'Opacity' }).waitFor();
    const corner = -((SIZE - 1) / 2) * ct.pixelSpacingMm;
    const z = ct.instances[4]?.zMm ?? 0;
    for (const [i, [column, row]] of places.entries()) {
      const activity = activityAt(corner + column * ct.pixelSpacingMm, corner + row * ct.pixelSpacingMm, z);
      const expected = blended(greys[i] ?? [], activity * SUV_FACTOR);
      await eventually(async () => {
        const shown = await colorOf(column, row);
        return Math.max(...shown.map((one, channel) => Math.abs(one - (expected[channel] ?? 0))));
      }).toBeLessThan(4);
    }
    await page.getByRole('button', { name: /^Fusion/ }).click();
    await eventually(() => page.getByRole('slider', { name: 'Opacity' }).count()).toBe(0);
    const middle = await middleOf(viewport);
    await page.mouse.move(middle.x + 20, middle.y - 5);
    await viewport.getByText(/HU · \d\.\d{3} g\/ml SUVbw/).waitFor();
  });

  it('refuses what lies in another frame of reference, and lies over planes as well', async () => {
    await page.getByRole('button', { name: 'Fusion' }).click();
    await page.getByRole('button', { name: 'Take away' }).click();
    await page.getByRole('button', { name: 'PT · Another day' }).click();
    await page
      .getByRole('alert')
      .getByText(/different frames of reference/)
      .waitFor();
    await page.getByRole('button', { name: 'Fusion' }).click();
    await page.getByRole('button', { name: 'MPR' }).click();
    const planes = page.getByRole('region', { name: /^Planes of/ });
    await planes.getByText(/^Voxel/).waitFor({ timeout: 60_000 });
    await fuse('PT · FDG PET');
    await planes.getByText(/FDG PET: \d\.\d{3} g\/ml SUVbw/).waitFor();
    const colored = (): Promise<number> =>
      planes
        .getByRole('img', { name: 'Coronal plane' })
        .locator('canvas')
        .evaluate((element) => {
          const canvas = element as HTMLCanvasElement;
          const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          let count = 0;
          for (let i = 0; i < data.length; i += 4) if ((data[i] ?? 0) > (data[i + 2] ?? 0) + 40) count += 1;
          return count;
        });
    await eventually(colored).toBeGreaterThan(500);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('takes the view along as it is seen, without the patient unless that is chosen', async () => {
    await page.getByRole('button', { name: 'Slices' }).click();
    await viewport.getByText(/Slice 1\/12/).waitFor();
    const seen = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[role="application"] canvas');
      const [width, height] = [canvas?.width ?? 0, canvas?.height ?? 0];
      const data = canvas?.getContext('2d')?.getImageData(0, Math.round(height / 2), width, 1).data ?? [];
      return { width, height, row: [...data] };
    });
    await page.getByRole('button', { name: 'Save, copy or print the view' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Save as PNG' }).click(),
    ]);
    const picture = sharp(await readFile((await download.path()) ?? '')).removeAlpha();
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    expect(info.width).toBe(seen.width);
    // Below the image stand the words; on the row through its middle only the two letters of the directions.
    expect(info.height).toBeGreaterThan(seen.height + 40);
    const start = Math.round(seen.height / 2) * info.width * 3;
    let others = 0;
    for (let x = 40; x < info.width - 40; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        if (data[start + x * 3 + channel] !== seen.row[x * 4 + channel]) others += 1;
      }
    }
    expect(others).toBe(0);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('measures PET in SUV as the server does', async () => {
    await page.goto(`/consultations/${id}/read?open=series.${petUid}`);
    await viewport.getByText(/Slice 1\/14/).waitFor();
    await takeTool(page, 'Rectangle');
    const { x, y } = await middleOf(viewport);
    await drag(page, { x: x + 40, y: y - 20 }, { x: x + 120, y: y + 60 });
    await saved(page);
    const answer = await window.context.request.get(annotationPaths.list(id));
    const { annotations } = (await answer.json()) as { annotations: Annotation[] };
    const mean = annotations.at(-1)?.measurements.find(({ name }) => name === 'mean');
    expect(mean).toMatchObject({ unit: 'g/ml{SUVbw}', provenance: 'pet-suv' });
    expect(mean?.value).toBeGreaterThan(0.9);
    expect(mean?.value).toBeLessThan(1.4);
    expect(window.takeComplaints()).toEqual([]);
  });
});
