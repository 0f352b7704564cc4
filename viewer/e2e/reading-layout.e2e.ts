import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import type { Window } from './browser.ts';
import { eventually, middleOf } from './hands.ts';
import { realDataFolder } from './main-job-material.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const data = realDataFolder();

describe.skipIf(data === null)('the reading room with real series', () => {
  let desk: ReadingDesk;
  let window: Window;
  let page: Page;
  let id = '';

  beforeAll(async () => {
    desk = await openReadingDesk('radiology', async (folder) => {
      await mkdir(join(folder, 'phantom'), { recursive: true });
      await writeCtSeries(join(folder, 'phantom'), { slices: 6, size: 128 });
      for (const real of ['ct/lung-dx-a0002', 'mr/decubitus-hfs-sag-t1', 'projection/dx_image.dcm']) {
        await cp(join(data ?? '', real), join(folder, real.replaceAll('/', '-')), { recursive: true });
      }
    });
    ({ id, window, page } = desk);
    await page.goto(`/consultations/${id}/read`);
    await page
      .getByRole('application')
      .first()
      .getByText(/Slice 1\/|Single image/)
      .waitFor();
  }, 300_000);
  afterAll(() => desk?.close());

  const viewports = () => page.getByRole('application');
  const arrange = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: /^Layout: / }).click();
    await page.getByRole('button', { name, exact: true }).click();
  };

  it('fills a grid with the next series and keeps what was open', async () => {
    await arrange('2 × 2');
    await eventually(() => viewports().count()).toBe(4);
    for (const at of [0, 1, 2, 3])
      await viewports()
        .nth(at)
        .getByText(/Slice|Single image/)
        .waitFor();
    expect(window.takeComplaints()).toEqual([]);
  });

  it('takes a series that is dragged from the tray', async () => {
    const card = page.getByRole('navigation', { name: 'Material' }).locator('[data-item]').first();
    const [key, words] = [await card.getAttribute('data-item'), (await card.textContent()) ?? ''];
    await card.dragTo(viewports().nth(3));
    // The title of the viewport is the card's, after its modality.
    await eventually(async () => {
      const title = await page.locator('main section').nth(3).getAttribute('aria-label');
      return words.includes(title?.split(' · ').slice(1).join(' · ') ?? '?');
    }).toBe(true);
    expect(await page.locator('main section').nth(3).getAttribute('data-active')).not.toBeNull();
    expect(key).toMatch(/^series\./);
    await viewports()
      .nth(3)
      .getByText(/Slice 1\/|Single image/)
      .waitFor();
  });

  it('scrolls linked viewports together and plays a series by the clock', async () => {
    await page.getByRole('button', { name: 'Link viewports' }).click();
    await page.getByRole('menuitem', { name: /Scroll together/ }).click();
    await page.keyboard.press('Escape');
    // The same series in the last viewport and where it was: the fourth took the card of the first.
    const card = page.getByRole('navigation', { name: 'Material' }).locator('[data-item]').nth(2);
    await card.dragTo(viewports().nth(0));
    await card.dragTo(viewports().nth(1));
    for (const at of [0, 1])
      await viewports()
        .nth(at)
        .getByText(/Slice 1\//)
        .waitFor();
    await viewports().nth(1).focus();
    await page.keyboard.press('PageDown');
    for (const at of [1, 0])
      await viewports()
        .nth(at)
        .getByText(/Slice 11\//)
        .waitFor();
    await viewports().nth(1).focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await eventually(() =>
      viewports()
        .nth(0)
        .evaluate((element) => element === document.activeElement),
    ).toBe(true);
    await page.keyboard.press("'");
    await viewports()
      .nth(0)
      .getByText(/fps, [\d.]+ shown/)
      .waitFor();
    await page.keyboard.press("'");
    await eventually(() => viewports().nth(0).getByRole('button', { name: 'Play' }).count()).toBe(1);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('shows one alone on a double click, and all again', async () => {
    const middle = await middleOf(viewports().nth(1));
    await page.mouse.dblclick(middle.x, middle.y);
    await eventually(() => viewports().count()).toBe(1);
    const alone = await middleOf(viewports().first());
    await page.mouse.dblclick(alone.x, alone.y);
    await eventually(() => viewports().count()).toBe(4);
    await arrange('1 × 1');
    await eventually(() => viewports().count()).toBe(1);
    await viewports()
      .first()
      .getByText(/Slice|Single image/)
      .waitFor();
    expect(window.takeComplaints()).toEqual([]);
  });
});
