import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createRandom } from '#fixtures/random.ts';
import { launchBrowser } from '#viewer/e2e/browser.ts';
import { browserMemoryMb } from './browser-memory.ts';
import { installProbe } from './page-probe.ts';
import type { BenchProduct } from './product.ts';
import type { Subject } from './subjects.ts';

export const SCREEN = { width: 1440, height: 900 };
/** A browser that has just started is still busy with itself. */
const CALM_MS = 700;

/** What one visit of a page showed; lists hold one figure for each move. */
export interface Visit {
  readonly firstCold: number;
  readonly firstWarm: number;
  readonly codeKb: number;
  readonly loaded: number | null;
  readonly moves: readonly number[];
  readonly perSecond: number | null;
  readonly memoryMb: number | null;
  /** What the page's scripts hold when everything is loaded and was scrolled through, garbage collected; MiB. */
  readonly heapMb: number | null;
}

export interface SeriesPlan {
  readonly notches: number;
  readonly rainNotches: number;
}

export interface SlidePlan {
  readonly jumps: number;
}

async function open(context: BrowserContext, subject: Subject): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(installProbe);
  await page.addInitScript(`window.benchShown = ${subject.shown.toString()};`);
  return page;
}

/** A browser of its own, so that memory and caches are of this page alone. */
async function visit<T>(
  bench: BenchProduct,
  work: (context: BrowserContext, browser: Browser) => Promise<T>,
): Promise<T> {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({
      viewport: SCREEN,
      storageState: bench.session,
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(60_000);
    await pause(CALM_MS);
    return await work(context, browser);
  } finally {
    await browser.close();
  }
}

async function heapAfterCollection(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return (usedSize + backingStorageSize) / 1024 ** 2;
}

async function centre(page: Page): Promise<void> {
  await page.mouse.move(SCREEN.width / 2, SCREEN.height / 2);
}

/** Opens a series with an empty cache, scrolls through it when it is loaded, and opens it once more. */
export async function visitSeries(bench: BenchProduct, subject: Subject, plan: SeriesPlan): Promise<Visit> {
  return visit(bench, async (context, browser) => {
    const page = await open(context, subject);
    await page.goto(subject.url, { waitUntil: 'commit' });
    const firstCold = await page.evaluate(() => window.benchProbe.whenShown());
    const codeKb = (await page.evaluate((by) => window.benchProbe.codeBytesBy(by), firstCold)) / 1000;
    const loaded = await page.evaluate(() => window.benchProbe.whenLoaded());
    await centre(page);
    await pause(CALM_MS);

    const moves: number[] = [];
    let index = 1;
    for (let notch = 0; notch < plan.notches; notch += 1) {
      const down = Math.floor(notch / (bench.slices - 1)) % 2 === 0;
      index += down ? 1 : -1;
      await page.evaluate((slice) => window.benchProbe.expect({ slice }), index);
      await page.mouse.wheel(0, down ? 100 : -100);
      moves.push(await page.evaluate(() => window.benchProbe.moved()));
    }
    while (index > 1) {
      index -= 1;
      await page.mouse.wheel(0, -100);
      // Some viewers take one step for whatever has piled up.
      await page.waitForFunction((wanted) => window.benchShown().index === wanted, index);
    }
    const rain = Math.min(plan.rainNotches, bench.slices - 1);
    const perSecond = await page.evaluate((notches) => window.benchProbe.rain(notches, 60), rain);
    await pause(CALM_MS);
    const memoryMb = await browserMemoryMb(browser);
    const heapMb = await heapAfterCollection(page);
    await page.close();

    const again = await open(context, subject);
    await again.goto(subject.url, { waitUntil: 'commit' });
    const firstWarm = await again.evaluate(() => window.benchProbe.whenShown());
    return { firstCold, firstWarm, codeKb, loaded, moves, perSecond, memoryMb, heapMb };
  });
}

/** Opens a slide with an empty cache, jumps over it and between magnifications, and opens it once more. */
export async function visitSlide(bench: BenchProduct, subject: Subject, plan: SlidePlan): Promise<Visit> {
  return visit(bench, async (context, browser) => {
    const page = await open(context, subject);
    await page.goto(subject.url, { waitUntil: 'commit' });
    const firstCold = await page.evaluate(() => window.benchProbe.whenSharp());
    const codeKb = (await page.evaluate((by) => window.benchProbe.codeBytesBy(by), firstCold)) / 1000;
    const box = await page.locator(subject.navigator).boundingBox();
    if (box === null) throw new Error(`${subject.name} shows no navigator`);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await pause(CALM_MS);

    // The same places for every page and round: all of them away from the edges.
    const random = createRandom(11);
    const moves: number[] = [];
    for (let jump = 0; jump < plan.jumps; jump += 1) {
      await page.evaluate(() => window.benchProbe.expect('jump'));
      if (jump % 4 === 0) await page.keyboard.press(jump % 8 === 0 ? '6' : '4');
      else
        await page.mouse.click(
          box.x + box.width * (0.15 + 0.7 * random()),
          box.y + box.height * (0.15 + 0.7 * random()),
        );
      moves.push(await page.evaluate(() => window.benchProbe.moved()));
    }
    const memoryMb = await browserMemoryMb(browser);
    await page.close();

    const again = await open(context, subject);
    await again.goto(subject.url, { waitUntil: 'commit' });
    const firstWarm = await again.evaluate(() => window.benchProbe.whenSharp());
    return { firstCold, firstWarm, codeKb, loaded: null, moves, perSecond: null, memoryMb, heapMb: null };
  });
}
