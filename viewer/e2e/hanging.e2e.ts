import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openWindow, type Window } from './browser.ts';
import { eventually, signIn } from './hands.ts';
import { realDataFolder } from './main-job-material.ts';
import { type Product, startProduct } from './product.ts';
import { COORDINATOR, RADIOLOGIST, REFERRER } from './reading-desk.ts';
import { readyConsultation } from './ready-consultation.ts';

const PEOPLE = { referrer: REFERRER, coordinator: COORDINATOR, expert: RADIOLOGIST };

const data = realDataFolder();
const hasDcmtk = existsSync('/usr/bin/dcmodify');
if (!hasDcmtk) process.stdout.write('skipped: hanging protocols in the browser, because dcmodify (DCMTK) is missing\n');

/** Writes attributes into files, with instance UIDs of their own. */
function modify(files: readonly string[], ...attributes: readonly string[]): void {
  const changes = attributes.flatMap((attribute) => ['-i', attribute]);
  execFileSync('dcmodify', ['-nb', '-gin', ...changes, ...files], { stdio: 'ignore' });
}

/** The four views of an examination, of the one there is; the left ones are stored with the chest wall on the wrong side. */
async function writeMammograms(folder: string): Promise<void> {
  for (const [laterality, view, code] of [
    ['L', 'CC', 'R-10242'],
    ['R', 'MLO', 'R-10226'],
    ['R', 'CC', 'R-10242'],
    ['L', 'MLO', 'R-10226'],
  ] as const) {
    const file = join(folder, `${laterality}${view}.dcm`);
    await cp(join(data ?? '', 'projection/GH133.dcm'), file);
    modify([file], `ImageLaterality=${laterality}`, `ViewPosition=${view}`, `ViewCodeSequence[0].CodeValue=${code}`);
  }
}

/** Ten slices of a real chest, and the same as an earlier examination in a space of its own. */
async function writeCtWithPrior(folder: string): Promise<void> {
  const source = join(data ?? '', 'ct/lung-dx-a0002');
  const files = (await readdir(source)).sort().slice(0, 10);
  for (const name of ['now', 'before']) {
    await mkdir(join(folder, name), { recursive: true });
    for (const file of files) await cp(join(source, file), join(folder, name, file));
  }
  const before = files.map((file) => join(folder, 'before', file));
  const uids = ['StudyInstanceUID=2.25.11', 'SeriesInstanceUID=2.25.12', 'FrameOfReferenceUID=2.25.13'];
  modify(before, ...uids, 'StudyDate=20050102', 'StudyDescription=Chest before');
}

