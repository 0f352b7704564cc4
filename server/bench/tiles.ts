import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRandom } from '#fixtures/random.ts';
import { writeSlide } from '#fixtures/slide.ts';
import { type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';
import { type BenchRow, load, loadBare, toRow } from './measure.ts';
import type { ProductServer } from './product-server.ts';

const CONNECTIONS = 8;
const HOT_TILES = 64;
const COLD_REQUESTS = 4000;
const run = promisify(execFile);

/** Tiles of a slide of more than 50,000 px: a few over and over, all over the slide, and with the page cache empty. */
export async function benchTiles(server: ProductServer, folder: string, seconds: number): Promise<BenchRow[]> {
  const path = join(folder, 'huge.svs');
  await writeSlide(path, { repeat: { across: 3, down: 3 }, bigTiff: true });
  await server.import(path);
  const { slides } = (await server.getJson(materialPaths.material(server.consultationId))) as Material;
  const slide = slides.find(({ name }) => name === 'huge.svs');
  if (slide === undefined || slide.width < 50_000) throw new Error('the slide is not as large as it should be');
  const size = `${slide.width} × ${slide.height} px, ${Math.round(slide.sizeBytes / 1e6)} MB`;

  const random = createRandom(7);
  const anywhere = randomTiles(slide, 20_000, random);
  const hot = anywhere.slice(0, HOT_TILES);
  const bodies = await Promise.all(hot.map(async (tile) => bytesOf(server, tile)));
  const job = { connections: CONNECTIONS, seconds };
  const bare = await loadBare(join(folder, 'tiles.bin'), bodies, 'image/jpeg', job, hot);
  const ask = { base: server.base, headers: server.headers, ...job };

  const rows = [toRow('tiles, bare Node', 'req/s', bare, { rssMb: null, bare: null, note: 'from memory' })];
  const hotResult = await load(ask, hot);
  rows.push(toRow('tiles, hot', 'req/s', hotResult, { rssMb: (await server.memory()).server, bare }));
  const randomResult = await load(ask, anywhere);
  rows.push(toRow('tiles, random', 'req/s', randomResult, { rssMb: (await server.memory()).server, bare, note: size }));

  const evicted = await evict(join(folder, 'data', 'blobs'));
  const cold = await load(
    { base: server.base, headers: server.headers, connections: CONNECTIONS, requests: COLD_REQUESTS },
    randomTiles(slide, COLD_REQUESTS, random),
  );
  const note = evicted ? 'page cache evicted first' : 'the page cache could not be evicted here';
  rows.push(toRow('tiles, uncached random', 'req/s', cold, { rssMb: (await server.memory()).server, bare, note }));
  return rows;
}

/** Level 0 only: most tiles of a slide lie there. */
function randomTiles(slide: SlideSummary, count: number, random: () => number): string[] {
  const { columns = 1, rows = 1 } = slide.levels[0] ?? {};
  return Array.from({ length: count }, () =>
    materialPaths.tile(slide.id, 0, Math.floor(random() * columns), Math.floor(random() * rows)),
  );
}

async function bytesOf(server: ProductServer, path: string): Promise<Uint8Array> {
  const answer = await fetch(server.base + path, { headers: server.headers });
  return new Uint8Array(await answer.arrayBuffer());
}

/** Asks the kernel to forget the cached pages of all large stored files. */
async function evict(blobs: string): Promise<boolean> {
  try {
    for (const name of await readdir(blobs, { recursive: true })) {
      const path = join(blobs, name);
      const found = await stat(path);
      if (!found.isFile() || found.size < 1 << 20) continue;
      await run('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
    }
    return true;
  } catch {
    return false;
  }
}
