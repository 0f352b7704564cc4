import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { annotationPaths, annotationsSchema } from '#shared/api/annotations.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf, type Place, saved, takeTool } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const REAL = join(
  process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data'),
  'wsi',
  'CMU-1-Small-Region.svs',
);
/** Both slides state this. */
const MPP = 0.499;

let desk: ReadingDesk;
let window: Window;
let consultationId: string;
let address: string;
/** Places of the screen relative to the middle of the slide, at 10×: two slide pixels to one of the screen. */
let at: (x: number, y: number) => Place;

beforeAll(async () => {
  desk = await openReadingDesk('pathology', async (folder) => {
    // The scanner's own file where it is; elsewhere one that was made.
    if (existsSync(REAL)) await copyFile(REAL, join(folder, 'slide.svs'));
    else await writeSlide(join(folder, 'slide.svs'), { width: 2500, height: 1900 });
  });
  ({ id: consultationId, window } = desk);
  const held = await window.context.request.get(materialPaths.material(consultationId));
  const [slide] = ((await held.json()) as Material).slides;
  address = `/consultations/${consultationId}/read?open=slide.${slide?.id}`;
  await openSlide(window.page);
}, 240_000);
afterAll(() => desk?.close());

async function openSlide(page: Page): Promise<void> {
  await page.goto(address);
  await page.getByRole('toolbar', { name: 'Magnification' }).getByRole('button', { name: '10×', exact: true }).click();
  const middle = await middleOf(page.getByRole('application').first());
  at = (x, y) => ({ x: middle.x + x, y: middle.y + y });
}

async function annotations(): Promise<Annotation[]> {
  const answer = await window.context.request.get(annotationPaths.list(consultationId));
  return annotationsSchema.parse(await answer.json()).annotations;
}

/** Areas in µm², the smallest first. */
async function sizes(): Promise<number[]> {
  const areas = (await annotations()).map(({ measurements }) => measurements[0]?.value ?? 0);
  return areas.map(Math.round).sort((a, b) => a - b);
}

/** What so many screen pixels² are at 10×. */
const square = (pixels: number): number => Math.round(pixels * 4 * MPP * MPP);

const shapes = async () => (await annotations()).map(({ geometry, measurements }) => ({ geometry, measurements }));

async function shiftClick(page: Page, place: Place): Promise<void> {
  await page.keyboard.down('Shift');
  await page.mouse.click(place.x, place.y);
  await page.keyboard.up('Shift');
}

test('a brush paints an area, goes on painting it, and the eraser takes away from it', async () => {
  const { page } = window;
  await page.keyboard.press('b');
  const tool = page.getByRole('button', { name: 'Paint an area' });
  await eventually(() => tool.getAttribute('aria-pressed')).toBe('true');
  const stroke = async (from: Place, to: Place) => {
    await drag(page, from, to);
    await saved(page);
  };
  await stroke(at(-200, 0), at(200, 0));
  // A band of 400 × 40 px with round ends.
  const band = 400 * 40 + Math.PI * 400;
  await eventually(async () => Math.abs((await sizes())[0] ?? 0) / square(band)).toBeCloseTo(1, 2);
  await stroke(at(0, -100), at(0, 100));
  const cross = band + 160 * 40 + Math.PI * 400;
  await eventually(async () => ((await sizes())[0] ?? 0) / square(cross)).toBeCloseTo(1, 2);
  expect(await sizes()).toHaveLength(1);
  await page.keyboard.press('w');
  await page.keyboard.press(']');
  await page.getByRole('button', { name: 'Brush 50 px across' }).waitFor();
  await stroke(at(0, -200), at(0, 200));
  const cut = 400 * 40 + Math.PI * 400 - 50 * 40;
  await eventually(async () => ((await sizes())[0] ?? 0) / square(cut)).toBeCloseTo(1, 2);
  await saved(page);
  const before = await shapes();
  expect(before[0]?.geometry.kind).toBe('multipolygon');
  await openSlide(page);
  await page.locator('[data-mark]').first().waitFor();
  expect(await shapes()).toEqual(before);
  await page.mouse.click(at(120, -20).x, at(120, -20).y);
  await page.keyboard.press('Delete');
  await eventually(sizes).toEqual([]);
});

