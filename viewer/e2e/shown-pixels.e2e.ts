import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Material, materialPaths, type SeriesSummary, type StudySummary } from '#shared/api/material.ts';
import type { Window } from './browser.ts';
import { eventually } from './hands.ts';
import { realDataFolder } from './main-job-material.ts';
import { openReadingDesk, type ReadingDesk } from './reading-desk.ts';
import { comparePixels } from './shown-pixels.ts';

const data = realDataFolder();
/**
 * `npm run corpus:dicom` shows every file there is and prints what it saw; a test run shows one of each kind. CORPUS may
 * also name the folders to look at.
 */
const CORPUS = process.env.CORPUS ?? '';
const WHOLE = CORPUS !== '';
const ONE_OF_EACH = [
  ...['pixel/mlut_18.dcm', 'pixel/vlut_04.dcm', 'pixel/MR-SIEMENS-DICOM-WithOverlays.dcm', 'projection/GH133.dcm'],
  ...['projection/dx_image.dcm', 'color/examples_palette.dcm', 'transfer-syntax/ExplVR_BigEnd.dcm'],
  ...['ct/lung-dx-a0002/1-01.dcm', 'pet/acrin-flt-029.dcm', 'multiframe/emri_small.dcm'],
];
/** Of larger images the middle is compared. */
const SCREEN = WHOLE ? { width: 2400, height: 2000 } : { width: 1440, height: 1000 };

interface Shown {
  readonly file: string;
  readonly verdict: 'equal' | 'differs' | 'not shown' | 'not compared';
  readonly why: string;
}

