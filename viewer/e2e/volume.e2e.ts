import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import dicomParser from 'dicom-parser';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? resolve(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const tilted = join(data, 'ct', 'ge-head-tilt');
const missing = existsSync(tilted) ? null : `no test data at ${tilted}`;
if (missing !== null) process.stderr.write(`The tilted gantry is not tried: ${missing}\n`);

describe('planes through a volume', () => {
  let desk: ReadingDesk;
  let series: CtSeries;
  let id = '';
  let window: Window;
  let page: Page;
  let planes: Locator;

  beforeAll(async () => {
    desk = await openReadingDesk('radiology', async (folder) => {
      await mkdir(join(folder, 'ct'), { recursive: true });
      series = await writeCtSeries(join(folder, 'ct'), { slices: 24, size: 128 });
      if (missing === null) await cp(tilted, join(folder, 'tilted'), { recursive: true });
    });
    ({ id, window, page } = desk);
    planes = page.getByRole('region', { name: /^Planes of/ });
  });
  afterAll(() => desk?.close());

  const openPlanes = async (seriesUid: string): Promise<void> => {
    await page.goto(`/consultations/${id}/read?open=series.${seriesUid}`);
    await page.getByRole('button', { name: 'MPR' }).click();
    await planes.getByText(/^Voxel/).waitFor({ timeout: 60_000 });
  };
  /** What the page says is under the crosshair. */
  const crosshair = async () => {
    const text = (await planes.getByText(/^Voxel/).textContent()) ?? '';
    const [column = 0, row = 0, slice = 0, value = 0] = text.replaceAll('−', '-').match(/-?\d+/g)?.map(Number) ?? [];
    return { column, row, slice, value };
  };
  /** The value of a voxel straight from its file: slices are counted from the feet upwards. */
  const stored = async ({ column, row, slice }: { column: number; row: number; slice: number }): Promise<number> => {
    const upwards = series.instances.toSorted((a, b) => a.zMm - b.zMm);
    const bytes = await readFile(join(series.folder, upwards[slice - 1]?.file ?? ''));
    const dataset = dicomParser.parseDicom(bytes);
    const offset = dataset.elements.x7fe00010?.dataOffset ?? 0;
    const sample = bytes.readUInt16LE(offset + 2 * ((row - 1) * series.size + column - 1));
    return sample * Number(dataset.string('x00281053')) + Number(dataset.string('x00281052'));
  };

  it('names the voxel under the crosshair with the value that is stored for it, in every plane', async () => {
    await openPlanes(series.seriesUid);
    const seen = new Set<string>();
    for (const [plane, dx, dy] of [
      ['Axial', 40, -60],
      ['Coronal', -50, 12],
      ['Sagittal', 30, -18],
    ] as const) {
      const before = await crosshair();
      const middle = await middleOf(planes.getByRole('img', { name: `${plane} plane` }));
      await page.mouse.click(middle.x + dx, middle.y + dy);
      await eventually(async () => JSON.stringify(await crosshair())).not.toBe(JSON.stringify(before));
      const now = await crosshair();
      expect(now.value, JSON.stringify(now)).toBe(await stored(now));
      seen.add(`${now.column} ${now.row} ${now.slice}`);
    }
    expect(seen.size).toBe(3);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('measures in the patient on a plane across the slices, and says that it is not stored', async () => {
    await planes.getByText('Measure', { exact: true }).click();
    const coronal = planes.getByRole('img', { name: 'Coronal plane' });
    const box = await coronal.boundingBox();
    if (box === null) throw new Error('no coronal plane');
    const middle = await middleOf(coronal);
    await drag(page, { x: middle.x - 60, y: middle.y }, { x: middle.x + 60, y: middle.y + 9 });
    const text = planes.getByText(/^Length/);
    await text.waitFor();
    // The field of view, 400 mm, fills the shorter side.
    const millimetres = (Math.hypot(120, 9) * series.pixelSpacingMm * series.size) / Math.min(box.width, box.height);
    await eventually(async () =>
      Math.abs(Number.parseFloat((await text.textContent())?.slice(7) ?? '') - millimetres),
    ).toBeLessThan(millimetres * 0.02);
    expect(await text.textContent()).toContain('not stored');
  });

  it('shows the brightest of a slab, which is never darker than the plane', async () => {
    const brightness = (): Promise<number> =>
      planes
        .getByRole('img', { name: 'Axial plane' })
        .locator('canvas')
        .evaluate((element) => {
          const canvas = element as HTMLCanvasElement;
          const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          let sum = 0;
          for (let i = 0; i < pixels.length; i += 4) sum += pixels[i] ?? 0;
          // Of a pixel: the canvas may get another size meanwhile.
          return pixels.length === 0 ? 0 : sum / pixels.length;
        });
    const thickness = planes.getByRole('textbox', { name: 'Slab thickness in millimetres' });
    await eventually(brightness).toBeGreaterThan(0);
    const thin = await brightness();
    await planes.getByText('MIP', { exact: true }).click();
    await thickness.fill('20');
    await thickness.press('Tab');
    await eventually(() => thickness.inputValue()).toContain('20');
    await eventually(brightness).toBeGreaterThan(thin * 1.02);
    await planes.getByRole('button', { name: 'Slices' }).click();
    await page.getByText(/^Slice 1\/24/).waitFor();
  });

  it.skipIf(missing !== null)('corrects a tilted gantry and uneven slices, and says so', async () => {
    const file = await readFile(join(tilted, readdirSync(tilted).find((name) => name.endsWith('.dcm')) ?? ''));
    await openPlanes(dicomParser.parseDicom(file, { untilTag: 'x0020000e' }).string('x0020000e') ?? '');
    await planes.getByText(/Gantry tilt of 18\.\d° corrected/).waitFor();
    await planes.getByText(/apart\) resampled|interpolated/).waitFor();
    expect(window.takeComplaints()).toEqual([]);
  });
});
