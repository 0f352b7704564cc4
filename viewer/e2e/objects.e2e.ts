import { access, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Window } from './browser.ts';
import { eventually } from './hands.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';

const data = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'));
const present = await access(join(data, 'objects', 'on-lung-ct-derived')).then(
  () => true,
  () => false,
);
/** Real objects of other systems, with the images they speak of. */
const FOLDERS = [
  'ct/lung-dx-a0002',
  'objects/on-lung-ct-derived',
  'objects/rt-phantom',
  'objects/sr-tid1500-head-neck',
];

describe.skipIf(!present)('objects of other systems', () => {
  let desk: ReadingDesk;
  let window: Window;
  let page: Page;
  let viewport: Locator;
  let section: Locator;

  beforeAll(async () => {
    desk = await openReadingDesk('radiology', async (folder) => {
      for (const name of FOLDERS) {
        const [from, to] = [join(data, name), join(folder, name.replaceAll('/', '-'))];
        await mkdir(to, { recursive: true });
        for (const file of await readdir(from)) await copyFile(join(from, file), join(to, file));
      }
    });
    ({ window, page } = desk);
    const { id } = desk;
    await page.goto(`/consultations/${id}/read`);
    viewport = page.getByRole('application');
    await page.getByRole('tab', { name: /Annotations/ }).click();
    section = page.getByRole('region', { name: 'From other systems' });
    await section.waitFor();
  });
  afterAll(() => desk?.close());

  const layer = (words: RegExp): Locator => section.getByRole('group').filter({ hasText: words });
  const unfold = async (one: Locator): Promise<void> => {
    await one.locator('summary').click();
  };

  it('go to a key image, and show an image as its presentation state wants it, with its graphics', async () => {
    const keys = layer(/key image/);
    await unfold(keys);
    await keys.getByRole('button', { name: /^Key image 1/ }).click();
    await viewport.getByText(/Slice \d+\/\d+/).waitFor();

    const state = layer(/presented image/);
    await unfold(state);
    await state
      .getByRole('button', { name: /W \d+ L -?\d+/ })
      .first()
      .click();
    const words =
      (await state
        .getByRole('button', { name: /W \d+ L -?\d+/ })
        .first()
        .textContent()) ?? '';
    const [, width, center] = /W (\d+) L (-?\d+)/.exec(words) ?? [];
    await viewport.getByText(new RegExp(`W ${width} L ${center?.replace('-', '[−-]')}`)).waitFor();
    const drawn = viewport.locator('svg [data-mark]:not([data-mark="draft"])');
    await eventually(() => drawn.count()).toBeGreaterThan(3);
    await state.getByRole('button', { name: /^Marks of/ }).click();
    await eventually(() => drawn.count()).toBe(0);
  });

  it('open as a document from the strip of series', async () => {
    const strip = page.getByRole('navigation', { name: 'Material' });
    const documents = strip.getByRole('group').filter({ hasText: /DOC/ });
    await documents.locator('summary').click();
    const address = await documents.getByRole('link').getAttribute('href');
    const answer = await window.context.request.get(address ?? '', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(answer.headers()['content-type']).toBe('application/pdf');
    expect((await answer.body()).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('draw the structures of a radiotherapy plan on images of their frame of reference', async () => {
    const structures = layer(/structure/);
    await unfold(structures);
    const regions = structures.getByRole('listitem');
    expect(await regions.count()).toBe(4);
    await structures.locator('li button:enabled').first().click();
    await viewport.getByText(/Slice \d+\/2/).waitFor();
    await eventually(() => viewport.locator('svg [data-mark]:not([data-mark="draft"])').count()).toBeGreaterThan(0);
  });

  it('list the measurements of a report with its author, though its images are not here', async () => {
    const report = layer(/Imaging Measurement.*User2/s);
    await unfold(report);
    expect(await report.getByRole('listitem').count()).toBeGreaterThan(0);
    expect(await report.textContent()).toMatch(/not on an image here/);
    expect(window.takeComplaints()).toEqual([]);
  });
});
