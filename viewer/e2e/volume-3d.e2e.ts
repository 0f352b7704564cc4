import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

describe('a series in 3D', () => {
  let desk: ReadingDesk;
  let series: CtSeries;
  let window: Window;
  let page: Page;
  let rendering: Locator;
  let stage: Locator;

  beforeAll(async () => {
    desk = await openReadingDesk(
      'radiology',
      async (folder) => {
        await mkdir(join(folder, 'ct'), { recursive: true });
        series = await writeCtSeries(join(folder, 'ct'), { slices: 24, size: 64 });
      },
      { width: 900, height: 640 },
    );
    ({ window, page } = desk);
    const { id } = desk;
    await page.addInitScript(() => {
      const made: WebGL2RenderingContext[] = [];
      Object.assign(globalThis, { graphicsContexts: made });
      const original = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...asked: unknown[]) {
        const context: unknown = Reflect.apply(original, this, asked);
        if (context instanceof WebGL2RenderingContext && !made.includes(context)) made.push(context);
        return context;
      } as typeof original;
    });
    rendering = page.getByRole('region', { name: /^3D of/ });
    stage = rendering.getByRole('application');
    await page.goto(`/consultations/${id}/read?open=series.${series.seriesUid}`);
    await page.getByRole('button', { name: '3D' }).click();
    await rendering.getByRole('combobox', { name: 'Preset' }).waitFor({ timeout: 60_000 });
  });
  afterAll(() => desk?.close());

  /** The share of the picture that is lit, and a number that any other picture would hardly have. */
  const picture = (): Promise<{ lit: number; digest: number }> =>
    stage.locator('canvas').evaluate((element) => {
      // Read from a copy: the page's own canvas stays one that nobody reads.
      const canvas = element as HTMLCanvasElement;
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
      copy?.drawImage(canvas, 0, 0);
      const pixels = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let [lit, digest] = [0, 0];
      for (let i = 0; i < pixels.length; i += 4) {
        const sum = (pixels[i] ?? 0) + (pixels[i + 1] ?? 0) + (pixels[i + 2] ?? 0);
        if (sum > 30) lit += 1;
        digest = (digest * 31 + sum) % 1_000_000_007;
      }
      return { lit: lit / (canvas.width * canvas.height), digest };
    });
  /** The picture when the hand has rested: two looks are alike. */
  const settled = async (): Promise<{ lit: number; digest: number }> => {
    let before = -1;
    let now = await picture();
    while (now.digest !== before) {
      before = now.digest;
      await page.waitForTimeout(400);
      now = await picture();
    }
    return now;
  };

  it('renders the series from the front, with its patient, and says what it is for', async () => {
    await eventually(async () => (await picture()).lit).toBeGreaterThan(0.02);
    await rendering.getByText('3D is for orientation; measure on the slices.').waitFor();
    expect(await stage.locator('[data-edge]').allTextContents()).toEqual(['H', 'F', 'R', 'L']);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('shows another picture with another preset, and when it is turned by hand or key', async () => {
    const front = await settled();
    await rendering.getByRole('combobox', { name: 'Preset' }).selectOption('CT-MIP');
    const projected = await settled();
    expect(projected.digest).not.toBe(front.digest);
    const middle = await middleOf(stage);
    await drag(page, middle, { x: middle.x + 90, y: middle.y + 50 });
    const turned = await settled();
    expect(turned.digest).not.toBe(projected.digest);
    await page.keyboard.press('H');
    // From the head with the front up, the left of the patient is at the left of the screen.
    await eventually(() => stage.locator('[data-edge]').allTextContents()).toEqual(['A', 'P', 'L', 'R']);
    expect((await settled()).digest).not.toBe(turned.digest);
    await rendering.getByRole('button', { name: 'Reset' }).click();
    expect(await settled()).toEqual(front);
    expect(window.takeComplaints()).toEqual([]);
  });

  /** Graphics contexts of the page that are not given back. */
  const contextsHeld = (): Promise<number> =>
    page.evaluate(() => {
      const { graphicsContexts } = globalThis as unknown as { graphicsContexts: WebGL2RenderingContext[] };
      return graphicsContexts.filter((context) => !context.isContextLost()).length;
    });

  it('gives its canvas and its graphics contexts back when it is closed, however often', async () => {
    const whileOpen = await contextsHeld();
    expect(whileOpen).toBeGreaterThan(0);
    for (let i = 0; i < 3; i += 1) {
      await rendering.getByRole('button', { name: 'Slices' }).click();
      await page.getByText(/^Slice \d+\/24/).waitFor();
      expect(await stage.locator('canvas').count()).toBe(0);
      await eventually(contextsHeld).toBe(whileOpen - 1);
      await page.getByRole('button', { name: '3D' }).click();
      await eventually(async () => (await picture()).lit).toBeGreaterThan(0.02);
    }
    expect(window.takeComplaints()).toEqual([]);
  });

  it('says why there is no 3D where the browser has no WebGL 2', async () => {
    await rendering.getByRole('button', { name: 'Slices' }).click();
    await page.evaluate(() => {
      const original = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...asked: unknown[]) {
        return asked[0] === 'webgl2' ? null : Reflect.apply(original, this, asked);
      } as typeof original;
    });
    await page.getByRole('button', { name: '3D' }).click();
    await rendering.getByRole('alert').getByText('3D needs WebGL 2').waitFor();
    expect(await rendering.locator('canvas').count()).toBe(0);
    expect(window.takeComplaints()).toEqual([]);
  });
});
