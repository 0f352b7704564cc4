/** Slides whose tiles are decoded in other processes: hostile ones cost their own tile, sound ones look as they did. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeDicomSlide } from '#fixtures/dicom-slide.ts';
import { encodeMirax } from '#fixtures/mirax-file.ts';
import { VENDOR_SLIDES } from '#fixtures/vendor-slides.ts';
import { testPicture } from '#fixtures/vendor-tiff.ts';
import { encodePng, filledRaster } from '#server/codecs/raster.ts';
import { createSlideDecodePools, createSlideDecoder } from '#server/codecs/slide-decoder.ts';
import { decodeHere } from '#server/codecs/slide-decoding.ts';
import { createWorkerPool, type WorkerPool } from '#server/codecs/worker-pool.ts';
import { openSlide } from '#server/slides/open-slide.ts';
import type { Slide } from '#server/slides/slide.ts';
import { memorySource } from '#server/slides/source.ts';
import { pictureFields, tiffSample } from '#server/slides/tiff-sample.ts';
import { createSlidePool } from './slide-pool.ts';
import { createTileService } from './tile-service.ts';

const folder = await mkdtemp(join(tmpdir(), 'slide-decoder-'));
afterAll(() => rm(folder, { recursive: true }));

/** A worker that decodes as ours does, but hangs, dies or eats memory at the sight of three first bytes. */
const ENTRY = pathToFileURL(join(folder, 'misbehaving.mjs'));
const TASKS = new URL('../codecs/slide-decoding.ts', import.meta.url).href;
const PROTOCOL = new URL('../codecs/worker-protocol.ts', import.meta.url).href;
await writeFile(
  ENTRY,
  `const { decodeHere } = await import(${JSON.stringify(TASKS)});
  const { serveTasks } = await import(${JSON.stringify(PROTOCOL)});
  const hold = [];
  serveTasks({
    'slide-segment': async (input) => {
      if (input.bytes[0] === 1) for (;;);
      if (input.bytes[0] === 2) process.exit(3);
      if (input.bytes[0] === 3) for (;;) hold.push(new Uint8Array(8e6).fill(1));
      return decodeHere.segment(input);
    },
  });`,
);

const SIDE = 32;
const page = (first: readonly number[]) => ({
  fields: pictureFields({ width: SIDE * first.length, height: SIDE, tile: SIDE }),
  segments: { kind: 'tiles' as const, data: first.map((value) => new Uint8Array(SIDE * SIDE * 3).fill(value)) },
});

function misbehaving(timeoutMs = 4000) {
  const open = (): WorkerPool =>
    createWorkerPool({ entry: ENTRY, size: 1, memoryMb: 400, timeoutMs, nativeModules: true });
  const pools = { tiles: open(), pictures: open() };
  const pool = createSlidePool({
    maxOpen: 2,
    decoder: createSlideDecoder(pools),
    open: async () => memorySource(tiffSample([page([9, 1, 2, 3, 200])])),
  });
  const tiles = createTileService(pool);
  return {
    tiles,
    async close() {
      await tiles.close();
      await Promise.all([pools.tiles.close(), pools.pictures.close()]);
    },
  };
}

describe('a tile that misbehaves', () => {
  it('by hanging, killing its decoder or eating memory is one error, and the next tile is served', async () => {
    const { tiles, close } = misbehaving();
    const codes = [];
    for (const column of [0, 1, 2, 3, 4]) {
      const asked = tiles.tile('slide', 0, column, 0);
      codes.push(
        await asked.then(
          ({ mediaType }) => mediaType,
          (error) => [error.code, error.params.column],
        ),
      );
    }
    expect(codes).toEqual([
      'image/png',
      ['TILE_UNDECODABLE', 1],
      ['TILE_UNDECODABLE', 2],
      ['TILE_UNDECODABLE', 3],
      'image/png',
    ]);
    await close();
  }, 60_000);

  it('is given up when whoever asked has left', async () => {
    // So long that only giving up lets the next tile through within the time of this test.
    const { tiles, close } = misbehaving(600_000);
    await tiles.tile('slide', 0, 0, 0);
    const leaving = new AbortController();
    const hung = tiles.tile('slide', 0, 1, 0, leaving.signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const next = tiles.tile('slide', 0, 4, 0);
    leaving.abort(new Error('left'));
    await expect(hung).rejects.toThrow('left');
    expect(await next).toMatchObject({ mediaType: 'image/png' });
    await close();
  }, 30_000);
});

describe('decoded in other processes, every slide looks as it does decoded here', async () => {
  const pools = createSlideDecodePools(1);
  afterAll(() => Promise.all([pools.tiles.close(), pools.pictures.close()]));
  const apart = createSlideDecoder(pools);

  async function seen(slide: Slide) {
    const tiles = [];
    for (const level of slide.description.levels.keys()) {
      const first = slide.firstStoredTile(level);
      if (first === null) continue;
      const { data } = await slide.decodedTile(level, first.column, first.row);
      const { bytes, version } = await slide.tile(level, first.column, first.row);
      tiles.push({ version, data: Buffer.from(data), bytes: Buffer.from(bytes) });
    }
    const images = [];
    for (const { name } of slide.description.associatedImages) {
      images.push(Buffer.from((await slide.associatedImage(name)).bytes));
    }
    return { description: slide.description, tiles, images };
  }

  const slides: { name: string; build: () => Promise<Uint8Array> }[] = [
    ...VENDOR_SLIDES,
    { name: '3DHISTECH MRXS', build: encodeMirax },
    {
      name: 'DICOM',
      async build() {
        const form = { pictures: [[testPicture(100, 70)]], tile: 32, organization: 'TILED_SPARSE' } as const;
        return encodeDicomSlide(form)[0] ?? new Uint8Array(0);
      },
    },
    { name: 'a flat picture', build: () => encodePng(filledRaster(700, 300, [10, 90, 200])) },
  ];
  it.each(slides)('$name', async ({ build }) => {
    const bytes = await build();
    const here = await openSlide(memorySource(bytes), { decoder: decodeHere });
    const there = await openSlide(memorySource(bytes), { decoder: apart });
    expect(await seen(there)).toEqual(await seen(here));
    await Promise.all([here.close(), there.close()]);
  });
});