describe.skipIf(data === null || !hasDcmtk)('hanging protocols', () => {
  let browser: Browser;
  let product: Product;
  let window: Window;
  let page: Page;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct([REFERRER, COORDINATOR, RADIOLOGIST]), launchBrowser()]);
    for (const [name, write] of [
      ['breast', writeMammograms],
      ['chest', writeCtWithPrior],
    ] as const) {
      const folder = join(product.folder, name);
      await mkdir(folder);
      await write(folder);
      ids[name] = await readyConsultation(product, browser, { folder, discipline: 'radiology', ...PEOPLE });
    }
    window = await openWindow(browser, product.url);
    page = window.page;
    await signIn(page, RADIOLOGIST);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  const viewports = () => page.getByRole('application');
  const names = () =>
    page.locator('main section').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
  const read = async (consultation: string): Promise<void> => {
    await page.goto(`/consultations/${ids[consultation]}/read`);
    await viewports()
      .first()
      .getByText(/Slice 1\/|Single image/)
      .waitFor({ timeout: 60_000 });
  };
  const menu = () => page.getByRole('button', { name: /^Layout: / });
  const zoomOf = async (viewport: Locator) => (await viewport.getByText(/^Zoom/).textContent()) ?? '';

  it('hangs mammograms back to back at one scale, the chest walls in the middle', async () => {
    await read('breast');
    await eventually(names).toEqual([
      expect.stringMatching(/R MLO/),
      expect.stringMatching(/L MLO/),
      expect.stringMatching(/R CC/),
      expect.stringMatching(/L CC/),
    ]);
    for (const at of [0, 1, 2, 3]) await viewports().nth(at).getByText('Single image').waitFor({ timeout: 60_000 });
    // The letter of the chest wall stands at the edge that faces the other breast.
    for (const at of [0, 2])
      await eventually(() => viewports().nth(at).locator('[data-edge=right]').textContent()).toBe('P');
    for (const at of [1, 3])
      await eventually(() => viewports().nth(at).locator('[data-edge=left]').textContent()).toBe('P');
    const zooms = await Promise.all([0, 1, 2, 3].map((at) => zoomOf(viewports().nth(at))));
    expect(new Set(zooms).size).toBe(1);
    expect(window.takeComplaints()).toEqual([]);
  });

  it('hangs a CT beside its prior, which goes the same way', async () => {
    await read('chest');
    await eventually(() => viewports().count()).toBe(2);
    for (const [at, date] of [
      [0, /2007/],
      [1, /2005/],
    ] as const) {
      await viewports().nth(at).getByText(date).waitFor();
      await viewports().nth(at).getByText('Slice 1/10').waitFor();
    }
    await viewports().nth(0).focus();
    await page.keyboard.press('End');
    await viewports().nth(1).getByText('Slice 10/10').waitFor();
    expect(window.takeComplaints()).toEqual([]);
  });

  it('compares with a prior by one touch, and remembers the layout that is left', async () => {
    await menu().click();
    await page.getByRole('button', { name: '1 × 1', exact: true }).click();
    await eventually(() => viewports().count()).toBe(1);
    const kept = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
    await kept;
    await read('chest');
    expect(await viewports().count()).toBe(1);
    await page.getByRole('button', { name: /^Compare with 2 Jan 2005/ }).click();
    await eventually(() => viewports().count()).toBe(2);
    await viewports().nth(1).getByText('Slice 1/10').waitFor();
    expect(window.takeComplaints()).toEqual([]);
  });

  it('makes a protocol of the present layout, which the next consultation follows', async () => {
    await menu().click();
    await page.getByRole('button', { name: '2 × 1', exact: true }).click();
    await menu().click();
    await page.getByRole('button', { name: 'Edit hanging protocols' }).click();
    const editor = page.getByRole('dialog', { name: 'Hanging protocols' });
    await editor.getByRole('button', { name: 'Make one of this layout' }).click();
    const saved = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
    await editor.getByLabel('Name', { exact: true }).fill('Prior below');
    await editor.getByLabel('Window preset').fill('Lung');
    await editor.getByLabel('Window preset').blur();
    await saved;
    await editor.getByRole('button', { name: 'Try Prior below later' }).click();
    await editor.getByRole('button', { name: 'Try Prior below earlier' }).click();
    await editor.getByRole('button', { name: 'Close the hanging protocols' }).click();
    await menu().click();
    await page.getByRole('button', { name: /^One series/ }).click();
    await eventually(() => viewports().count()).toBe(1);
    await menu().click();
    await page.getByRole('button', { name: /^Prior below/ }).click();
    await eventually(() => menu().getAttribute('aria-label')).toBe('Layout: 2 × 1');
    await viewports()
      .nth(0)
      .getByText(/W 1500 L [−-]600/)
      .waitFor();
    expect(window.takeComplaints()).toEqual([]);
  });

  it('takes keys and corner texts as the reader wants them, and says why not', async () => {
    await read('chest');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByRole('button', { name: 'Change keys' }).click();
    await help.getByRole('button', { name: 'Key of Length: L' }).click();
    await page.keyboard.press('e');
    expect(await help.getByRole('alert').textContent()).toBe('E already stands for “Ellipse”.');
    const saved = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
    await page.keyboard.press('%');
    await help.getByRole('button', { name: 'Key of Length: %' }).waitFor();
    await saved;
    await page.goto('/account');
    await page.getByLabel('Corner of: Series').selectOption('Not shown');
    await page.getByLabel('Corner of: Zoom').selectOption('Upper left');
    // What is on its way when the page is left arrives all the same.
    await read('chest');
    const first = viewports().first();
    await first.getByText('T.T.').waitFor();
    expect(await first.getByText(/B40f/).count()).toBe(0);
    await eventually(() =>
      first.getByText(/^Zoom/).evaluate((line) => line.parentElement?.textContent ?? ''),
    ).toContain('T.T.');
    await first.focus();
    await page.keyboard.press('%');
    const length = page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Length' });
    await eventually(() => length.getAttribute('aria-pressed')).toBe('true');
    expect(window.takeComplaints()).toEqual([]);
  });
});
