import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Discipline } from '#shared/consultation/role.ts';
import { launchBrowser, openWindow, type Window } from './browser.ts';
import { signIn } from './hands.ts';
import { type Product, startProduct, type TestUser } from './product.ts';
import { readyConsultation } from './ready-consultation.ts';

export const REFERRER: TestUser = { email: 'referrer@clinic.test', name: 'Dr Ada Referrer', role: 'referrer' };
export const COORDINATOR: TestUser = {
  email: 'coordinator@clinic.test',
  name: 'Cora Coordinator',
  role: 'coordinator',
};
export const RADIOLOGIST: TestUser = {
  ...{ email: 'radiologist@clinic.test', name: 'Dr Rita Radiologist', role: 'radiologist' },
};
export const PATHOLOGIST: TestUser = {
  ...{ email: 'pathologist@clinic.test', name: 'Dr Paul Pathologist', role: 'pathologist' },
};

/** An expert at his desk: signed in, with one consultation to read. */
export interface ReadingDesk {
  readonly product: Product;
  /** Of the consultation. */
  readonly id: string;
  readonly window: Window;
  readonly page: Page;
  close(): Promise<void>;
}

/**
 * Starts the product with a consultation of what `writeMaterial` puts into a folder, and opens a window for the expert
 * of the discipline. What was started is ended again when something on the way fails.
 */
export async function openReadingDesk(
  discipline: Discipline,
  writeMaterial: (folder: string) => Promise<unknown>,
  size?: Parameters<typeof openWindow>[2],
): Promise<ReadingDesk> {
  const expert = discipline === 'radiology' ? RADIOLOGIST : PATHOLOGIST;
  const [product, browser] = await Promise.all([startProduct([REFERRER, COORDINATOR, expert]), launchBrowser()]);
  const close = async (): Promise<void> => {
    await browser.close();
    await product.stop();
  };
  try {
    const folder = join(product.folder, 'material');
    await mkdir(folder);
    await writeMaterial(folder);
    const people = { referrer: REFERRER, coordinator: COORDINATOR, expert };
    const id = await readyConsultation(product, browser, { folder, discipline, ...people });
    const window = await openWindow(browser, product.url, size);
    await signIn(window.page, expert);
    return { product, id, window, page: window.page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
