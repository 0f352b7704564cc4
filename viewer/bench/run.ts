import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { BenchRow } from '#server/bench/measure.ts';
import { launchBrowser } from '#viewer/e2e/browser.ts';
import { type BenchProduct, startBenchProduct } from './product.ts';
import { type Subject, type Subjects, seriesSubjects, slideSubjects } from './subjects.ts';
import { SCREEN, type SeriesPlan, type SlidePlan, type Visit, visitSeries, visitSlide } from './visit.ts';
import { visitRows } from './visit-rows.ts';

const FULL = { rounds: 5, slices: 300, repeat: 3, notches: 120, rainNotches: 240, jumps: 32 };
const QUICK = { rounds: 1, slices: 40, repeat: 1, notches: 20, rainNotches: 30, jumps: 8 };

type Progress = (text: string) => void;

/** Visits every page once a round, each round beginning with another one. */
async function visitInTurn(
  { ours, references }: Subjects,
  rounds: number,
  visit: (subject: Subject) => Promise<Visit>,
  tell: Progress,
): Promise<{ name: string; visits: Visit[] }[]> {
  const all = [ours, ...references].map((subject) => ({ subject, name: subject.name, visits: [] as Visit[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < all.length; turn += 1) {
      const next = all[(round + turn) % all.length];
      if (next === undefined) continue;
      tell(`round ${round + 1} of ${rounds}, ${next.name}`);
      next.visits.push(await visit(next.subject));
    }
  }
  return all;
}

/** A look at the pages before anything is measured: sizes for the references, and the reading has begun. */
async function prepare<T>(bench: BenchProduct, look: (page: Page) => Promise<T>): Promise<T> {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: SCREEN, storageState: bench.session });
    return await look(await context.newPage());
  } finally {
    await browser.close();
  }
}

async function benchSeries(bench: BenchProduct, turns: number, plan: SeriesPlan, tell: Progress): Promise<BenchRow[]> {
  const subjects = await prepare(bench, (page) => seriesSubjects(bench, page));
  const [ours, ...others] = await visitInTurn(subjects, turns, (one) => visitSeries(bench, one, plan), tell);
  const words = { what: `CT of ${bench.slices}`, first: 'first image', moves: 'notch to painted' };
  return ours === undefined ? [] : visitRows(words, ours, others);
}

async function benchSlide(bench: BenchProduct, turns: number, plan: SlidePlan, tell: Progress): Promise<BenchRow[]> {
  const subjects = await prepare(bench, (page) => slideSubjects(bench, page));
  const [ours, ...others] = await visitInTurn(subjects, turns, (one) => visitSlide(bench, one, plan), tell);
  const { width, height } = bench.slide;
  const words = { what: `slide ${width} × ${height}`, first: 'first sharp view', moves: 'jump to sharp' };
  return ours === undefined ? [] : visitRows(words, ours, others);
}

/**
 * The product in a browser: how long until the first image, how smoothly it moves, what it costs; beside it, in turn and
 * in the same run, OHIF and bare pages over the same data from the same server. Figures, never assertions.
 */
export async function benchViewer(
  quick: boolean,
  rounds: number | null,
  wanted: { readonly series: boolean; readonly slides: boolean },
  tell: Progress,
): Promise<BenchRow[]> {
  const plan = quick ? QUICK : FULL;
  const turns = rounds ?? plan.rounds;
  const folder = await mkdtemp(join(tmpdir(), 'consilium-bench-viewer-'));
  let bench: BenchProduct | null = null;
  try {
    tell('building and filling');
    const browser = await launchBrowser();
    bench = await startBenchProduct(browser, folder, plan).finally(() => browser.close());
    const running = bench;
    return [
      ...(wanted.series ? await benchSeries(running, turns, plan, tell) : []),
      ...(wanted.slides ? await benchSlide(running, turns, plan, tell) : []),
    ];
  } finally {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