describe.skipIf(data === null)('what is on the screen', () => {
  let desk: ReadingDesk;
  let window: Window;
  let page: Page;
  let id = '';
  let fileOf = new Map<string, string>();

  beforeAll(async () => {
    desk = await openReadingDesk(
      'radiology',
      async (folder) => {
        const files = WHOLE ? await wholeCorpus() : ONE_OF_EACH;
        for (const [at, file] of files.entries()) await cp(join(data ?? '', file), join(folder, `${at}.dcm`));
        fileOf = await filesBySeries(files);
      },
      SCREEN,
    );
    ({ id, window, page } = desk);
  }, 600_000);
  afterAll(() => desk?.close());

  it(
    'is what the server renders, to one grey level (PS3.3 C.11)',
    async () => {
      const { studies } = (await (await window.context.request.get(materialPaths.material(id))).json()) as Material;
      const seen: Shown[] = [];
      for (const study of studies) {
        for (const series of study.series) {
          if (!series.isImage) continue;
          const one = await look(study, series);
          seen.push(one);
          if (WHOLE) process.stdout.write(`${one.verdict.padEnd(10)} ${one.file}  ${one.why}\n`);
        }
      }
      const wrong = seen.filter(({ verdict }) => verdict === 'differs' || verdict === 'not shown');
      if (WHOLE) report(seen);
      else {
        expect(wrong).toEqual([]);
        expect(seen.filter(({ verdict }) => verdict === 'equal').length).toBeGreaterThanOrEqual(ONE_OF_EACH.length - 1);
        expect(window.takeComplaints()).toEqual([]);
      }
    },
    WHOLE ? 3_600_000 : 240_000,
  );

  /** Opens a series and compares its first image with the server's picture of it. */
  async function look(study: StudySummary, series: SeriesSummary): Promise<Shown> {
    const file = fileOf.get(series.seriesUid) ?? series.seriesUid;
    const viewport = page.getByRole('application');
    try {
      await page.goto(`/consultations/${id}/read?open=series.${series.seriesUid}`);
      const cover = viewport.getByRole('status').getByText(/\./);
      const corner = viewport.getByText(/Slice 1\/|Single image/).first();
      await corner.or(cover.first()).first().waitFor({ timeout: 60_000 });
      if (await cover.first().isVisible()) return { file, verdict: 'not shown', why: await cover.first().innerText() };
      const window = await statedWindow();
      await viewport.focus();
      await page.keyboard.press('x');
      await eventually(() => viewport.getByText('Zoom 1.00×').count()).toBe(1);
      const { target } = await shownPlace();
      const url = materialPaths.frame(study.studyUid, series.seriesUid, target.sopInstanceUid, target.frameNumber);
      if (!(await hasSquarePixels(study, series))) {
        return { file, verdict: 'not compared', why: 'shown in the shape of its pixels, which are no squares' };
      }
      const { largest, wrongShare, compared } = await comparePixels(page, `${url}/rendered${window}`);
      const why = `${compared} px, largest difference ${largest}, ${(wrongShare * 100).toFixed(3)} % beyond one level`;
      return { file, verdict: largest <= 1 ? 'equal' : 'differs', why };
    } catch (error) {
      return { file, verdict: 'not shown', why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : '' };
    }
  }

  /** The page stretches other pixels to their shape, the server's picture of a frame does not (PS3.18 section 8.3.5.1). */
  async function hasSquarePixels(study: StudySummary, series: SeriesSummary): Promise<boolean> {
    const answer = await window.context.request.get(materialPaths.seriesMetadata(study.studyUid, series.seriesUid));
    const [first] = (await answer.json()) as Record<string, { Value?: unknown[] }>[];
    // Pixel Spacing, else Pixel Aspect Ratio: rows first in both.
    const sides = first?.['00280030']?.Value ?? first?.['00280034']?.Value ?? [];
    const [down, across] = sides.map(Number);
    return down === undefined || across === undefined || Math.abs(across / down - 1) < 0.002;
  }

  /** Where the file states no window, the one that is shown is typed in, so that the server can be asked for the same. */
  async function statedWindow(): Promise<string> {
    const target = page.getByRole('button', { name: /Window width and level/ });
    if ((await target.count()) === 0) return '';
    await target.click();
    const items = await page.getByRole('menuitem').allInnerTexts();
    if (items.some((text) => /^(As stored|VOI LUT)/.test(text))) {
      await page.keyboard.press('Escape');
      return '';
    }
    const [width, center] = [
      await page.getByLabel('Width', { exact: true }).inputValue(),
      await page.getByLabel('Level', { exact: true }).inputValue(),
    ];
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await page.keyboard.press('Escape');
    return `?window=${center},${width},${Number(width) < 1 ? 'linear-exact' : 'linear'}`;
  }

  async function shownPlace(): Promise<{ target: { sopInstanceUid: string; frameNumber: number } }> {
    await eventually(() => new URL(page.url()).searchParams.get('view')).not.toBeNull();
    const text = new URL(page.url()).searchParams.get('view') ?? '';
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as {
      target: { sopInstanceUid: string; frameNumber: number };
    };
  }
});

async function corpusIndex(): Promise<{ file: string; SeriesInstanceUID?: string }[]> {
  const lines = (await readFile(join(data ?? '', 'index.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { file: string; SeriesInstanceUID?: string });
}

async function wholeCorpus(): Promise<string[]> {
  const index = await corpusIndex();
  const files = index.map(({ file }) => file).filter((file) => !/^(hostile|wsi|dicomdir)/.test(file));
  return CORPUS === 'all' ? files : files.filter((file) => CORPUS.split(',').some((folder) => file.startsWith(folder)));
}

async function filesBySeries(files: readonly string[]): Promise<Map<string, string>> {
  const wanted = new Set(files);
  const index = (await corpusIndex()).filter(({ file }) => wanted.has(file));
  return new Map(index.map(({ file, SeriesInstanceUID }) => [SeriesInstanceUID ?? '', file]));
}

/** The sum under the list that `npm run corpus:dicom` is for. */
function report(seen: readonly Shown[]): void {
  const count = (verdict: Shown['verdict']) => seen.filter((one) => one.verdict === verdict).length;
  const sum = `${seen.length} series: ${count('equal')} equal, ${count('differs')} differ, ${count('not shown')} not shown, ${count('not compared')} not compared`;
  process.stdout.write(`${sum}\n`);
}
