import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { type SlideQuality, slideQualityPaths } from '#shared/api/slide-quality.ts';
import { launchBrowser, openWindow, type Window } from './browser.ts';
import { signIn } from './hands.ts';
import { type Product, startProduct, type TestUser } from './product.ts';
import { readyConsultation } from './ready-consultation.ts';

const referrer: TestUser = { email: 'referrer@example.org', name: 'Rita Referrer', role: 'referrer' };
const coordinator: TestUser = { email: 'coordinator@example.org', name: 'Carl Coordinator', role: 'coordinator' };
const expert: TestUser = { email: 'pathologist@example.org', name: 'Paula Pathologist', role: 'pathologist' };

let product: Product;
let browser: Browser;
let window: Window;
let consultationId: string;
let slideId: string;

beforeAll(async () => {
  product = await startProduct([referrer, coordinator, expert]);
  browser = await launchBrowser();
  const folder = join(product.folder, 'material');
  await mkdir(folder);
  await writeSlide(join(folder, 'biopsy.svs'), { width: 2500, height: 1900 });
  consultationId = await readyConsultation(product, browser, {
    ...{ folder, discipline: 'pathology', referrer, coordinator, expert },
  });
  window = await openWindow(browser, product.url);
  await signIn(window.page, expert);
  const held = await window.context.request.get(materialPaths.material(consultationId));
  slideId = ((await held.json()) as Material).slides[0]!.id;
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await window.context.request.get(slideQualityPaths.slide(slideId));
    if (((await answer.json()) as SlideQuality).state !== 'pending') break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

test('everything that is known of the slide stands in one place, and the focus map follows the slide', async () => {
  const { page } = window;
  await page.goto(`${product.url}/consultations/${consultationId}/read?open=slide.${slideId}`);
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
  await expect.poll(async () => (await painted())!.width < before.width).toBe(true);
  // Opened anew, the switch knows that the map is on.
  await page.getByRole('button', { name: 'About this slide' }).click();
  await about.getByLabel('Show the focus map').uncheck();
  expect(await painted()).toBeNull();
  const saving = page.waitForEvent('download');
  await about.getByRole('link', { name: 'Save region as PNG' }).click();
  expect((await saving).suggestedFilename()).toMatch(/^slide-[0-9a-f]{8}-x\d+-y\d+-\d+x\d+\.png$/);
});

test('the material list says the quality in words, on a phone as well', async () => {
  const { page } = window;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${product.url}/consultations/${consultationId}`);
  await page.getByText('Quality: no objection').click();
  await page.getByText('Tissue on').waitFor();
  expect(window.takeComplaints()).toEqual([]);
});
