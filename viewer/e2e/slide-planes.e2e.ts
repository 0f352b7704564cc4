/** Colour profiles, focal planes and channels of slides, read back from the canvas. */

import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeOmeStack, OME_STACK } from '#fixtures/ome-stack.ts';
import { pictureFields, tiffSample } from '#server/slides/tiff-sample.ts';
import { annotationPaths, annotationsSchema } from '#shared/api/annotations.ts';
import { materialPaths, materialSchema, type SlideSummary } from '#shared/api/material.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf, takeTool } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const DATA = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const REAL = join(DATA, 'wsi', 'multi-channel-z-series.ome.tif');
const hasReal = existsSync(REAL);
const STORED = [200, 40, 90] as const;

let desk: ReadingDesk;
let window: Window;
let consultationId: string;
let slides: SlideSummary[];

/** One colour everywhere, in Adobe RGB (1998). */
async function managedSlide(): Promise<Uint8Array> {
  const profile = await readFile(join(import.meta.dirname, '..', '..', 'server/codecs/profiles/adobe-rgb.icc'));
  const fields = pictureFields({ width: 512, height: 512, tile: 256 });
  fields.push({ tag: 34675, type: 7, values: profile });
  const tile = new Uint8Array(256 * 256 * 3).map((_, at) => STORED[at % 3] ?? 0);
  return tiffSample([{ fields, segments: { kind: 'tiles', data: [tile, tile, tile, tile] } }]);
}

/** An Adobe RGB (1998) colour in sRGB (IEC 61966-2-1), by the published primaries, both under D65. */
function inSrgb(adobe: readonly number[]): number[] {
  const [r = 0, g = 0, b = 0] = adobe.map((value) => (value / 255) ** (563 / 256));
  const x = 0.57667 * r + 0.18556 * g + 0.18823 * b;
  const y = 0.29734 * r + 0.62736 * g + 0.07529 * b;
  const z = 0.02703 * r + 0.07069 * g + 0.99134 * b;
  return [
    3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
    -0.969266 * x + 1.8760108 * y + 0.041556 * z,
    0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
  ].map((linear) => {
    const held = Math.min(1, Math.max(0, linear));
    return Math.round(255 * (held <= 0.0031308 ? 12.92 * held : 1.055 * held ** (1 / 2.4) - 0.055));
  });
}

const viewport = (page: Page) => page.getByRole('application').first();

async function openSlide(name: string): Promise<SlideSummary> {
  const slide = slides.find((one) => one.name === name);
  if (slide === undefined) throw new Error(`there is no slide ${name}`);
  await window.page.goto(`/consultations/${consultationId}/read?open=slide.${slide.id}`);
  await viewport(window.page)
    .getByText(/^Level \d of \d/)
    .waitFor();
  return slide;
}

/** The colour in the middle of the slide; -1 where nothing is painted. */
const middle = (): Promise<number[]> =>
  window.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[role=application] canvas');
    const context = canvas?.getContext('2d', { willReadFrequently: true });
    if (canvas == null || context == null) return [-1];
    const { data } = context.getImageData(canvas.width / 2 + 9, canvas.height / 2 + 9, 1, 1);
    return data[3] === 255 ? [...data.subarray(0, 3)] : [-1];
  });

beforeAll(async () => {
  desk = await openReadingDesk('pathology', async (folder) => {
    await writeFile(join(folder, 'managed.tif'), await managedSlide());
    await writeFile(join(folder, 'stack.ome.tif'), encodeOmeStack());
    if (hasReal) await copyFile(REAL, join(folder, 'real.ome.tif'));
  });
  ({ id: consultationId, window } = desk);
  const answer = await window.page.request.get(materialPaths.material(consultationId));
  slides = materialSchema.parse(await answer.json()).slides;
}, 240_000);

afterAll(() => desk?.close());

