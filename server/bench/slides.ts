import { join } from 'node:path';
import { type LargeSlide, paintSection, writeLargeSlide } from '#fixtures/large-slide.ts';
import { createRandom } from '#fixtures/random.ts';
import { type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';
import type { BenchRow } from './measure.ts';
import { forgetCachedPages } from './page-cache.ts';
import { cpuMsOfTree, memoryOfTree } from './process-figures.ts';
import { type ProductServer, startProduct } from './product-server.ts';
import { goalRows } from './slide-goals.ts';
import { startDeepZoom, startIipsrv, startStaticTiles, type TilePeer } from './tile-peers.ts';
import {
  rowsOf,
  type TileContestant,
  type TileLoad,
  type TilePlaces,
  type TileRounds,
  takeTurns,
} from './tile-rounds.ts';

export interface SlideBenchSize {
  readonly seconds: number;
  readonly rounds: number;
}

const HOT_TILES = 64;
const RANDOM_TILES = 20_000;
/** In front of which others are compared. */
export const OURS = 'ours';

/**
 * Tiles of a slide of 60,000 px as stored, with authorisation, audit, log and entity tags on, beside the other servers
 * of the same file, in turns: anywhere, a few over and over, and with the page cache emptied.
 */
export async function benchSlides(server: ProductServer, folder: string, size: SlideBenchSize): Promise<BenchRow[]> {
  const section = await paintSection({ side: 15_000, levels: 4 });
  const written = await writeLargeSlide(join(folder, 'sixty-thousand.tif'), section, {
    across: 4,
    down: 3,
    copies: 'own',
  });
  await server.import(written.path);
  const { slides } = (await server.getJson(materialPaths.material(server.consultationId))) as Material;
  const slide = slides.find(({ name }) => name === 'sixty-thousand.tif');
  if (slide === undefined) throw new Error('the slide was not stored');
  // Several processes on one port are no feature: a second server stands beside the first, on the same data.
  const second = await startProduct(join(folder, 'data'), {}, server);
  const peers: TilePeer[] = [];
  try {
    for (const start of [startStaticTiles, startIipsrv, startDeepZoom]) {
      const peer = await start(join(folder, start.name), written);
      if (peer === null) process.stderr.write(`  ${start.name}: not installed here\n`);
      else peers.push(peer);
    }
    const one = productContestant(OURS, [server], slide);
    const two = productContestant(`${OURS}, two servers`, [server, second], slide);
    const others = peers.map(peerContestant);
    const measured = await measureAll({ one, two, others, folder, written, size });
    const rows: BenchRow[] = [];
    for (const { load, rounds, contestants } of measured)
      rows.push(...(await rowsOf(rounds, load.name, contestants, OURS)));
    return [...rows, ...goalRows(new Map(measured.map(({ load, rounds }) => [load.name, rounds])))];
  } finally {
    for (const peer of peers) await peer.stop();
    await second.stop();
  }
}

interface Measured {
  readonly load: TileLoad;
  readonly rounds: TileRounds;
  readonly contestants: readonly TileContestant[];
}

async function measureAll(bench: {
  readonly one: TileContestant;
  readonly two: TileContestant;
  readonly others: readonly TileContestant[];
  readonly folder: string;
  readonly written: LargeSlide;
  readonly size: SlideBenchSize;
}): Promise<Measured[]> {
  const { one, two, others, folder, size } = bench;
  const anywhere = randomPlaces(bench.written, RANDOM_TILES);
  const hot = anywhere.slice(0, HOT_TILES);
  const files = others.slice(0, 1);
  const plan: { load: TileLoad; contestants: TileContestant[] }[] = [];
  for (const connections of [8, 1, 32]) {
    for (const [what, places] of [
      ['random', anywhere],
      ['hot', hot],
    ] as const) {
      // The slow ones are asked where they are compared, and nowhere else.
      const contestants = connections === 8 ? [one, ...others, two] : [one, ...files, two];
      plan.push({ load: { ...size, name: `${what}, ${connections} conn.`, places, connections }, contestants });
    }
  }
  const evicted = [join(folder, 'data', 'blobs'), join(folder, startStaticTiles.name, 'files')];
  if (await forgetCachedPages(evicted)) {
    const prepare = async (): Promise<void> => void (await forgetCachedPages(evicted));
    const load = {
      ...size,
      name: 'cold, 8 conn.',
      places: anywhere,
      connections: 8,
      inOrder: true,
      seconds: 1,
      prepare,
    };
    plan.push({ load, contestants: [one, ...files] });
  }
  const measured: Measured[] = [];
  for (const { load, contestants } of plan) {
    measured.push({ load, contestants, rounds: await takeTurns(contestants, load) });
  }
  return measured;
}

/** Each place once, at full resolution, where most tiles of a slide lie. */
function randomPlaces(slide: LargeSlide, count: number): TilePlaces {
  const { columns = 1, rows = 1 } = slide.levels[0] ?? {};
  const random = createRandom(7);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * columns * rows));
  return [...chosen].map((at) => [at % columns, Math.floor(at / columns)] as const);
}

function productContestant(name: string, servers: readonly ProductServer[], slide: SlideSummary): TileContestant {
  return {
    name,
    targets: servers.map(({ base, headers }) => ({ base, headers })),
    processes: servers.map(({ pid }) => ({ memory: () => memoryOfTree(pid), cpuMs: () => cpuMsOfTree(pid) })),
    tile: (column, row) => `${materialPaths.tile(slide.id, 0, column, row)}?v=${slide.tileVersion}`,
  };
}

function peerContestant({ name, base, headers, processes, tile }: TilePeer): TileContestant {
  return { name, targets: [{ base, headers }], processes, tile };
}
