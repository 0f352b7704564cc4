import type { BenchRow } from '#server/bench/measure.ts';
import type { Visit } from './visit.ts';

/** Visits of one page, one a round. */
export interface Visited {
  readonly name: string;
  readonly visits: readonly Visit[];
}

interface Measure {
  readonly name: string;
  readonly unit: string;
  /** One figure a round; null where the measure does not apply. */
  readonly of: (visit: Visit) => number | null;
}

interface Words {
  /** "CT of 300 slices" */
  readonly what: string;
  readonly first: string;
  readonly moves: string;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(sorted, 0.5) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const MEASURES = (first: string): readonly Measure[] => [
  { name: `${first}, empty cache`, unit: 'ms', of: (visit) => visit.firstCold },
  { name: `${first}, warm cache`, unit: 'ms', of: (visit) => visit.firstWarm },
  { name: 'scripts before it', unit: 'kB', of: (visit) => visit.codeKb },
  { name: 'whole series loaded', unit: 'ms', of: (visit) => visit.loaded },
  { name: 'images at 60 notches/s', unit: '/s', of: (visit) => visit.perSecond },
  { name: 'browser memory (PSS)', unit: 'MiB', of: (visit) => visit.memoryMb },
  { name: 'heap and buffers of the page', unit: 'MiB', of: (visit) => visit.heapMb },
];

const BLANK = { p50: null, p95: null, p99: null, rssMb: null, ratio: null, note: '' } as const;

function rowOf(visited: Visited, measure: Measure, prefix: string): BenchRow | null {
  const figures = visited.visits.flatMap((visit) => measure.of(visit) ?? []);
  if (figures.length === 0) return null;
  return {
    ...BLANK,
    name: `${prefix} ${measure.name}, ${visited.name}`,
    figure: median(figures),
    unit: measure.unit,
    range: [Math.min(...figures), Math.max(...figures)],
  };
}

function movesRow(visited: Visited, name: string): BenchRow {
  const all = visited.visits.flatMap(({ moves }) => moves).toSorted((a, b) => a - b);
  const middles = visited.visits.map(({ moves }) => median(moves));
  return {
    ...{ ...BLANK, name: `${name}, ${visited.name}`, figure: median(middles), unit: 'ms' },
    ...{ range: [Math.min(...middles), Math.max(...middles)], note: `${all.length} of them` },
    ...{ p50: at(all, 0.5), p95: at(all, 0.95), p99: at(all, 0.99) },
  };
}

/** Ours after the reference it is divided by; peers beyond the first reference stand between. */
function compared(rows: readonly (BenchRow | null)[]): BenchRow[] {
  const [ours = null, reference = null, ...peers] = rows;
  if (ours === null) return [];
  const against = reference?.figure ?? null;
  const ratio = against === null || against === 0 || ours.figure === null ? null : ours.figure / against;
  return [reference, ...peers].filter((row) => row !== null).concat({ ...ours, ratio });
}

/** The figures of one kind of page as rows: medians over the rounds, and their least and greatest. */
export function visitRows({ what, first, moves }: Words, ours: Visited, references: readonly Visited[]): BenchRow[] {
  const everyone = [ours, ...references];
  return [
    ...MEASURES(first).flatMap((measure) => compared(everyone.map((visited) => rowOf(visited, measure, `${what}:`)))),
    ...compared(everyone.map((visited) => movesRow(visited, `${what}: ${moves}`))),
  ];
}
