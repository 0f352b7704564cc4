import { access } from 'node:fs/promises';
import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** WebGL2 without a graphics card, and no traffic of the browser's own. */
const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function browserPath(): Promise<string> {
  const chosen = process.env.CHROME_PATH;
  if (chosen !== undefined && chosen !== '') return chosen;
  for (const path of SYSTEM_BROWSERS) {
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return await sparticuz.executablePath();
}

/** Starts CHROME_PATH, a Chromium of the system, or the one that comes with the packages. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: await browserPath(), args: ['--headless=new', ...FLAGS] });
}

/** A person's window, and everything its console complained about. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors, warnings and violations of the content security policy since the last call. */
  takeComplaints(): string[];
}

/** Opens a window; `expected` complaints (a refusal the test provokes) are left out. */
export async function openWindow(
  browser: Browser,
  baseURL: string,
  size: { readonly width: number; readonly height: number } = { width: 1440, height: 900 },
): Promise<Window> {
  const context = await browser.newContext({
    baseURL,
    viewport: size,
    reducedMotion: 'reduce',
    acceptDownloads: true,
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  let complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  return {
    context,
    page,
    takeComplaints() {
      const taken = complaints;
      complaints = [];
      return taken;
    },
  };
}