test('the colour profile is applied, can be switched off for exact pixels, and the choice is remembered', async () => {
  const { page } = window;
  const slide = await openSlide('managed.tif');
  expect(slide.iccProfile?.name).toContain('Adobe RGB');
  const badge = viewport(page).getByRole('button', { name: 'Colour profile' });
  await eventually(() => badge.getAttribute('aria-pressed')).toBe('true');
  const managed = inSrgb(STORED);
  const distance = async () => Math.max(...(await middle()).map((value, at) => Math.abs(value - (managed[at] ?? 0))));
  await eventually(distance).toBeLessThanOrEqual(2);
  await badge.click();
  await eventually(middle).toEqual([...STORED]);
  await openSlide('managed.tif');
  await eventually(middle).toEqual([...STORED]);
  expect(await badge.textContent()).toContain('ICC off');
  await viewport(page).focus();
  await page.keyboard.press('i');
  await eventually(distance).toBeLessThanOrEqual(2);
  await openSlide('stack.ome.tif');
  expect(await viewport(page).getByText('No profile').count()).toBe(1);
});

test('focal planes and channels are chosen, and "Show me" brings them back', async () => {
  const { page } = window;
  await openSlide('stack.ome.tif');
  const { values } = OME_STACK;
  const focus = viewport(page).getByRole('group', { name: 'Focal plane' });
  expect(await focus.textContent()).toContain('2 / 2');
  const upper = await middle();
  await viewport(page).focus();
  await page.keyboard.press('[');
  await eventually(() => focus.textContent()).toContain('1 / 2');
  await viewport(page).getByRole('button', { name: 'Channels' }).click();
  const panel = page.getByRole('dialog', { name: 'Channels' });
  const second = panel.getByRole('group', { name: 'Cy5' });
  await panel.getByRole('checkbox', { name: 'DAPI' }).uncheck();
  await second.getByRole('textbox', { name: 'Black at, Cy5' }).fill('0');
  await second.getByRole('textbox', { name: 'Full colour at, Cy5' }).fill('255');
  await second.getByRole('textbox', { name: 'Colour of Cy5' }).fill('#00FF00');
  await second.getByRole('textbox', { name: 'Colour of Cy5' }).blur();
  await eventually(middle).toEqual([0, values[1][0], 0]);
  await page.keyboard.press('Escape');

  await takeTool(page, 'Rectangle');
  const at = await middleOf(viewport(page));
  await drag(page, { x: at.x - 40, y: at.y - 40 }, { x: at.x - 10, y: at.y - 10 });
  const annotations = async () => {
    const answer = await page.request.get(annotationPaths.list(consultationId));
    return annotationsSchema.parse(await answer.json()).annotations;
  };
  await eventually(async () => (await annotations()).length).toBe(1);
  const [drawn] = await annotations();
  expect(drawn?.view).toMatchObject({
    planes: { focalPlane: 0, channels: [{ index: 1, colour: '#00ff00', window: { low: 0, high: 255 } }] },
  });

  await openSlide('stack.ome.tif');
  await eventually(middle).toEqual(upper);
  await page.getByRole('tab', { name: 'Annotations' }).click();
  await page.getByRole('list', { name: 'Annotations' }).getByRole('button').first().click();
  await eventually(middle).toEqual([0, values[1][0], 0]);
  expect(await focus.textContent()).toContain('1 / 2');
});

test.skipIf(!hasReal)(`every plane and channel of a real stack${hasReal ? '' : ' (it is not there)'}`, async () => {
  const { page } = window;
  const slide = await openSlide('real.ome.tif');
  const focus = viewport(page).getByRole('group', { name: 'Focal plane' });
  const count = slide.focalPlanes.length;
  expect([count > 1, slide.channels.length > 1]).toEqual([true, true]);
  await viewport(page).focus();
  for (let step = 0; step < count; step += 1) await page.keyboard.press('[');
  const seen = new Set<string>();
  for (let plane = 1; plane <= count; plane += 1) {
    await eventually(() => focus.textContent()).toContain(`${plane} / ${count}`);
    await eventually(async () => (await middle()).length).toBe(3);
    seen.add(
      await page.evaluate(
        () => document.querySelector<HTMLCanvasElement>('[role=application] canvas')?.toDataURL() ?? '',
      ),
    );
    await page.keyboard.press(']');
  }
  expect(seen.size).toBe(count);
  expect(window.takeComplaints().filter((text) => !text.includes('getImageData'))).toEqual([]);
});
