import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { writeSlide } from '#fixtures/slide.ts';
import { runAdmin } from '#server/admin/run-admin.ts';
import { consultationPaths, expertsSchema } from '#shared/api/consultations.ts';
import { type Material, materialPaths, materialSchema, type SlideSummary } from '#shared/api/material.ts';
import { consultationSchema } from '#shared/consultation/consultation.ts';
import type { Role } from '#shared/consultation/role.ts';
import { buildSite } from './site.ts';

export interface CaseSize {
  readonly slices: number;
  /** How often the painted section of 20,960 × 15,400 px stands beside and below itself. */
  readonly repeat: number;
}

/** A consultation that waits for its expert, and the running product that holds it. */
export interface BenchProduct {
  readonly url: string;
  readonly consultationId: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly slices: number;
  readonly slide: SlideSummary;
  /** Cookies and storage of the expert's browser, as sign-in left them. */
  readonly session: Awaited<ReturnType<BrowserContext['storageState']>>;
  stop(): Promise<void>;
}

const PASSWORD = 'a long bench passphrase';
const PEOPLE: readonly (readonly [Role, string])[] = [
  ['referrer', 'referrer@bench.example'],
  ['coordinator', 'coordinator@bench.example'],
  ['radiologist', 'radiologist@bench.example'],
  ['pathologist', 'pathologist@bench.example'],
];
const ENTRY = join(import.meta.dirname, 'serve.ts');

/** Runs a command of the operator's and returns what it printed. */
async function admin(environment: NodeJS.ProcessEnv, args: readonly string[], input = ''): Promise<string> {
  let [result, message] = ['', ''];
  const code = await runAdmin([...args], environment, {
    input: Readable.from([input]),
    result: (text) => {
      result += text;
    },
    message: (text) => {
      message += text;
    },
  });
  if (code !== 0) throw new Error(`${args[0]} failed: ${message}`);
  return result.trim();
}

async function fill(environment: NodeJS.ProcessEnv, folder: string, { slices, repeat }: CaseSize): Promise<string> {
  for (const [role, email] of PEOPLE) {
    const args = ['create-user', '--email', email, '--name', role, '--role', role, '--password-stdin'];
    await admin(environment, args, `${PASSWORD}\n`);
  }
  const referrer = PEOPLE[0]?.[1] ?? '';
  const asked = ['--title', 'Bench', '--question', 'How fast is it?', '--initials', 'B. M.'];
  const id = await admin(environment, ['create-consultation', '--referrer', referrer, ...asked]);
  const material = join(folder, 'material');
  await mkdir(material, { recursive: true });
  await writeCtSeries(join(material, 'ct'), { slices, size: 512 });
  await writeSlide(join(material, 'large.svs'), { repeat: { across: repeat, down: repeat }, bigTiff: true });
  const report = JSON.parse(await admin(environment, ['import', material, '--consultation', id])) as {
    refused: unknown[];
  };
  if (report.refused.length > 0) throw new Error(`the import refused ${JSON.stringify(report.refused)}`);
  return id;
}

/** Signs in the way a person does and gives the page to `work`. */
async function asPerson<T>(browser: Browser, url: string, role: Role, work: (page: Page) => Promise<T>): Promise<T> {
  const email = PEOPLE.find(([of]) => of === role)?.[1] ?? '';
  const context = await browser.newContext({ baseURL: url });
  try {
    const page = await context.newPage();
    await page.goto('/');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL(({ pathname }) => pathname !== '/sign-in');
    await page.waitForLoadState('networkidle');
    return await work(page);
  } finally {
    await context.close();
  }
}

/** One request of the product's API with the page's session. */
async function ask(page: Page, method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
  const headers = { origin: new URL(page.url()).origin };
  const answer = await page.request.fetch(path, { method, headers, ...(body === undefined ? {} : { data: body }) });
  if (!answer.ok()) throw new Error(`${method} ${path} answered ${answer.status()}: ${await answer.text()}`);
  return await answer.json();
}

async function revisionOf(page: Page, id: string): Promise<number> {
  return consultationSchema.parse(await ask(page, 'GET', consultationPaths.one(id))).revision;
}

async function fire(page: Page, id: string, event: 'submit' | 'accept'): Promise<void> {
  const revision = await revisionOf(page, id);
  await ask(page, 'POST', consultationPaths.events(id), { event, revision, reason: null });
}

async function assign(page: Page, id: string): Promise<void> {
  const { experts } = expertsSchema.parse(await ask(page, 'GET', consultationPaths.experts));
  for (const { id: expertId, discipline } of experts) {
    const revision = await revisionOf(page, id);
    await ask(page, 'PUT', consultationPaths.assignments(id), { discipline, expertId, revision });
  }
  await fire(page, id, 'accept');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

/** Builds, fills and starts the product in `folder`, and brings a consultation to its experts. */
export async function startBenchProduct(browser: Browser, folder: string, size: CaseSize): Promise<BenchProduct> {
  const site = join(folder, 'site');
  const environment = {
    ...process.env,
    DATA_DIR: join(folder, 'data'),
    DEMO: 'off',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
  };
  await buildSite(site);
  const consultationId = await fill(environment, folder, size);
  const child = fork(ENTRY, [site], { env: { ...environment, PORT: '0', NODE_ENV: 'production' } });
  try {
    const url = await Promise.race([
      once(child, 'message').then(([address]) => String(address)),
      once(child, 'exit').then(() => Promise.reject(new Error('the server did not start'))),
    ]);
    await asPerson(browser, url, 'referrer', (page) => fire(page, consultationId, 'submit'));
    await asPerson(browser, url, 'coordinator', (page) => assign(page, consultationId));
    const [material, session] = await asPerson(browser, url, 'radiologist', async (page) => {
      const found = materialSchema.parse(await ask(page, 'GET', materialPaths.material(consultationId)));
      return [found satisfies Material, await page.context().storageState()] as const;
    });
    const [study] = material.studies;
    const series = study?.series[0];
    const [slide] = material.slides;
    if (study === undefined || series === undefined || slide === undefined)
      throw new Error('the material is not there');
    return {
      ...{ url, consultationId, studyUid: study.studyUid, seriesUid: series.seriesUid, slices: series.frameCount },
      ...{ slide, session, stop: () => stop(child) },
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
}
