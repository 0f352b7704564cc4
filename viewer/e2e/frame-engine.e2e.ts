import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import type { Window } from './browser.ts';
import { drag, eventually, middleOf, saved, takeTool } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const SLICES = 6;
/** The browser's own word for an answer the test makes fail. */
const PROVOKED = /the server responded with a status of 500/;

describe('a radiology viewport', () => {
  let desk: ReadingDesk;
  let series: CtSeries;
  let id = '';
  let window: Window;
  let page: Page;
  let viewport: Locator;

  beforeAll(async () => {
    desk = await openReadingDesk('radiology', async (folder) => {
      series = await writeCtSeries(folder, { slices: SLICES, size: 128 });
    });
    ({ id, window, page } = desk);
    viewport = page.getByRole('application');
  });
  afterAll(() => desk?.close());

  const open = async (): Promise<void> => {
    await page.goto(`/consultations/${id}/read`);
    await viewport.getByText(`Slice 1/${SLICES}`).waitFor();
  };
  const press = async (key: string): Promise<void> => {
    await viewport.focus();
    await page.keyboard.press(key);
  };
  const isAt = (slice: number): Promise<void> => viewport.getByText(`Slice ${slice}/${SLICES}`).waitFor();
  /** Where a slice's pixels come from. */
  const framesOf = (slice: number): string => `**/instances/${series.instances[slice - 1]?.sopInstanceUid}/frames/1`;
  const canvas = (): Promise<string> =>
    viewport.locator('canvas').evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  const annotations = async (): Promise<Annotation[]> => {
    const answer = await window.context.request.get(annotationPaths.list(id));
    return ((await answer.json()) as { annotations: Annotation[] }).annotations;
  };

  it('scrolls by wheel and keys, and shows another picture for another slice', async () => {
    await open();
    const first = await canvas();
    const middle = await middleOf(viewport);
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.wheel(0, 120);
    await isAt(2);
    expect(await canvas()).not.toBe(first);
    await press('End');
    await isAt(SLICES);
    await press('Home');
    await isAt(1);
    await eventually(canvas).toBe(first);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('enlarges what is under the pointer, and hides the marks meanwhile', async () => {
    await open();
    const middle = await middleOf(viewport);
    const at = { x: Math.round(middle.x) + 60, y: Math.round(middle.y) + 30 };
    await page.mouse.move(at.x, at.y);
    /** Grey values on a ring around the pointer, CSS pixels. */
    const ring = (radius: number): Promise<number[]> =>
      viewport.locator('canvas').evaluate(
        (element, { x, y, r }) => {
          const canvas = element as HTMLCanvasElement;
          const box = canvas.getBoundingClientRect();
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
          copy?.drawImage(canvas, 0, 0);
          return Array.from({ length: 32 }, (_, step) => {
            const angle = (step / 16) * Math.PI;
            const [px, py] = [x - box.left + r * Math.cos(angle), y - box.top + r * Math.sin(angle)];
            return copy?.getImageData(Math.floor(px), Math.floor(py), 1, 1).data[0] ?? -1;
          });
        },
        { ...at, r: radius },
      );
    const apart = (one: number[], other: number[]): number =>
      one.reduce((sum, value, step) => sum + Math.abs(value - (other[step] ?? 0)), 0) / one.length;
    const [near, far] = [await ring(20), await ring(50)];
    await viewport.focus();
    await page.keyboard.press('#');
    await viewport.getByText('Magnifier 2.5×, marks hidden').waitFor();
    await eventually(async () => apart(await ring(50), near)).toBeLessThan(10);
    await page.keyboard.press('#');
    await viewport.getByText('Magnifier').waitFor({ state: 'detached' });
    await eventually(async () => apart(await ring(50), far)).toBe(0);
    expect(apart(near, far)).toBeGreaterThan(10);
  });

  it('covers a slice that fails or is late, locks the tools, and never shows the one before in its place (rule 1)', async () => {
    let failing = true;
    let release = (): void => {};
    const late = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(framesOf(2), (route) => (failing ? route.fulfill({ status: 500 }) : route.continue()));
    await page.route(framesOf(4), async (route) => {
      await late;
      await route.continue();
    });
    await page.route(framesOf(5), async (route) => {
      const answer = await route.fetch();
      const whole = await answer.body();
      const contentType = answer.headers()['content-type'] ?? '';
      await route.fulfill({ status: 200, contentType, body: whole.subarray(0, whole.length / 2) });
    });
    await open();
    const cover = viewport.getByRole('status');

    // [shown, refused, shown, late, cut short, shown]
    await press('ArrowDown');
    await cover.getByText('The server could not send this image (error 500).').waitFor();
    await eventually(() => viewport.getByText(/Slice \d/).count()).toBe(0);
    const box = await viewport.boundingBox();
    const covered = await cover.boundingBox();
    expect(covered).toEqual(box);

    // A hand that draws nevertheless leaves no mark.
    await takeTool(page, 'Length');
    const middle = await middleOf(viewport);
    await drag(page, { x: middle.x - 80, y: middle.y + 90 }, { x: middle.x + 80, y: middle.y + 120 });
    expect(await annotations()).toEqual([]);
    await takeTool(page, 'Window and level');

    await press('ArrowDown');
    await isAt(3);
    await eventually(() => cover.count()).toBe(0);

    await press('ArrowDown');
    await cover.getByText('Loading').waitFor();
    expect(await viewport.getByText(/Slice \d/).count()).toBe(0);
    release();
    await isAt(4);
    await eventually(() => cover.count()).toBe(0);

    await press('ArrowDown');
    await cover.getByText('The server sent an image that is cut short.').waitFor();
    expect(await viewport.getByText(/Slice \d/).count()).toBe(0);
    await press('ArrowDown');
    await isAt(6);
    await eventually(() => cover.count()).toBe(0);
    await press('ArrowUp');
    await cover.getByText('cut short').waitFor();
    await press('ArrowUp');
    await isAt(4);

    await press('ArrowUp');
    await isAt(3);
    await press('ArrowUp');
    await cover.getByText('error 500').waitFor();
    failing = false;
    await cover.getByRole('button', { name: 'Retry' }).click();
    await isAt(2);
    await page.unrouteAll({ behavior: 'wait' });
    expect(window.takeComplaints().filter((complaint) => !PROVOKED.test(complaint))).toEqual([]);
  });

  it('measures what is drawn in millimetres and Hounsfield units, and the server agrees', async () => {
    await open();
    await takeTool(page, 'Ellipse');
    const middle = await middleOf(viewport);
    await drag(page, { x: middle.x - 60, y: middle.y - 40 }, { x: middle.x + 60, y: middle.y + 40 });
    await saved(page);
    const [annotation] = await annotations();
    expect(annotation?.geometry.kind).toBe('ellipse');
    expect(annotation?.measurements.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'area mm2',
      "mean [hnsf'U]",
      "standard-deviation [hnsf'U]",
      "minimum [hnsf'U]",
      "maximum [hnsf'U]",
      "median [hnsf'U]",
    ]);
    const geometry = annotation?.geometry;
    if (geometry?.kind !== 'ellipse') throw new Error('no ellipse');
    const area = Math.PI * geometry.radiusX * geometry.radiusY * series.pixelSpacingMm ** 2;
    expect(annotation?.measurements[0]?.value).toBeCloseTo(area, 6);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('changes the window by a preset, by key and by hand', async () => {
    await open();
    await press('2');
    const target = viewport.getByRole('button', { name: /Window width and level/ });
    await eventually(() => target.textContent()).toContain('W 1500 L −600');
    await target.click();
    await page.getByRole('menuitem', { name: /Bone/ }).click();
    await eventually(() => target.textContent()).toContain('W 1800 L 400');
    await takeTool(page, 'Window and level');
    const middle = await middleOf(viewport);
    await drag(page, { x: middle.x, y: middle.y }, { x: middle.x + 50, y: middle.y });
    await eventually(() => target.textContent()).toMatch(/W 2[01]\d\d L 400/);
    expect(window.takeComplaints()).toEqual([]);
  });
});
