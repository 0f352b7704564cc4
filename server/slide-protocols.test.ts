/** Slides in the protocols of others: Deep Zoom, IIIF, and regions that are taken along. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSlide } from '#fixtures/slide.ts';
import { importPath } from '#server/domain/import-path.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { type Material, materialPaths, type SlideSummary } from '#shared/api/material.ts';
import { slideImagePaths } from '#shared/api/slide-images.ts';
import { deepZoomMaxLevel, deepZoomTile } from '#shared/imaging/deep-zoom.ts';
import type { IiifInformation } from '#shared/imaging/iiif-information.ts';

const run = promisify(execFile);
const DATA = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../shared/data'));
const REAL_SLIDE = join(DATA, 'wsi/CMU-1-Small-Region.svs');
const hasOracle =
  existsSync(REAL_SLIDE) &&
  (await run('/usr/bin/python3', ['-c', 'import openslide, PIL, numpy']).then(
    () => true,
    () => false,
  ));

let server: TestServer;
let referrer: SignedIn;
let slide: SlideSummary;
let real: SlideSummary | undefined;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slide-protocols-'));
  server = await startTestServer({ PUBLIC_URL: 'https://slides.example.org/' });
  referrer = await server.as('referrer');
  const consultation = await server.draft();
  const made = join(folder, 'biopsy.svs');
  await writeSlide(made, { width: 1500, height: 1100 });
  for (const path of existsSync(REAL_SLIDE) ? [made, REAL_SLIDE] : [made]) {
    const needs = { path, consultationId: consultation.id, actor: referrer.principal };
    expect((await importPath(server.services.material.ingest, needs, AbortSignal.timeout(30_000))).refused).toEqual([]);
  }
  const held = (await referrer.get(materialPaths.material(consultation.id))).json() as Material;
  slide = held.slides.find(({ name }) => name === 'biopsy.svs')!;
  real = held.slides.find(({ name }) => name === 'CMU-1-Small-Region.svs');
}, 60_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function pixels(bytes: Uint8Array): Promise<{ data: Buffer; width: number; height: number; channels: number }> {
  const { data, info } = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
}

function difference(one: Uint8Array, other: Uint8Array): { most: number; mean: number } {
  expect(one.length).toBe(other.length);
  let [most, sum] = [0, 0];
  for (const [at, value] of one.entries()) {
    const apart = Math.abs(value - other[at]!);
    most = Math.max(most, apart);
    sum += apart;
  }
  return { most, mean: sum / one.length };
}

const dzi = (level: number, column: number, row: number, of = slide) =>
  referrer.get(slideImagePaths.deepZoomTile(of.id, level, `${column}_${row}.jpeg`));
const iiif = (path: string, headers: Record<string, string> = {}) =>
  referrer.inject({ method: 'GET', url: `${slideImagePaths.iiif(slide.id)}/${path}`, headers });

describe('Deep Zoom', () => {
  test('the document states size, tiles and format', async () => {
    const answer = await referrer.get(slideImagePaths.deepZoom(slide.id));
    expect(answer.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(answer.body).toContain(
      'xmlns="http://schemas.microsoft.com/deepzoom/2008" TileSize="240" Overlap="0" Format="jpeg"',
    );
    expect(answer.body).toContain('<Size Width="1500" Height="1100"/>');
  });

  test('whole tiles of full resolution go out as stored, those at the border are cut', async () => {
    const top = deepZoomMaxLevel(slide);
    const stored = await referrer.get(materialPaths.tile(slide.id, 0, 2, 1));
    expect((await dzi(top, 2, 1)).rawPayload.equals(stored.rawPayload)).toBe(true);
    const edge = await pixels((await dzi(top, 6, 4)).rawPayload);
    expect([edge.width, edge.height]).toEqual([1500 - 6 * 240, 1100 - 4 * 240]);
  });

  test('every level is there, its tiles fill it, and none lies beyond', async () => {
    for (const level of [0, 4, 7, 8, 10, 11]) {
      let [columns, rows] = [0, 0];
      while (deepZoomTile(slide, level, columns, 0) !== null) columns++;
      while (deepZoomTile(slide, level, 0, rows) !== null) rows++;
      const last = await dzi(level, columns - 1, rows - 1);
      expect(last.statusCode, `level ${level}`).toBe(200);
      const { rectangle } = deepZoomTile(slide, level, columns - 1, rows - 1)!;
      const { width, height } = await pixels(last.rawPayload);
      expect([width, height]).toEqual([rectangle.width, rectangle.height]);
      expect((await dzi(level, columns, 0)).json().code).toBe('TILE_OUT_OF_RANGE');
    }
    expect((await dzi(deepZoomMaxLevel(slide) + 1, 0, 0)).statusCode).toBe(404);
    expect((await referrer.get(slideImagePaths.deepZoomTile(slide.id, 3, '0-0.jpeg'))).statusCode).toBe(400);
  });

  test('a tile is not sent twice', async () => {
    const url = slideImagePaths.deepZoomTile(slide.id, 8, '0_0.jpeg');
    const { headers } = await referrer.get(url);
    expect(headers['cache-control']).toBe('private, no-cache');
    const again = await referrer.inject({ method: 'GET', url, headers: { 'if-none-match': String(headers.etag) } });
    expect(again.statusCode).toBe(304);
  });

  test.skipIf(!hasOracle)(
    'levels, sizes and pixels are those of OpenSlide’s DeepZoomGenerator',
    async () => {
      const script = `
import json, sys, numpy, openslide
from PIL import Image
from openslide.deepzoom import DeepZoomGenerator
slide = openslide.open_slide(sys.argv[1])
zoom = DeepZoomGenerator(slide, tile_size=240, overlap=0, limit_bounds=False)
print(json.dumps({'dimensions': zoom.level_dimensions, 'tiles': zoom.level_tiles}))
whole = numpy.asarray(slide.read_region((0, 0), 0, slide.dimensions).convert('RGB')).astype(float)
for level, column, row in json.loads(sys.argv[2]):
    tile = zoom.get_tile(level, (column, row))
    tile.save('%s/%d-%d-%d.png' % (sys.argv[3], level, column, row))
    scale = 2 ** (zoom.level_count - 1 - level)
    means = numpy.empty((tile.height, tile.width, 3))
    for y in range(tile.height):
        for x in range(tile.width):
            top, left = (row * 240 + y) * scale, (column * 240 + x) * scale
            means[y, x] = whole[top:top + scale, left:left + scale].mean((0, 1))
    Image.fromarray(means.round().astype('uint8')).save('%s/%d-%d-%d-mean.png' % (sys.argv[3], level, column, row))
`;
      const top = deepZoomMaxLevel(real!);
      const places = [
        [top, 0, 0],
        [top, 9, 12],
        [top - 1, 4, 6],
        [top - 1, 2, 3],
        [top - 3, 1, 1],
        [top - 4, 0, 0],
      ];
      const { stdout } = await run('/usr/bin/python3', ['-c', script, REAL_SLIDE, JSON.stringify(places), folder]);
      const { dimensions, tiles } = JSON.parse(stdout) as { dimensions: number[][]; tiles: number[][] };
      expect(dimensions.length).toBe(top + 1);
      for (const [level, counts] of tiles.entries()) {
        const [columns = 0, rows = 0] = counts;
        const last = deepZoomTile(real!, level, columns - 1, rows - 1);
        expect([last!.rectangle.x + last!.rectangle.width, last!.rectangle.y + last!.rectangle.height]).toEqual(
          dimensions[level],
        );
        expect(deepZoomTile(real!, level, columns, 0)).toBeNull();
      }
      for (const [level = 0, column = 0, row = 0] of places) {
        const ours = await pixels((await dzi(level, column, row, real)).rawPayload);
        const read = (ending: string) =>
          sharp(join(folder, `${level}-${column}-${row}${ending}.png`))
            .removeAlpha()
            .raw()
            .toBuffer();
        const [theirs, means] = [await read(''), await read('-mean')];
        const what = `${level} ${column} ${row}`;
        if (level === top && column < 9 && row < 12) {
          expect(difference(ours.data, theirs).most, what).toBe(0);
          continue;
        }
        // Ours are means of areas, exactly so before JPEG; theirs are shrunk by a filter that keeps more of the finest detail.
        const { onSlide, rectangle } = deepZoomTile(real!, level, column, row)!;
        const area = `${onSlide.x},${onSlide.y},${onSlide.width},${onSlide.height}`;
        const inside = onSlide.x + onSlide.width <= real!.width && onSlide.y + onSlide.height <= real!.height;
        if (inside) {
          const url = `${slideImagePaths.iiif(real!.id)}/${area}/${rectangle.width},${rectangle.height}/0/default.png`;
          const lossless = await pixels((await referrer.get(url)).rawPayload);
          expect(difference(lossless.data, means).most, what).toBeLessThanOrEqual(1);
        }
        expect(difference(ours.data, means).mean, what).toBeLessThan(7);
        expect(difference(ours.data, theirs).mean, what).toBeLessThan(8);
      }
    },
    60_000,
  );
});

describe('IIIF Image API 3.0', () => {
  test('5: the image information', async () => {
    const answer = await iiif('info.json');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const information = answer.json() as IiifInformation;
    expect(information).toMatchObject({
      '@context': 'http://iiif.io/api/image/3/context.json',
      id: `https://slides.example.org/iiif/3/${slide.id}`,
      type: 'ImageService3',
      protocol: 'http://iiif.io/api/image',
      profile: 'level2',
      ...{ width: 1500, height: 1100 },
      tiles: [{ width: 240, height: 240, scaleFactors: [1, 2, 4, 8] }],
    });
    const { sizes } = information;
    expect(sizes.map(({ width }) => width)).toEqual(sizes.map(({ width }) => width).toSorted((a, b) => a - b));
    for (const { width, height } of sizes) {
      const { width: w, height: h } = await pixels((await iiif(`full/${width},${height}/0/default.jpg`)).rawPayload);
      expect([w, h]).toEqual([width, height]);
    }
  });

  test('5.1: JSON-LD for those who ask for it', async () => {
    const { headers } = await iiif('info.json', { accept: 'application/ld+json' });
    expect(headers['content-type']).toBe('application/ld+json;profile="http://iiif.io/api/image/3/context.json"');
    expect(String(headers.vary)).toContain('accept');
  });

  test('2: the base address leads to the information', async () => {
    const answer = await referrer.get(slideImagePaths.iiif(slide.id));
    expect([answer.statusCode, answer.headers.location]).toEqual([
      303,
      `https://slides.example.org/iiif/3/${slide.id}/info.json`,
    ]);
  });

  test('every tile of the information can be had, and level-0 ones are the stored pixels', async () => {
    const { tiles } = (await iiif('info.json')).json() as IiifInformation;
    const { width: side, scaleFactors } = tiles[0]!;
    for (const factor of scaleFactors) {
      // Section 5.4 and Annex "implementation notes": the last tile of the level, in the form clients write.
      const x = Math.floor((slide.width - 1) / (side * factor)) * side * factor;
      const y = Math.floor((slide.height - 1) / (side * factor)) * side * factor;
      const [w, h] = [Math.min(side * factor, slide.width - x), Math.min(side * factor, slide.height - y)];
      const [wide, high] = [Math.ceil(w / factor), Math.ceil(h / factor)];
      const answer = await iiif(`${x},${y},${w},${h}/${wide},${high}/0/default.jpg`);
      expect(answer.statusCode, answer.body).toBe(200);
      const { width, height } = await pixels(answer.rawPayload);
      expect([width, height]).toEqual([wide, high]);
    }
    const exact = await pixels((await iiif('240,240,240,240/max/0/default.png')).rawPayload);
    const stored = await pixels((await referrer.get(materialPaths.tile(slide.id, 0, 1, 1))).rawPayload);
    expect(difference(exact.data, stored.data).most).toBe(0);
  });

  test('4.3: turned clockwise after mirroring', async () => {
    const at = async (turn: string) => pixels((await iiif(`0,0,60,40/max/${turn}/default.png`)).rawPayload);
    const upright = await at('0');
    const pixel = (picture: Awaited<ReturnType<typeof at>>, x: number, y: number) => [
      ...picture.data.subarray((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3),
    ];
    const places: [string, number, number, (x: number, y: number) => [number, number]][] = [
      ['90', 40, 60, (x, y) => [39 - y, x]],
      ['180', 60, 40, (x, y) => [59 - x, 39 - y]],
      ['270', 40, 60, (x, y) => [y, 59 - x]],
      ['!0', 60, 40, (x, y) => [59 - x, y]],
      ['!90', 40, 60, (x, y) => [39 - y, 59 - x]],
      ['!270', 40, 60, (x, y) => [y, x]],
    ];
    for (const [turn, width, height, to] of places) {
      const turned = await at(turn);
      expect([turned.width, turned.height], turn).toEqual([width, height]);
      for (const [x, y] of [
        [3, 5],
        [50, 30],
        [0, 39],
      ] as const) {
        expect(pixel(turned, ...to(x, y)), `${turn} at ${x},${y}`).toEqual(pixel(upright, x, y));
      }
    }
  });

  test('4.4 and 4.5: qualities and formats', async () => {
    const asked = async (file: string) => {
      const answer = await iiif(`400,300,200,100/100,/0/${file}`);
      expect(answer.statusCode, file).toBe(200);
      const { format, channels } = await sharp(answer.rawPayload).metadata();
      return { type: answer.headers['content-type'], format, channels, answer };
    };
    expect(await asked('color.jpg')).toMatchObject({ type: 'image/jpeg', format: 'jpeg', channels: 3 });
    expect(await asked('default.png')).toMatchObject({ type: 'image/png', format: 'png', channels: 3 });
    expect(await asked('default.webp')).toMatchObject({ type: 'image/webp', format: 'webp', channels: 3 });
    expect(await asked('default.tif')).toMatchObject({ type: 'image/tiff', format: 'tiff', channels: 3 });
    expect(await asked('gray.jpg')).toMatchObject({ format: 'jpeg', channels: 1 });
    const bitonal = await asked('bitonal.png');
    expect(new Set((await pixels(bitonal.answer.rawPayload)).data)).toEqual(new Set([0, 255]));
  });

  test('4.7 and 6: links to the canonical address and the profile', async () => {
    const { headers } = await iiif('pct:0,0,100,100/,110/360/color.jpg');
    expect(headers.link).toBe(
      `<https://slides.example.org/iiif/3/${slide.id}/full/150,110/0/default.jpg>;rel="canonical", ` +
        '<http://iiif.io/api/image/3/level2.json>;rel="profile"',
    );
  });

  test('equal pictures have one tag, and are not sent twice', async () => {
    const first = await iiif('full/!150,150/0/default.jpg');
    const etag = String(first.headers.etag);
    expect((await iiif('full/150,/0/color.jpg', { 'if-none-match': etag })).statusCode).toBe(304);
    expect((await iiif('full/150,/0/gray.jpg', { 'if-none-match': etag })).statusCode).toBe(200);
  });

  test('HEAD says what GET would send', async () => {
    const url = `${slideImagePaths.iiif(slide.id)}/full/100,/0/default.jpg`;
    const [head, get] = [await referrer.inject({ method: 'HEAD', url }), await referrer.get(url)];
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      String(get.rawPayload.length),
    ]);
  });

  test('a bad request is a sentence', async () => {
    const answer = await iiif('full/9000,/0/default.jpg');
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toBe(
      'This is no IIIF image request: the size is larger than the region of 1500 × 1100 px; write ^ to enlarge.',
    );
    expect((await iiif('full/max/45/default.jpg')).statusCode).toBe(501);
    expect((await iiif('full/max/0/default.jp2')).json().code).toBe('IIIF_UNSUPPORTED');
  });

  test('7: other origins may read, but not with our cookie', async () => {
    const { headers } = await iiif('info.json', { origin: 'https://viewer.example.net' });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    const url = `${slideImagePaths.iiif(slide.id)}/full/100,/0/default.jpg`;
    const without = await server.anonymous({ method: 'GET', url, headers: { origin: 'https://viewer.example.net' } });
    expect([without.statusCode, without.headers['access-control-allow-origin']]).toEqual([401, '*']);
    const asked = await server.anonymous({ method: 'OPTIONS', url, headers: { origin: 'https://viewer.example.net' } });
    expect([asked.statusCode, asked.headers['access-control-allow-headers']]).toEqual([
      204,
      'Authorization, If-None-Match, Accept',
    ]);
    const token = await referrer.post('/api/tokens', { name: 'IIIF client', days: 1 });
    expect(token.statusCode).toBeLessThan(300);
    const authorization = `Bearer ${token.json().token}`;
    expect((await server.anonymous({ method: 'GET', url, headers: { authorization } })).statusCode).toBe(200);
  });
});

describe('a region that is taken along', () => {
  const region = (query: string, of = slide) => referrer.get(`${slideImagePaths.region(of.id)}?${query}`);

  test.each([
    ['png', 'png'],
    ['tiff', 'tif'],
  ])('%s holds the stored pixels, their scale and no name', async (format, ending) => {
    const answer = await region(`x=230&y=235&width=300&height=260&format=${format}`);
    expect(answer.headers['content-type']).toBe(`image/${format}`);
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="slide-${slide.id.slice(0, 8)}-x230-y235-300x260.${ending}"`,
    );
    expect([answer.headers['x-slide-mpp'], answer.headers['x-slide-mpp-source']]).toEqual([
      '0.499 0.499',
      'aperio-description',
    ]);
    const ours = await pixels(answer.rawPayload);
    const tile = await pixels((await referrer.get(materialPaths.tile(slide.id, 0, 1, 1))).rawPayload);
    for (let y = 5; y < 240; y += 47) {
      const row = ours.data.subarray((y * 300 + 10) * 3, (y * 300 + 250) * 3);
      expect(row.equals(tile.data.subarray((y - 5) * 240 * 3, (y - 4) * 240 * 3))).toBe(true);
    }
    const { density, icc } = await sharp(answer.rawPayload).metadata();
    // px per inch
    expect(density).toBeCloseTo(25_400 / 0.499, -1);
    const made = await sharp(join(folder, 'biopsy.svs')).metadata();
    expect(icc?.length ?? 0).toBe(made.icc?.length ?? 0);
  });

  test('JPEG, smaller, states the scale of its own pixels', async () => {
    const answer = await region('x=0&y=0&width=1000&height=800&downsample=2.5&format=jpeg');
    const { width, height, density } = await sharp(answer.rawPayload).metadata();
    expect([width, height]).toEqual([400, 320]);
    expect(density).toBeCloseTo(25_400 / (0.499 * 2.5), 0);
    expect(answer.headers['x-slide-mpp']).toBe('1.2475 1.2475');
  });

  test.skipIf(!hasOracle)('equals what OpenSlide reads, and libtiff and OpenSlide read it', async () => {
    const answer = await region('x=1100&y=1337&width=701&height=503&format=tiff', real);
    const path = join(folder, 'region.tif');
    await writeFile(path, answer.rawPayload);
    const script = `
import sys, json, numpy, openslide
from PIL import Image
theirs = numpy.asarray(openslide.open_slide(sys.argv[1]).read_region((1100, 1337), 0, (701, 503)).convert('RGB')).astype(int)
picture = Image.open(sys.argv[2])
ours = numpy.asarray(picture).astype(int)
tags = picture.tag_v2
print(json.dumps({'most': int(abs(ours - theirs).max()), 'resolution': float(tags[282]), 'unit': tags[296], 'description': tags[270]}))
`;
    const { stdout } = await run('/usr/bin/python3', ['-c', script, REAL_SLIDE, path]);
    expect(JSON.parse(stdout)).toMatchObject({
      most: 0,
      unit: 3,
      resolution: expect.closeTo(10_000 / 0.499, 1),
      description: expect.stringMatching(
        /^Part of a whole slide image\|sha256=[0-9a-f]{64} x=1100 y=1337 .* mpp=0.499,0.499 mpp_source=aperio-description$/,
      ),
    });
  });

  test.each([
    ['x=0&y=0&width=0&height=10', 400, /width/],
    ['x=1400&y=0&width=200&height=10', 422, /beyond the 1500 × 1100 px/],
    ['x=0&y=0&width=10&height=10&format=bmp', 400, /format/],
    ['x=0&y=0&width=10&height=10&downsample=0.5', 400, /downsample/],
    ['x=0&y=0&width=10&height=10&focalPlane=3', 404, /focal plane/],
    ['x=0&y=0&width=10&height=10&channels=0,0', 400, /twice/],
  ])('%s is refused: %i', async (query, status, sentence) => {
    const answer = await region(query);
    expect([answer.statusCode, answer.json().message]).toEqual([status, expect.stringMatching(sentence)]);
  });

  test('each one is a row of the audit trail', async () => {
    const rows = async () =>
      (await server.services.db.audit.page({ limit: 500 })).filter(
        ({ action, subject }) => action === 'slide.region.export' && subject === slide.id,
      ).length;
    const before = await rows();
    await region('x=0&y=0&width=10&height=10');
    await region('x=0&y=0&width=10&height=10');
    expect((await rows()) - before).toBe(2);
  });
});