test('areas are united, taken apart and cut, each as one step that is undone and kept', async () => {
  const { page } = window;
  await takeTool(page, 'Rectangle');
  await drag(page, at(-200, -100), at(-100, 0));
  await drag(page, at(-150, -50), at(-50, 50));
  await eventually(sizes).toEqual([square(10_000), square(10_000)]);
  await takeTool(page, 'Pan and select');
  await page.mouse.click(at(-200, -50).x, at(-200, -50).y);
  await shiftClick(page, at(-50, 25));
  await page.keyboard.press('u');
  await eventually(sizes).toEqual([square(17_500)]);
  await page.keyboard.press('Control+z');
  await eventually(sizes).toEqual([square(10_000), square(10_000)]);
  await page.keyboard.press('Control+Shift+z');
  await eventually(sizes).toEqual([square(17_500)]);

  await page.keyboard.press('Escape');
  await page.keyboard.press('k');
  await drag(page, at(-120, -130), at(-120, 80));
  // The cut runs 120 px from the middle: 80 × 100 and a corner of 30 × 50 on its left.
  await eventually(sizes).toEqual([square(17_500 - 9_500), square(9_500)].sort((a, b) => a - b));
  await saved(page);
  const before = await shapes();
  await openSlide(page);
  await page.getByRole('tab', { name: /Annotations/ }).click();
  await page.getByRole('list', { name: 'Annotations' }).getByRole('listitem').first().waitFor();
  expect(await shapes()).toEqual(before);
  expect(window.takeComplaints()).toEqual([]);
});

test('marks get a class, are counted by keys, in fields and as a share, and keep it', async () => {
  const { page } = window;
  await openSlide(page);
  await page.getByRole('tab', { name: /Annotations/ }).click();
  await page.getByText('Count mitoses and nuclei').click();
  await page.getByRole('button', { name: 'Place a field here' }).click();
  await page.getByText('0 in 1.000 mm² = 0.0 per mm²').waitFor();
  const key = async (name: string, place: Place) => {
    await page.mouse.move(place.x - 3, place.y);
    await page.mouse.move(place.x, place.y);
    await eventually(() => page.getByRole('application').first().innerText()).toMatch(/x \d+\s+y \d+/);
    const before = (await annotations()).length;
    await page.keyboard.press(name);
    await eventually(async () => (await annotations()).length).toBe(before + 1);
  };
  await key('m', at(-60, -200));
  await key('m', at(60, -200));
  await key('q', at(150, -200));
  await key('z', at(180, -200));
  await page.getByText('2 in 1.000 mm² = 2.0 per mm²').waitFor();
  await page.getByText('50.0 % (1 of 2)').waitFor();
  await page
    .getByRole('list', { name: 'Annotations' })
    .getByRole('listitem')
    .first()
    .getByRole('button')
    .first()
    .click();
  await page.getByLabel('Class of the annotation').selectOption('SCT:108369006');
  await eventually(async () => (await annotations())[0]?.concept?.meaning).toBe('Neoplasm');
  await saved(page);
  const before = await shapes();
  await openSlide(page);
  await page.getByRole('tab', { name: /Annotations/ }).click();
  const table = page.getByRole('region', { name: 'Classes on this slide' });
  await table.getByRole('rowheader', { name: 'Tumour' }).waitFor();
  expect(await shapes()).toEqual(before);
  await table.getByRole('button', { name: 'Hide Mitosis' }).click();
  await eventually(() => page.locator('[data-mark]').count()).toBe((await annotations()).length - 2);
  expect(window.takeComplaints()).toEqual([]);
});
