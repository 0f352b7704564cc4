import { join } from 'node:path';
import picture from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { type SlideCoverage, slideCoveragePath } from '#shared/api/slide-coverage.ts';
import { type SlideQuality, slideQualityPaths } from '#shared/api/slide-quality.ts';
import { slideRegistrationsPath } from '#shared/api/slide-registrations.ts';
import { adjusted } from '#shared/imaging/display-adjustment.ts';
import { readCoverage } from '#shared/imaging/slide-coverage.ts';
import type { Window } from './browser.ts';
import { eventually } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

let desk: ReadingDesk;
let window: Window;
let consultationId: string;
let slideId: string;

beforeAll(async () => {
  desk = await openReadingDesk('pathology', async (folder) => {
    await writeSlide(join(folder, 'biopsy.svs'), { width: 2500, height: 1900 });
    await writeSlide(join(folder, 'ki-67.svs'), { width: 2100, height: 1900, seed: 7 });
  });
  ({ id: consultationId, window } = desk);
  const held = await window.context.request.get(materialPaths.material(consultationId));
  slideId = ((await held.json()) as Material).slides.find(({ name }) => name === 'biopsy.svs')!.id;
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await window.context.request.get(slideQualityPaths.slide(slideId));
    if (((await answer.json()) as SlideQuality).state !== 'pending') break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}, 120_000);
afterAll(() => desk?.close());

test('everything that is known of the slide stands in one place, and the focus map follows the slide', async () => {
  const { page } = window;
  await page.goto(`${desk.product.url}/consultations/${consultationId}/read?open=slide.${slideId}`);
  await page.getByRole('button', { name: 'About this slide' }).click();
  const about = page.getByRole('dialog');
  await about.getByText('In focus').waitFor();
  expect(await about.innerText()).toMatch(/0\.499 µm \(scanner’s own field\)/);
  expect(await about.innerText()).toMatch(/20× as declared/);
  expect(await about.innerText()).toMatch(/No pen marks/);
  await about.getByLabel('Show the focus map').check();
  const painted = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-heat-map="on"]');
      if (canvas === null) return null;
      // A copy for reading: the canvas itself stays one for drawing.
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [canvas.width, canvas.height];
      const context = copy.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      let [count, left, right] = [0, canvas.width, -1];
      for (let pixel = 0; pixel < canvas.width * canvas.height; pixel++) {
        if (data[pixel * 4 + 3] === 0) continue;
        count++;
        left = Math.min(left, pixel % canvas.width);
        right = Math.max(right, pixel % canvas.width);
      }
      return { share: count / (canvas.width * canvas.height), width: right - left + 1 };
    });
  const before = (await painted())!;
  expect(before.share).toBeGreaterThan(0.1);
  await page.keyboard.press('Escape');
  await page.getByRole('application').focus();
  await page.keyboard.press('-');
  await eventually(async () => (await painted())!.width < before.width).toBe(true);
  // Opened anew, the switch knows that the map is on.
  await page.getByRole('button', { name: 'About this slide' }).click();
  await about.getByLabel('Show the focus map').uncheck();
  expect(await painted()).toBeNull();
  const saving = page.waitForEvent('download');
  await about.getByRole('link', { name: 'Save region as PNG' }).click();
  expect((await saving).suggestedFilename()).toMatch(/^slide-[0-9a-f]{8}-x\d+-y\d+-\d+x\d+\.png$/);
});

