import type { BenchRow } from './measure.ts';

/** What one round of one server gives: a figure, and the times of single requests or their percentiles. */
export interface Round {
  readonly figure: number;
  /** Single requests, ms. */
  readonly times?: readonly number[];
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly note?: string;
  /** Requests that were answered, for the processor time of one. */
  readonly requests?: number;
}

export interface Contestant {
  readonly name: string;
  /** Processor time its processes have taken so far, ms. */
  cpuMs?(): Promise<number>;
  round(): Promise<Round>;
}

export interface SideBySide {
  readonly name: string;
  readonly unit: string;
  /** The first is ours, the second what it is compared with. */
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  /** Times, so that a ratio above one still says that ours is the better. */
  readonly lessIsBetter?: boolean;
}

/** Lets them take turns, one uncounted round first, and writes a row each; the first has the median of the ratios. */
export async function benchSideBySide(side: SideBySide): Promise<BenchRow[]> {
  const rounds: Round[][] = side.contestants.map(() => []);
  const cpuUs: number[][] = side.contestants.map(() => []);
  for (let round = -1; round < side.rounds; round += 1) {
    for (const [at, contestant] of side.contestants.entries()) {
      const before = await contestant.cpuMs?.();
      const result = await contestant.round();
      const after = await contestant.cpuMs?.();
      process.stderr.write(`  ${side.name}, ${contestant.name}: ${result.figure.toFixed(1)} ${side.unit}\n`);
      if (round < 0) continue;
      rounds[at]?.push(result);
      if (before === undefined || after === undefined || result.requests === undefined) continue;
      cpuUs[at]?.push(((after - before) * 1000) / result.requests);
    }
  }
  const ratios = (rounds[0] ?? []).flatMap((ours, at) => {
    const theirs = rounds[1]?.[at];
    if (theirs === undefined) return [];
    return side.lessIsBetter === true ? theirs.figure / ours.figure : ours.figure / theirs.figure;
  });
  return side.contestants.map(({ name }, at) => {
    const own = rounds[at] ?? [];
    const times = own.flatMap((round) => round.times ?? []).toSorted((a, b) => a - b);
    const share = (part: number): number | null =>
      times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? null;
    const percentile = (part: number, given: (round: Round) => number | undefined): number | null =>
      share(part) ?? medianOf(own.flatMap((round) => given(round) ?? []));
    const figures = own.map(({ figure }) => figure);
    return {
      ...{ name: `${side.name}, ${name}`, unit: side.unit, figure: medianOf(figures) },
      range: figures.length > 1 ? ([Math.min(...figures), Math.max(...figures)] as const) : null,
      ...{ p50: percentile(0.5, ({ p50 }) => p50), p95: percentile(0.95, ({ p95 }) => p95) },
      p99: percentile(0.99, ({ p99 }) => p99),
      ...{
        cpuUs: medianOf(cpuUs[at] ?? []),
        rssMb: null,
        ratio: at === 0 ? medianOf(ratios) : null,
        note: own.at(-1)?.note ?? '',
      },
    };
  });
}

function medianOf(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
