import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { BenchRow } from '#server/bench/measure.ts';
import { launchBrowser } from '#viewer/e2e/browser.ts';
import { type BenchProduct, startBenchProduct } from './product.ts';
import { type Subject, type Subjects, seriesSubjects, slideSubjects } from './subjects.ts';
import { SCREEN, type Visit, visitSeries, visitSlide } from './visit.ts';
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

/**
 * The product in a browser: how long until the first image, how smoothly it moves, what it costs; beside it, in turn and
 * in the same run, bare pages over the same data from the same server. Figures, never assertions.
 */
export async function benchViewer(quick: boolean, rounds: number | null, tell: Progress): Promise<BenchRow[]> {
  const plan = quick ? QUICK : FULL;
  const turns = rounds ?? plan.rounds;
  const folder = await mkdtemp(join(tmpdir(), 'consilium-bench-viewer-'));
  let bench: BenchProduct | null = null;
  try {
    tell('building and filling');
    const browser = await launchBrowser();
    bench = await startBenchProduct(browser, folder, plan).finally(() => browser.close());
    const running = bench;
    const series = await prepare(running, (page) => seriesSubjects(running, page));
    const slide = await prepare(running, (page) => slideSubjects(running, page));
    const [ct, ...floors] = await visitInTurn(series, turns, (one) => visitSeries(running, one, plan), tell);
    const [whole, ...libraries] = await visitInTurn(slide, turns, (one) => visitSlide(running, one, plan), tell);
    if (ct === undefined || whole === undefined) return [];
    const { width, height } = running.slide;
    return [
      ...visitRows({ what: `CT of ${running.slices}`, first: 'first image', moves: 'notch to painted' }, ct, floors),
      ...visitRows(
        { what: `slide ${width} × ${height}`, first: 'first sharp view', moves: 'jump to sharp' },
        whole,
        libraries,
      ),
    ];
  } finally {
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