test('the slide turns over, is toned and is walked over, and the address brings all of it back', async () => {
  const { page } = window;
  const view = { kind: 'slide', visible: { x: 600, y: 400, width: 700, height: 500 }, rotation: 90 };
  const place = Buffer.from(JSON.stringify({ target: { kind: 'slide', slideId }, view })).toString('base64url');
  await page.goto(`${desk.product.url}/consultations/${consultationId}/read?view=${place}`);
  const shown = page.getByRole('application');
  const isSharp = async () => {
    await shown.getByText('turned').waitFor();
    await shown.getByText('Sharpening…').waitFor({ state: 'detached' });
  };
  /** A copy for reading: the canvas itself stays one for drawing. */
  const copied = () =>
    page.evaluateHandle(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[role=application] canvas')!;
      const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
      context.drawImage(canvas, 0, 0);
      return context.getImageData(0, 0, canvas.width, canvas.height);
    });
  /** Mean differences from the picture before: as it lies, and seen from the other side. */
  const compared = async (before: Awaited<ReturnType<typeof copied>>) =>
    page.evaluate(
      ([{ data, width, height }, { data: old }]) => {
        let [same, other] = [0, 0];
        for (let at = 0; at < width * height; at++) {
          const opposite = at - (at % width) + width - 1 - (at % width);
          same += Math.abs((data[at * 4] ?? 0) - (old[at * 4] ?? 0));
          other += Math.abs((data[opposite * 4] ?? 0) - (old[at * 4] ?? 0));
        }
        return { same: same / (width * height), other: other / (width * height) };
      },
      [await copied(), before] as const,
    );
  await isSharp();
  const unflipped = await copied();
  await shown.focus();
  await page.keyboard.press('x');
  await shown.getByText('flipped').waitFor();
  await isSharp();
  const flipped = await compared(unflipped);
  expect(flipped.same).toBeGreaterThan(5);
  // Tiles are resampled the other way round: less than a grey level apart.
  expect(flipped.other).toBeLessThan(1.5);

  await page.getByRole('button', { name: 'Adjust how this slide is shown' }).click();
  const gamma = page.getByRole('dialog').getByRole('slider', { name: 'Gamma' });
  await gamma.focus();
  for (let step = 0; step < 12; step++) await page.keyboard.press('ArrowRight');
  await shown.getByText('Tones changed').waitFor();
  await eventually(() => new URL(page.url()).searchParams.get('view')).toMatch(/./);
  const kept = () =>
    JSON.parse(Buffer.from(new URL(page.url()).searchParams.get('view') ?? '', 'base64url').toString());
  await eventually(() => kept().view.display?.gamma ?? 1).toBeGreaterThan(1.4);
  expect(kept().view).toMatchObject({ rotation: 270, flipped: true });
  const wanted = kept().view.display;

  await page.reload();
  await shown.getByText('Tones changed').waitFor();
  await isSharp();
  // What the eye gets, against the formula on what is painted; the canvas itself is left as the tiles are.
  const box = (await shown.boundingBox())!;
  const at = { x: Math.round(box.width * 0.45), y: Math.round(box.height * 0.4) };
  const png = await page.screenshot({ clip: { x: box.x + at.x, y: box.y + at.y, width: 1, height: 1 } });
  const seen = [...(await picture(png).removeAlpha().raw().toBuffer())];
  const painted = await page.evaluate(
    ([{ data, width }, { x, y }]) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)],
    [await copied(), at] as const,
  );
  const expected = painted.map((value) => Math.round(255 * adjusted(value / 255, wanted)));
  expect(expected).not.toEqual(painted);
  for (const [channel, value] of expected.entries()) expect(Math.abs((seen[channel] ?? 0) - value)).toBeLessThan(2);

  await shown.focus();
  const middle = () => kept().view.visible.x + kept().view.visible.width / 2;
  const before = middle();
  await page.keyboard.press('PageDown');
  await eventually(middle).not.toBe(before);

  // What has been on the screen is kept for the reader, and told in shares of the tissue.
  const cellsSeen = async () => {
    const answer = await window.context.request.get(slideCoveragePath(slideId));
    const { seen: text } = (await answer.json()) as SlideCoverage;
    return readCoverage({ width: 2500, height: 1900 }, text)!.seen.filter((bits) => bits !== 0).length;
  };
  await eventually(cellsSeen).toBeGreaterThan(1000);
  await page.getByRole('button', { name: 'About this slide' }).click();
  await page.getByText(/Tissue seen: \d+ % at 2\.5× or more/).waitFor();
  expect(window.takeComplaints()).toEqual([]);
});

test('two slides move together, and are laid on each other by marked places', async () => {
  const { page } = window;
  await page.goto(`${desk.product.url}/consultations/${consultationId}/read?open=slide.${slideId}`);
  await page.getByRole('button', { name: 'Open another image beside this one' }).click();
  await page.getByRole('menuitem', { name: /ki-67/ }).click();
  const [one, other] = [
    page.getByRole('application', { name: /biopsy/ }),
    page.getByRole('application', { name: /ki-67/ }),
  ];
  await other.getByText('Sharpening…').waitFor({ state: 'detached' });
  const link = async (name: string | RegExp) => {
    await page.getByRole('button', { name: 'Link viewports' }).click();
    await page.getByRole('menuitem', { name }).click();
    await page.keyboard.press('Escape');
  };
  await one.focus();
  await link('Slides move together: off');
  await one.focus();
  await page.keyboard.press('4');
  await page.keyboard.press('.');
  await other.getByText('turned 90°').waitFor();
  expect(await other.getByRole('textbox', { name: 'Magnification' }).inputValue()).toBe('10×');

  await link(/Align slides by places/);
  const panel = page.getByRole('region', { name: 'Align slides' });
  const status = panel.getByRole('status');
  expect(await page.locator('[data-cross]').count()).toBe(2);
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowRight']) {
    await panel.getByRole('button', { name: 'Add this pair' }).click();
    for (const slide of [one, other]) {
      await slide.focus();
      await page.keyboard.press(key);
    }
  }
  // The same step on both at the same scale: nothing is left over.
  await eventually(() => status.innerText()).toMatch(/^Residual 0\.0 µm \(root mean square of 3 pairs\)$/);
  await panel.getByRole('button', { name: 'Move together' }).click();
  await one.focus();
  await page.keyboard.press('3');
  await eventually(() => other.getByRole('textbox', { name: 'Magnification' }).inputValue()).toBe('5×');
  const stored = await window.context.request.get(slideRegistrationsPath(consultationId));
  expect((await stored.json()).registrations).toMatchObject([
    { fromId: slideId, model: 'similarity', pairs: { length: 3 } },
  ]);
  expect(window.takeComplaints()).toEqual([]);
});

test('the material list says the quality in words, on a phone as well', async () => {
  const { page } = window;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${desk.product.url}/consultations/${consultationId}`);
  await page.getByText('Quality: no objection').first().click();
  await page.getByText('Tissue on').first().waitFor();
  expect(window.takeComplaints()).toEqual([]);
});
