import type { BenchRow } from './measure.ts';
import { ratioOf, type TileRound, type TileRounds } from './tile-rounds.ts';

/** What the tiles of a slide are measured against. All are ratios of the same run. */
interface Goal {
  readonly name: string;
  readonly load: string;
  readonly reference: string;
  readonly pick: (round: TileRound) => number;
  /** Ratio that is reached or not; `least` unless smaller is better. */
  readonly least?: number;
  readonly most?: number;
  readonly stretch?: number;
}

const rate = ({ rate }: TileRound): number => rate;
/** Requests a second of processor, so that it does not count how many cores were free. */
const perCore = ({ cpuUs }: TileRound): number => 1 / cpuUs;

const GOALS: readonly Goal[] = [
  { name: 'tiles/s ÷ iipsrv', load: 'random, 8 conn.', reference: 'iipsrv', pick: rate, least: 8, stretch: 12 },
  { name: 'tiles/s ÷ OpenSlide', load: 'random, 8 conn.', reference: 'OpenSlide DeepZoom', pick: rate, least: 25 },
  {
    name: 'per core ÷ nginx',
    load: 'random, 8 conn.',
    reference: 'nginx, files',
    pick: perCore,
    least: 0.3,
    stretch: 0.45,
  },
  { name: 'cold tiles/s ÷ nginx', load: 'cold, 8 conn.', reference: 'nginx, files', pick: rate, least: 1, stretch: 2 },
  {
    name: 'p50 of one conn. ÷ nginx',
    load: 'random, 1 conn.',
    reference: 'nginx, files',
    pick: ({ p50 }) => p50,
    most: 1.5,
  },
];

/** A row for each goal whose reference was there. */
export function goalRows(measured: ReadonlyMap<string, TileRounds>): BenchRow[] {
  return GOALS.flatMap(({ name, load, reference, pick, least, most, stretch }) => {
    const rounds = measured.get(load);
    const ratio = rounds === undefined ? null : ratioOf(rounds, 'ours', reference, pick);
    if (ratio === null) return [];
    return [
      goalRow(`goal: ${name}`, ratio, '×', {
        ...(least === undefined ? {} : { least }),
        ...(most === undefined ? {} : { most }),
        ...(stretch === undefined ? {} : { stretch }),
      }),
    ];
  });
}

/** A figure with what was wanted of it. */
export function goalRow(
  name: string,
  figure: number,
  unit: string,
  wanted: { readonly least?: number; readonly most?: number; readonly stretch?: number },
): BenchRow {
  const { least, most, stretch } = wanted;
  const met = (least === undefined || figure >= least) && (most === undefined || figure <= most);
  const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
  const further = stretch === undefined ? '' : `, better ${stretch}`;
  return {
    ...{ name, unit, figure, range: null, p50: null, p95: null, p99: null, rssMb: null, ratio: null },
    note: `${met ? 'met' : 'NOT MET'}: ${bound}${further}`,
  };
}
