import type { LoadJob, LoadResult } from './load.ts';
import { type BenchRow, load } from './measure.ts';
import type { TreeMemory } from './process-figures.ts';

/** What a server says of its processes. */
export interface BenchProcesses {
  memory(): Promise<TreeMemory>;
  cpuMs(): Promise<number>;
}

/** Servers of the same tiles that take turns under the same load. */

export interface TileContestant {
  readonly name: string;
  /** Several for one server of several processes, each with its share of the connections. */
  readonly targets: readonly { readonly base: string; readonly headers: Readonly<Record<string, string>> }[];
  /** All that answer, with what they start. */
  readonly processes: readonly BenchProcesses[];
  tile(column: number, row: number): string;
}

export type TilePlaces = readonly (readonly [column: number, row: number])[];

export interface TileRound {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
}

/** What the rounds of one load gave, by the name of the contestant. */
export type TileRounds = ReadonlyMap<string, readonly TileRound[]>;

export interface TileLoad {
  readonly name: string;
  readonly places: TilePlaces;
  readonly connections: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly inOrder?: boolean;
  /** Runs before each round of each contestant. */
  prepare?(): Promise<void>;
}

/** One uncounted round first, unless each is prepared, then the counted ones in turn. */
export async function takeTurns(contestants: readonly TileContestant[], asked: TileLoad): Promise<TileRounds> {
  const rounds = new Map<string, TileRound[]>(contestants.map(({ name }) => [name, []]));
  for (let round = asked.prepare === undefined ? -1 : 0; round < asked.rounds; round += 1) {
    for (const contestant of contestants) {
      await asked.prepare?.();
      const result = await roundOf(contestant, { ...asked, seconds: round < 0 ? 1 : asked.seconds });
      process.stderr.write(
        `  ${asked.name}, ${contestant.name}: ${result.rate.toFixed(0)}/s, ${result.cpuUs.toFixed(0)} µs\n`,
      );
      if (round >= 0) rounds.get(contestant.name)?.push(result);
    }
  }
  return rounds;
}

async function roundOf({ targets, processes, tile }: TileContestant, asked: TileLoad): Promise<TileRound> {
  const paths = asked.places.map(([column, row]) => tile(column, row));
  const before = await cpuMsOf(processes);
  const results = await Promise.all(
    targets.map(({ base, headers }, at) => {
      const from = Math.floor((at * paths.length) / targets.length);
      const job: LoadJob = {
        ...{ base, headers, seconds: asked.seconds, inOrder: asked.inOrder ?? false },
        connections: Math.max(1, Math.floor(asked.connections / targets.length)),
      };
      return load(job, [...paths.slice(from), ...paths.slice(0, from)]);
    }),
  );
  const after = await cpuMsOf(processes);
  const sum = (pick: (result: LoadResult) => number): number => results.reduce((total, one) => total + pick(one), 0);
  const requests = sum((one) => one.requests);
  return {
    rate: sum((one) => one.requestsPerSecond),
    p50: sum((one) => one.p50 * one.requests) / requests,
    p99: Math.max(...results.map((one) => one.p99)),
    cpuUs: ((after - before) * 1000) / requests,
  };
}

/** Median over the rounds of a figure of `name` divided by that of `reference` in the same round; null without them. */
export function ratioOf(
  rounds: TileRounds,
  name: string,
  reference: string,
  pick: (round: TileRound) => number,
): number | null {
  const theirs = rounds.get(reference) ?? [];
  return median((rounds.get(name) ?? []).flatMap((own, at) => (theirs[at] ? [pick(own) / pick(theirs[at])] : [])));
}

/** A row for each contestant; `× ref.` is how often its rate holds that of `reference`. */
export async function rowsOf(
  rounds: TileRounds,
  title: string,
  contestants: readonly TileContestant[],
  reference: string,
): Promise<BenchRow[]> {
  return Promise.all(
    contestants.map(async ({ name, processes }): Promise<BenchRow> => {
      const own = rounds.get(name) ?? [];
      const rates = own.map(({ rate }) => rate);
      const memory = await Promise.all(processes.map((one) => one.memory()));
      const add = (pick: (one: TreeMemory) => number): number => memory.reduce((sum, one) => sum + pick(one), 0);
      return {
        ...{ name: `${title}, ${name}`, unit: 'tiles/s', figure: median(rates) },
        range: rates.length > 1 ? ([Math.min(...rates), Math.max(...rates)] as const) : null,
        ...{ p50: median(own.map(({ p50 }) => p50)), p95: null, p99: median(own.map(({ p99 }) => p99)) },
        ...{ cpuUs: median(own.map(({ cpuUs }) => cpuUs)), rssMb: add((one) => one.residentMb) },
        ratio: name === reference ? null : ratioOf(rounds, name, reference, ({ rate }) => rate),
        note: `PSS ${add((one) => one.proportionalMb)} MB`,
      };
    }),
  );
}

async function cpuMsOf(processes: readonly BenchProcesses[]): Promise<number> {
  const each = await Promise.all(processes.map((one) => one.cpuMs()));
  return each.reduce((sum, ms) => sum + ms, 0);
}

/** The middle one; null for none. */
export function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
