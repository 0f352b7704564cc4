import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { TEST_PASSWORD, type TestUser } from './product.ts';

/** An assertion that is tried until it holds, as long as a busy machine may need. */
export function eventually<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 30_000, interval: 50 });
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Signs in the way a person does. */
export async function signIn(page: Page, user: TestUser): Promise<void> {
  await page.goto('/');
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/** Presses, moves in small steps and lets go, as a hand with a mouse. */
export async function drag(page: Page, from: Place, to: Place): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let step = 1; step <= 6; step += 1) {
    await page.mouse.move(from.x + ((to.x - from.x) * step) / 6, from.y + ((to.y - from.y) * step) / 6);
  }
  await page.mouse.up();
}

/** The middle of the viewport, to which places of a drawing are relative. */
export async function middleOf(viewport: Locator): Promise<Place> {
  const box = await viewport.boundingBox();
  if (box === null) throw new Error('the viewport is not on the screen');
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
}

/** Chooses a tool in the bar and makes sure that it is in hand. */
export async function takeTool(page: Page, name: string): Promise<void> {
  const tool = page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name, exact: true });
  await tool.click();
  await eventually(() => tool.getAttribute('aria-pressed')).toBe('true');
}

/** Waits until the page says that everything is saved. */
export async function saved(page: Page): Promise<void> {
  const status = page.getByRole('status').filter({ hasText: /sav/i }).first();
  await eventually(() => status.textContent()).toMatch(/Saved \d\d:\d\d/);
}

/** Types into a text that saves itself and leaves it. */
export async function write(field: Locator, text: string): Promise<void> {
  await field.fill(text);
  await field.blur();
}

/** Cites the annotation whose entry in the menu holds `text`. */
export async function cite(within: Locator, page: Page, text: RegExp): Promise<void> {
  await within.getByRole('button', { name: 'Cite' }).click();
  await page.getByRole('menuitem').filter({ hasText: text }).first().click();
}
