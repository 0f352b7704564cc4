import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { writeUltrasound } from '#fixtures/ultrasound.ts';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf, type Place, saved, takeTool } from './hands.ts';
import { openReadingDesk, RADIOLOGIST, type ReadingDesk } from './reading-desk.ts';

const SLICES = 3;

describe('measuring', () => {
  let desk: ReadingDesk;
  let id = '';
  let window: Window;
  let page: Page;
  let viewport: Locator;

  beforeAll(async () => {
    desk = await openReadingDesk('radiology', async (folder) => {
      await writeCtSeries(join(folder, 'ct'), { slices: SLICES, size: 128, seriesDescription: 'Phantom' });
      await writeUltrasound(join(folder, 'us'));
    });
    ({ id, window, page } = desk);
    viewport = page.getByRole('application');
  });
  afterAll(() => desk?.close());

  const annotations = async (): Promise<Annotation[]> => {
    const answer = await window.context.request.get(annotationPaths.list(id));
    return ((await answer.json()) as { annotations: Annotation[] }).annotations;
  };
  const newest = async (): Promise<Annotation> => {
    await saved(page);
    const last = (await annotations()).at(-1);
    if (last === undefined) throw new Error('nothing is stored');
    return last;
  };
  const measured = ({ measurements }: Annotation) => measurements.map(({ name, unit }) => [name, unit]);
  const open = async (series: string, line: RegExp): Promise<void> => {
    await page.getByRole('navigation', { name: 'Material' }).getByRole('button', { name: series }).click();
    await viewport.getByText(line).waitFor();
  };
  const click = async ({ x, y }: Place): Promise<void> => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.up();
  };
  const chooseRare = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More measuring tools' }).click();
    await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click();
  };

  it('measures two axes, angles and values on a slice as the server does', async () => {
    await page.goto(`/consultations/${id}/read`);
    await open('Phantom', /Slice 1\/3/);
    const { x, y } = await middleOf(viewport);

    await takeTool(page, 'Long and short axis');
    await drag(page, { x: x - 60, y }, { x: x + 60, y });
    await drag(page, { x, y: y - 30 }, { x: x + 25, y: y + 30 });
    const axes = await newest();
    expect(measured(axes)).toEqual([
      ['long-axis', 'mm'],
      ['short-axis', 'mm'],
    ]);
    const [long, short] = axes.measurements;
    // 120 and 60 screen pixels: the second axis was drawn askew and held at a right angle.
    expect((long?.value ?? 0) / (short?.value ?? 1)).toBeCloseTo(2, 1);
    expect(axes.frameOfReferenceUid).toMatch(/^2\.25\./);

    await chooseRare('Angle');
    await drag(page, { x: x + 50, y: y - 100 }, { x, y: y - 100 });
    await click({ x, y: y - 150 });
    expect((await newest()).measurements[0]).toMatchObject({ name: 'angle', unit: 'deg' });
    expect((await newest()).measurements[0]?.value).toBeCloseTo(90, 0);

    await chooseRare('Cobb angle');
    await drag(page, { x: x - 50, y: y + 90 }, { x: x + 50, y: y + 90 });
    await drag(page, { x: x + 50, y: y + 120 }, { x: x - 50, y: y + 170 });
    expect((await newest()).measurements[0]?.value).toBeCloseTo((Math.atan2(50, 100) * 180) / Math.PI, 0);

    await chooseRare('Value of a pixel');
    await click({ x: x + 80, y: y + 20 });
    const probe = await newest();
    expect(measured(probe)).toEqual([['value', "[hnsf'U]"]]);

    await chooseRare('Spline region');
    for (const [dx, dy] of [
      [-160, -60],
      [-100, -60],
      [-100, 0],
      [-160, 0],
    ] as const)
      await click({ x: x + dx, y: y + dy });
    await page.keyboard.press('Enter');
    const spline = await newest();
    expect(spline.geometry.kind).toBe('spline');
    expect(spline.measurements.map(({ name }) => name)).toContain('median');
    await page.getByRole('img', { name: /^Histogram of \d+ pixels from .* HU to .* HU$/ }).waitFor();
  });

  it('copies a shape to the next slice, where it is measured anew, and takes that back', async () => {
    const before = await newest();
    const count = (await annotations()).length;
    await page.keyboard.press('}');
    await viewport.getByText('Slice 2/3').waitFor();
    await eventually(async () => (await annotations()).length).toBe(count + 1);
    const copy = await newest();
    expect(copy.geometry).toEqual(before.geometry);
    expect(copy.target).not.toEqual(before.target);
    expect(copy.measurements).not.toEqual(before.measurements);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await eventually(async () => (await annotations()).length).toBe(count);
  });

  it('measures each region of an ultrasound screen in its own units, and in px across them', async () => {
    await open('Carotid duplex', /2 calibrated regions/);
    const { x, y } = await middleOf(viewport);
    await takeTool(page, 'Length');
    await drag(page, { x: x - 60, y: y - 150 }, { x: x + 60, y: y - 150 });
    const inPicture = await newest();
    expect(inPicture.measurements).toMatchObject([{ name: 'length', unit: 'mm', provenance: 'ultrasound-region' }]);
    if (inPicture.geometry.kind !== 'line') throw new Error('no line');
    const columns = inPicture.geometry.to[0] - inPicture.geometry.from[0];
    expect(inPicture.measurements[0]?.value).toBeCloseTo(columns * 0.25, 6);

    await drag(page, { x: x - 60, y: y + 60 }, { x: x + 60, y: y + 120 });
    expect(measured(await newest())).toEqual([
      ['across', 's'],
      ['down', 'cm/s'],
    ]);
    await drag(page, { x: x + 100, y: y - 60 }, { x: x + 100, y: y + 60 });
    expect((await newest()).measurements).toMatchObject([{ name: 'length', unit: 'px', provenance: 'uncalibrated' }]);
  });

  it('calibrates by a known length, and says so in every number after it', async () => {
    const { x, y } = await middleOf(viewport);
    await chooseRare('Calibrate by a known length');
    await drag(page, { x: x - 100, y: y - 100 }, { x: x + 100, y: y - 100 });
    await page.getByLabel('Known length in millimetres').fill('20');
    await page.keyboard.press('Enter');
    expect((await newest()).measurements).toEqual([
      { name: 'length', value: 20, unit: 'mm', provenance: 'user-calibration' },
    ]);
    await viewport.getByText('Calibrated by you').waitFor();
    await takeTool(page, 'Length');
    await drag(page, { x: x - 50, y: y - 60 }, { x: x + 50, y: y - 60 });
    const line = await newest();
    expect(line.measurements[0]).toMatchObject({ unit: 'mm', provenance: 'user-calibration' });
    expect(line.measurements[0]?.value).toBeCloseTo(10, 1);
    await viewport.getByText(/Length 10\.\d mm \(calibrated by user\)/).waitFor();
  });

  it('lists, filters and saves the measurements as a table; locks what is mine', async () => {
    const list = page.getByRole('list', { name: 'Annotations' });
    await page.getByLabel('Filter annotations').fill('cobb');
    await eventually(() => list.getByRole('listitem').count()).toBe(1);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the measurements as a table' }).click();
    const table = await readFile(await (await download).path(), 'utf8');
    expect(table.startsWith('\ufeffAnnotation,')).toBe(true);
    expect(table.split('\r\n').filter(Boolean)).toHaveLength(2);
    expect(table).toMatch(/A3,Cobb angle,.*,Angle,26\.\d+,°,deg,DICOM Pixel Spacing/);
    await page.getByLabel('Filter annotations').fill('');
    await page.getByRole('button', { name: `Lock the marks of ${RADIOLOGIST.name}` }).click();
    const before = (await annotations()).length;
    await page.keyboard.press('Delete');
    await eventually(async () => (await annotations()).length).toBe(before);
    expect(window.takeComplaints()).toEqual([]);
  });
});
