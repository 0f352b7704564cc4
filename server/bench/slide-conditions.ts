import { createReadStream } from 'node:fs';
import { appendFile, copyFile, mkdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { type PaintedSection, paintSection, writeLargeSlide } from '#fixtures/large-slide.ts';
import { createRandom } from '#fixtures/random.ts';
import { type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';
import { type BenchRow, load, toRow } from './measure.ts';
import { cpuMsOfTree } from './process-figures.ts';
import { type ProductServer, startProduct } from './product-server.ts';
import { goalRow } from './slide-goals.ts';
import { median } from './tile-rounds.ts';

export interface ConditionsSize {
  readonly seconds: number;
  readonly rounds: number;
  /** Of the upload that runs while tiles are asked for. */
  readonly uploadBytes: number;
  /** Slides that are opened one after the other. */
  readonly slides: number;
}

const CONNECTIONS = 4;
const FIRST_VIEW = { tiles: 24, connections: 6 } as const;
const PLAIN = { range: null, p50: null, p95: null, p99: null, rssMb: null, ratio: null } as const;

/**
 * Slides as they are in the middle of work: tiles that must be made, the first view of a slide of 100,000 px that nobody has
 * opened, tiles while a large file arrives and while levels are made, and memory with many slides looked at.
 */
export async function benchSlideConditions(
  server: ProductServer,
  folder: string,
  size: ConditionsSize,
): Promise<BenchRow[]> {
  const section = await paintSection({ side: 3840, levels: 3 });
  const rows: BenchRow[] = [];
  for (const part of [decodedTiles, firstView, besideOtherWork, manySlides]) {
    process.stderr.write(`  ${part.name}\n`);
    rows.push(...(await part(server, folder, section, size)));
  }
  return rows;
}

/** Deflated tiles, each asked for once, so that each is unpacked and encoded. */
async function decodedTiles(
  server: ProductServer,
  folder: string,
  _section: PaintedSection,
  { seconds }: ConditionsSize,
): Promise<BenchRow[]> {
  const path = join(folder, 'deflated.tif');
  const side = 5120;
  await sharp({
    create: {
      width: side,
      height: side,
      channels: 3,
      background: '#caa',
      noise: { type: 'gaussian', mean: 190, sigma: 12 },
    },
    limitInputPixels: false,
  })
    .tiff({ compression: 'deflate', tile: true, tileWidth: 256, tileHeight: 256, pyramid: true })
    .toFile(path);
  const slide = await stored(server, path, 'deflated.tif');
  const result = await load(
    { base: server.base, headers: server.headers, connections: CONNECTIONS, seconds, inOrder: true },
    tilesOf(slide, 0, 20_000),
  );
  return [
    toRow('tiles, decoded', 'tiles/s', result, {
      rssMb: (await server.memory()).server,
      bare: null,
      note: 'deflate to PNG, 256 px',
    }),
  ];
}

/** What the viewer asks for first, of a server that has not opened the slide: its facts and a screen of tiles. */
async function firstView(
  server: ProductServer,
  folder: string,
  section: PaintedSection,
  { rounds }: ConditionsSize,
): Promise<BenchRow[]> {
  const name = 'hundred-thousand.tif';
  const written = await writeLargeSlide(join(folder, name), section, { across: 27, down: 20, copies: 'shared' });
  const slide = await stored(server, written.path, name);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const fresh = await startProduct(join(folder, 'data'), {}, server);
    try {
      // Signing in and the first request of a process are not what is measured.
      await fresh.getJson(materialPaths.slides);
      const started = performance.now();
      const { levels, tileVersion, id } = (await fresh.getJson(materialPaths.slide(slide.id))) as SlideSummary;
      const level = levels.findIndex(({ width }) => width < 4000);
      const wanted = tilesOf({ id, levels, tileVersion }, level === -1 ? levels.length - 1 : level, FIRST_VIEW.tiles);
      const next = wanted.values();
      await Promise.all(
        Array.from({ length: FIRST_VIEW.connections }, async () => {
          for (const path of next) {
            const answer = await fetch(fresh.base + path, { headers: fresh.headers });
            if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
            await answer.arrayBuffer();
          }
        }),
      );
      times.push(performance.now() - started);
    } finally {
      await fresh.stop();
    }
  }
  return [
    {
      ...PLAIN,
      name: `first view of ${slide.width} × ${slide.height} px`,
      figure: median(times),
      unit: 'ms',
      range: [Math.min(...times), Math.max(...times)],
      note: `${FIRST_VIEW.tiles} tiles, slide not open before`,
    },
  ];
}

/** Tiles of one slide while others are uploaded or completed; neither may double what a tile takes. */
async function besideOtherWork(
  server: ProductServer,
  folder: string,
  section: PaintedSection,
  size: ConditionsSize,
): Promise<BenchRow[]> {
  const written = await writeLargeSlide(join(folder, 'looked-at.tif'), section, { across: 4, down: 4, copies: 'own' });
  const slide = await stored(server, written.path, 'looked-at.tif');
  const paths = tilesOf(slide, 0, 20_000);
  const ask = () =>
    load({ base: server.base, headers: server.headers, connections: CONNECTIONS, seconds: size.seconds }, paths);
  await ask();
  const alone = await ask();

  const padded = join(folder, 'arriving.tif');
  await copyFile(written.path, padded);
  await truncate(padded, Math.max(size.uploadBytes, written.sizeBytes));
  const upload = server.upload('arriving.tif', {
    stream: createReadStream(padded, { highWaterMark: 1 << 20 }),
    sizeBytes: Math.max(size.uploadBytes, written.sizeBytes),
  });
  const uploading = await ask();
  await upload;
  await quiet(server);

  // Two levels alone, far apart: those between are made.
  const gapped = await writeLargeSlide(
    join(folder, 'gapped.tif'),
    { ...section, levels: section.levels.slice(0, 1) },
    { across: 5, down: 4, copies: 'own' },
  );
  await server.import(gapped.path);
  const making = await ask();
  const rows = [
    toRow('tiles, nothing else', 'req/s', alone, { rssMb: (await server.memory()).server, bare: null }),
    toRow('tiles, while a file arrives', 'req/s', uploading, {
      rssMb: null,
      bare: alone,
      note: `${(size.uploadBytes / 1e9).toFixed(1)} GB by tus`,
    }),
    toRow('tiles, while levels are made', 'req/s', making, {
      rssMb: null,
      bare: alone,
      note: 'side pyramid and quality',
    }),
  ];
  return [
    ...rows,
    goalRow('goal: p50 of a tile while a file arrives', uploading.p50 / alone.p50, '×', { most: 2 }),
    goalRow('goal: p50 of a tile while levels are made', making.p50 / alone.p50, '×', { most: 2 }),
  ];
}

/** A tile of each of many slides with tables of 60,000 tiles. */
async function manySlides(
  server: ProductServer,
  folder: string,
  section: PaintedSection,
  size: ConditionsSize,
): Promise<BenchRow[]> {
  const many = join(folder, 'many');
  await mkdir(many);
  const written = await writeLargeSlide(join(folder, 'one-of-many.tif'), section, {
    across: 15,
    down: 16,
    copies: 'shared',
  });
  for (let count = 0; count < size.slides; count++) {
    const path = join(many, `slide-${count}.tif`);
    await copyFile(written.path, path);
    // Bytes behind the last table make it another file with the same pixels.
    await appendFile(path, Buffer.from(`slide ${count}`));
  }
  await server.import(many);
  const { slides } = (await server.getJson(materialPaths.material(server.consultationId))) as Material;
  const random = createRandom(3);
  for (const slide of slides.filter(({ name }) => name.includes('slide-'))) {
    const { columns = 1, rows = 1 } = slide.levels[0] ?? {};
    const path = materialPaths.tile(slide.id, 0, Math.floor(random() * columns), Math.floor(random() * rows));
    const answer = await fetch(server.base + path, { headers: server.headers });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    await answer.arrayBuffer();
  }
  const { server: rssMb } = await server.memory();
  return [goalRow(`goal: memory after ${size.slides} slides`, rssMb, 'MB', { most: 150 })];
}

async function stored(server: ProductServer, path: string, name: string): Promise<SlideSummary> {
  await server.import(path);
  const { slides } = (await server.getJson(materialPaths.material(server.consultationId))) as Material;
  const slide = slides.find((one) => one.name === name);
  if (slide === undefined) throw new Error(`${name} was not stored`);
  await quiet(server);
  return slide;
}

/** Waits until nothing runs in the background, or for half a minute. */
async function quiet(server: ProductServer): Promise<void> {
  let before = await cpuMsOfTree(server.pid);
  for (let turn = 0; turn < 15; turn++) {
    await wait(2000);
    const now = await cpuMsOfTree(server.pid);
    if (now - before < 200) return;
    before = now;
  }
}

function tilesOf(
  { id, levels, tileVersion }: Pick<SlideSummary, 'id' | 'levels' | 'tileVersion'>,
  level: number,
  most: number,
): string[] {
  const { columns = 1, rows = 1 } = levels[level] ?? {};
  const random = createRandom(11);
  const chosen = new Set<number>();
  const count = Math.min(most, columns * rows);
  while (chosen.size < count) chosen.add(Math.floor(random() * columns * rows));
  return [...chosen].map(
    (at) => `${materialPaths.tile(id, level, at % columns, Math.floor(at / columns))}?v=${tileVersion}`,
  );
}
