import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { launchBrowser, openWindow, type Window } from './browser.ts';
import { signIn } from './hands.ts';
import { USERS } from './main-job-users.ts';
import { type Product, startProduct, type TestUser } from './product.ts';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const SCREENSHOTS = join(process.env.SCREENSHOTS ?? join(tmpdir(), 'consilium-screenshots'));

/** Where the main job is played: the product, and a window of its own for everybody who takes part. */
export interface MainJobStage {
  open(): Promise<Product>;
  close(): Promise<void>;
  /** The window of a person, signed in when it is asked for the first time. */
  window(user: TestUser): Promise<Window>;
  pageOf(user: TestUser): Promise<Page>;
  /** What a person gets of an address; anything but 200 fails the test. */
  read<T>(user: TestUser, path: string): Promise<T>;
  /** Pictures of a page at the desk and on a phone; it is at the desk again afterwards. */
  pictures(page: Page, what: string): Promise<void>;
  /** One test of the job; not tried after one that failed, and each console must be clean at its end. */
  step(what: string, work: () => Promise<void>): void;
}

/** `name` tells the pictures of one job from those of another. */
export function createMainJobStage(name: string): MainJobStage {
  const windows = new Map<TestUser, Window>();
  let browser: Browser | null = null;
  let product: Product | null = null;
  let broken = false;

  const window = async (user: TestUser): Promise<Window> => {
    const known = windows.get(user);
    if (known !== undefined) return known;
    if (browser === null || product === null) throw new Error('the product is not started yet');
    const opened = await openWindow(browser, product.url);
    windows.set(user, opened);
    await signIn(opened.page, user);
    return opened;
  };
  const picture = async (page: Page, what: string): Promise<void> => {
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${what}-${page.viewportSize()?.width}.png`) });
  };
  return {
    async open() {
      await mkdir(SCREENSHOTS, { recursive: true });
      const [started, launched] = await Promise.all([startProduct(USERS), launchBrowser()]);
      [product, browser] = [started, launched];
      return started;
    },
    async close() {
      await browser?.close();
      await product?.stop();
    },
    window,
    pageOf: async (user) => (await window(user)).page,
    async read<T>(user: TestUser, path: string) {
      const answer = await (await window(user)).context.request.get(path);
      expect(answer.status(), path).toBe(200);
      return (await answer.json()) as T;
    },
    async pictures(page, what) {
      await picture(page, what);
      await page.setViewportSize(PHONE);
      await page.waitForTimeout(600);
      await picture(page, what);
      await page.setViewportSize(DESKTOP);
      await page.waitForTimeout(300);
    },
    step(what, work) {
      it(what, async ({ skip }) => {
        if (broken) skip('an earlier step failed');
        try {
          await work();
          for (const [user, { takeComplaints }] of windows) {
            expect(takeComplaints(), `console of ${user.name}`).toEqual([]);
          }
        } catch (error) {
          broken = true;
          for (const [user, { page }] of windows) await picture(page, `broken-${user.role}`).catch(() => {});
          throw error;
        }
      });
    },
  };
}
