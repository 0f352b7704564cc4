/**
 * `npm run bench -- [--quick] [--only PART] [--rounds N] [--out FILE]`: figures of this machine in this run, as a table
 * and as JSON. It starts the product itself on a free port with an empty data folder, and removes everything afterwards.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchDicomweb } from './dicomweb.ts';
import { benchFrames } from './frames.ts';
import { type BenchRow, table } from './measure.ts';
import { type ProductServer, startProduct } from './product-server.ts';
import { benchSearch } from './search.ts';
import { benchSlideConditions } from './slide-conditions.ts';
import { benchSlides } from './slides.ts';
import { benchStow } from './stow.ts';
import { benchTiles } from './tiles.ts';
import { benchUpload } from './upload.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench.json' },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
  },
});
const seconds = values.quick ? 2 : 8;
/** How often the browser visits each page; null leaves it to the size of the run. */
const rounds = values.rounds === undefined ? null : Math.max(1, Math.trunc(Number(values.rounds)) || 1);
const uploadBytes = values.quick ? 256 * 1024 ** 2 : 2 * 1024 ** 3;

/**
 * The browser's half lives with the viewer. It is loaded by its address, because it is checked against the types of a
 * browser and this file against those of a server alone.
 */
const VIEWER_BENCH = new URL('../../viewer/bench/run.ts', import.meta.url).href;

async function benchViewer(wanted: { readonly series: boolean; readonly slides: boolean }): Promise<BenchRow[]> {
  const part = (await import(VIEWER_BENCH)) as {
    benchViewer(
      quick: boolean,
      rounds: number | null,
      parts: typeof wanted,
      tell: (text: string) => void,
    ): Promise<BenchRow[]>;
  };
  return part.benchViewer(values.quick, rounds, wanted, (text) => process.stderr.write(`viewer: ${text}\n`));
}

/** `dicomweb` is all of it, `dicomweb.frames` a part alone. */
function isWanted(part: string): boolean {
  const { only } = values;
  if (only === undefined) return true;
  const [whole = part] = part.split('.');
  return only.some((name) => name === part || name === whole || name.startsWith(`${part}.`));
}

const PARTS: Readonly<Record<string, (server: ProductServer, folder: string) => Promise<BenchRow[]>>> = {
  upload: (server, folder) => benchUpload(server, folder, uploadBytes),
  stow: (server, folder) => benchStow(server, folder, values.quick ? 100 : 400),
  frames: (server, folder) => benchFrames(server, folder, seconds),
  tiles: (server, folder) => benchTiles(server, folder, seconds),
  slides: (server, folder) =>
    benchSlides(server, folder, { seconds: values.quick ? 1 : 2, rounds: rounds ?? (values.quick ? 1 : 5) }),
  conditions: (server, folder) =>
    benchSlideConditions(server, folder, {
      seconds: values.quick ? 2 : 5,
      rounds: rounds ?? (values.quick ? 3 : 5),
      uploadBytes: values.quick ? 512 * 1024 ** 2 : 2 * 1024 ** 3,
      slides: values.quick ? 80 : 200,
    }),
  dicomweb: (server, folder) =>
    benchDicomweb(
      server,
      folder,
      {
        ...{ seconds: values.quick ? 2 : 5, rounds: rounds ?? (values.quick ? 1 : 5), stored: values.quick ? 40 : 100 },
      },
      (part) => isWanted(`dicomweb.${part}`),
    ),
  search: (server, folder) => benchSearch(server, folder, values.quick ? 10_000 : 100_000, seconds),
};

const folder = await mkdtemp(join(tmpdir(), 'consilium-bench-'));
const rows: BenchRow[] = [];
try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (!isWanted(name)) continue;
    process.stderr.write(`${name} …\n`);
    // Each part meets a fresh server, so that no figure depends on what was measured before it.
    const server = await startProduct(join(folder, 'data'));
    try {
      rows.push(...(await part(server, folder)));
    } finally {
      await server.stop();
      await rm(join(folder, 'data'), { recursive: true, force: true });
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const viewer = { series: isWanted('viewer') || isWanted('series'), slides: isWanted('viewer') || isWanted('slides') };
if (viewer.series || viewer.slides) rows.push(...(await benchViewer(viewer)));
const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
};
process.stdout.write(`${machine.cores} × ${machine.processor}, ${machine.memoryGb} GB, Node ${machine.node}\n\n`);
process.stdout.write(`${table(rows)}\n`);
await writeFile(values.out, `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`);
process.stderr.write(`written to ${values.out}\n`);
