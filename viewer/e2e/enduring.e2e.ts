import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import { launchBrowser, openWindow, type Window } from './browser.ts';
import { drag, eventually, middleOf, saved, signIn, takeTool } from './hands.ts';
import { type Product, startProduct, TEST_PASSWORD } from './product.ts';
import { COORDINATOR, RADIOLOGIST, REFERRER } from './reading-desk.ts';
import { readyConsultation } from './ready-consultation.ts';

const SLICES = 8;
/** The browser's own words for what the tests provoke. */
const PROVOKED = /status of 401|ERR_INTERNET_DISCONNECTED|Failed to load resource/;

describe('reading under bad conditions', () => {
  let browser: Browser;
  let product: Product;
  let series: CtSeries;
  let large: CtSeries;
  let id = '';
  let window: Window;
  let page: Page;
  let viewport: Locator;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct([REFERRER, COORDINATOR, RADIOLOGIST]), launchBrowser()]);
    const folder = join(product.folder, 'ct');
    await mkdir(folder);
    series = await writeCtSeries(folder, { slices: SLICES, size: 512 });
    const fine = join(folder, 'fine');
    await mkdir(fine);
    large = await writeCtSeries(fine, { slices: 2, size: 1536, seed: 7 });
    const people = { referrer: REFERRER, coordinator: COORDINATOR, expert: RADIOLOGIST };
    id = await readyConsultation(product, browser, { folder, discipline: 'radiology', ...people });
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });
  beforeEach(async () => {
    window = await openWindow(browser, product.url);
    page = window.page;
    viewport = page.getByRole('application');
    await signIn(page, RADIOLOGIST);
  });
  afterEach(async () => {
    const complaints = window.takeComplaints().filter((complaint) => !PROVOKED.test(complaint));
    await window.context.close();
    expect(complaints).toEqual([]);
  });

  const open = async (): Promise<void> => {
    await page.goto(`/consultations/${id}/read?open=series.${series.seriesUid}`);
    await viewport.getByText(`Slice 1/${SLICES}`).waitFor({ timeout: 60_000 });
  };
  const isAt = (slice: number): Promise<void> => viewport.getByText(`Slice ${slice}/${SLICES}`).waitFor();
  const press = async (key: string): Promise<void> => {
    await viewport.focus();
    await page.keyboard.press(key);
  };
  const picture = (): Promise<string> =>
    viewport.locator('canvas').evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  const annotations = async (): Promise<Annotation[]> => {
    const answer = await window.context.request.get(annotationPaths.list(id));
    return ((await answer.json()) as { annotations: Annotation[] }).annotations;
  };
  const drawLine = async (dy: number): Promise<void> => {
    await takeTool(page, 'Length');
    const middle = await middleOf(viewport);
    await drag(page, { x: middle.x - 60, y: middle.y + dy }, { x: middle.x + 60, y: middle.y + dy });
  };

  it('shows slices without WebGL, and paints anew what a lost graphics context took away', async () => {
    await page.addInitScript(() => {
      const original = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return /webgl/.test(kind) ? null : Reflect.apply(original, this, [kind, ...rest]);
      } as typeof original;
    });
    await open();
    await press('ArrowDown');
    await isAt(2);
    const before = await picture();
    await viewport.locator('canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const context = canvas.getContext('2d');
      context?.setTransform(1, 0, 0, 1, 0, 0);
      context?.clearRect(0, 0, canvas.width, canvas.height);
      canvas.dispatchEvent(new Event('contextrestored'));
    });
    expect(await picture()).toBe(before);
  });

  it('keeps what is drawn while the server cannot be reached, and saves it when it can', async () => {
    await open();
    const before = (await annotations()).length;
    await window.context.setOffline(true);
    await drawLine(-40);
    await drawLine(40);
    await page.getByText('Not saved yet').first().waitFor();
    await window.context.setOffline(false);
    await saved(page);
    await eventually(async () => (await annotations()).length).toBe(before + 2);
  });

  it('signs in on top of the images when the session ends, and goes on with what was asked for', async () => {
    const place = `**/instances/${series.instances[SLICES - 1]?.sopInstanceUid}/frames/1`;
    let held = true;
    await page.route(place, (route) => (held ? route.abort() : route.continue()));
    await open();
    await drawLine(0);
    await saved(page);
    const before = (await annotations()).length;
    held = false;
    await window.context.clearCookies();
    await press('End');
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor();
    await dialog.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await isAt(SLICES);
    await dialog.waitFor({ state: 'detached' });
    await drawLine(20);
    await eventually(async () => (await annotations()).length).toBe(before + 1);
  });

  it('shows a first look that says so on 2 Mbit/s and 300 ms, and the sharp image after it', async () => {
    const session = await window.context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    await session.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 300, downloadThroughput: 250_000, uploadThroughput: 250_000 },
    });
    const sizes: number[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 206 && /frames/.test(answer.url()))
        sizes.push(Number(answer.headers()['content-length']));
    });
    await page.goto(`/consultations/${id}/read?open=series.${large.seriesUid}`, { timeout: 60_000 });
    const preview = viewport.getByText('Preview, loading the image');
    await preview.waitFor({ timeout: 60_000 });
    const coarse = await picture();
    await preview.waitFor({ state: 'detached', timeout: 60_000 });
    await viewport.getByText('Slice 1/2').waitFor();
    expect(await picture()).not.toBe(coarse);
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000);
  });
});
