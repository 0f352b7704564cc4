/** Makes the levels a slide lacks, in the memory of some rows of tiles. */

import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { copyRaster, encodeJpeg, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { type SlideLevel, slideLevel, tileRectangle } from '#shared/imaging/pyramid.ts';
import type { SidePlan } from '#shared/imaging/side-levels.ts';
import { LevelAverage } from './level-average.ts';
import { PyramidFile, type PyramidFileLevel } from './pyramid-file.ts';
import { tilesOf } from './region.ts';
import type { Slide } from './slide.ts';

const deflated = promisify(deflate);

const TILE_SIDE = 512;
const JPEG_QUALITY = 90;
/** Tiles that are read while one is averaged. */
const READ_AHEAD = 3;

/** A level to be made, in the tiling of the side pyramid. */
export type PlannedLevel = SlideLevel & { readonly from: number };

/** The levels of a plan for the slide. */
export function plannedLevels({ description }: Pick<Slide, 'description'>, { missing }: SidePlan): PlannedLevel[] {
  const tiling = { tileWidth: TILE_SIDE, tileHeight: TILE_SIDE };
  return missing.map(({ from, ...size }) => ({ from, ...slideLevel(size, tiling, description) }));
}

/**
 * Writes the pyramid to `path`, which must not exist: level 0 first where the plan says so, then the missing levels from
 * fine to coarse. Pixels are means of areas in the colours as stored; what was lossy becomes JPEG, the rest stays lossless.
 * `onProgress` hears what share of the reading is done. Errors: TILE_UNDECODABLE and what reading the slide throws.
 */
export async function makeSidePyramid(
  slide: Slide,
  plan: SidePlan,
  path: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { withBase } = plan;
  const levels = plannedLevels(slide, plan);
  const codingOf = (level: number): PyramidFileLevel['coding'] =>
    slide.tileMediaType(level) === 'image/jpeg' ? 'jpeg' : 'deflate';
  const [base] = slide.description.levels;
  const bases = withBase && base !== undefined ? [{ ...base, coding: 'deflate' as const }] : [];
  const file = await PyramidFile.create(path, [
    ...bases,
    ...levels.map((level) => ({ ...level, coding: codingOf(level.from) })),
  ]);
  try {
    const sources = [...new Set([...(withBase ? [0] : []), ...levels.map(({ from }) => from)])];
    const all = sources.reduce((sum, source) => sum + tilesIn(slide, source), 0);
    let done = 0;
    for (const source of sources) {
      const made = levels.flatMap((level, index) =>
        level.from === source
          ? [new GrowingLevel(file, bases.length + index, level, sizeOf(slide, source), codingOf(source))]
          : [],
      );
      for await (const { tile, shown, isLastOfRow } of readTiles(slide, source, signal)) {
        if (withBase && source === 0) await file.add(0, await deflatedTile(tile));
        for (const level of made) level.take(tile, shown);
        if (isLastOfRow) for (const level of made) await level.settle(shown.y + shown.height);
        onProgress(++done / all);
      }
    }
    await file.finish();
  } catch (error) {
    await file.close();
    throw error;
  }
}

function sizeOf(slide: Slide, level: number): SlideLevel {
  const found = slide.description.levels[level];
  if (found === undefined) throw new RangeError(`The slide has no level ${level}.`);
  return found;
}

function tilesIn(slide: Slide, level: number): number {
  const { columns, rows } = sizeOf(slide, level);
  return columns * rows;
}

/** Every tile of a level, row by row, some being read ahead. */
async function* readTiles(slide: Slide, level: number, signal: AbortSignal) {
  const shape = sizeOf(slide, level);
  const places = tilesOf({ firstColumn: 0, lastColumn: shape.columns - 1, firstRow: 0, lastRow: shape.rows - 1 });
  const ahead: { column: number; row: number; tile: Promise<RasterImage> }[] = [];
  const readOn = (): void => {
    const { value: place } = places.next();
    if (place === undefined) return;
    const tile = slide.decodedTile(level, place.column, place.row, signal);
    // One that fails before its turn is heard of when its turn comes.
    tile.catch(() => {});
    ahead.push({ ...place, tile });
  };
  for (let count = 0; count < READ_AHEAD; count++) readOn();
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    signal.throwIfAborted();
    const tile = await next.tile;
    readOn();
    const shown = tileRectangle(shape, next.column, next.row);
    yield { tile, shown, isLastOfRow: next.column === shape.columns - 1 };
  }
}

/** A level whose rows arrive from top to bottom and leave as tiles. */
class GrowingLevel {
  readonly #file: PyramidFile;
  readonly #index: number;
  readonly #level: SlideLevel;
  readonly #coding: 'jpeg' | 'deflate';
  readonly #average: LevelAverage;
  /** The rows of the row of tiles under way. */
  #band: RasterImage;

  constructor(file: PyramidFile, index: number, level: SlideLevel, from: SlideLevel, coding: 'jpeg' | 'deflate') {
    this.#file = file;
    this.#index = index;
    this.#level = level;
    this.#coding = coding;
    this.#average = new LevelAverage(from, level);
    this.#band = filledRaster(level.width, level.tileHeight);
  }

  take(
    tile: RasterImage,
    shown: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  ): void {
    this.#average.add(tile, shown.x, shown.y, shown);
  }

  /** Writes what is complete once everything above `y` has been taken. */
  async settle(y: number): Promise<void> {
    const { width, height, tileHeight } = this.#level;
    for (const row of this.#average.finish(y)) {
      this.#band.data.set(row.data, (row.y % tileHeight) * width * 3);
      if ((row.y + 1) % tileHeight === 0 || row.y === height - 1) await this.#write(row.y % tileHeight);
    }
  }

  async #write(lastRow: number): Promise<void> {
    const { columns, tileWidth, tileHeight } = this.#level;
    for (let column = 0; column < columns; column++) {
      const tile = edged(this.#band, column * tileWidth, lastRow + 1, tileWidth, tileHeight);
      await this.#file.add(
        this.#index,
        this.#coding === 'jpeg' ? await encodeJpeg(tile, { quality: JPEG_QUALITY }) : await deflatedTile(tile),
      );
    }
  }
}

/** A tile cut out of the band; beyond the picture its last pixels go on, so that JPEG draws no edge into it. */
function edged(band: RasterImage, x: number, rows: number, width: number, height: number): RasterImage {
  const inside = Math.min(width, band.width - x);
  const tile = filledRaster(width, height);
  copyRaster(band, { x, y: 0, width: inside, height: rows }, tile, 0, 0);
  const stride = width * 3;
  for (let row = 0; row < rows; row++) {
    const line = tile.data.subarray(row * stride, (row + 1) * stride);
    for (let at = inside * 3; at < stride; at++) line[at] = line[at - 3] ?? 0;
  }
  for (let row = rows; row < height; row++) {
    tile.data.copyWithin(row * stride, (rows - 1) * stride, rows * stride);
  }
  return tile;
}

/** Differences along each row (TIFF 6.0 section 14), which pictures of tissue pack better by. */
async function deflatedTile({ width, height, data }: RasterImage): Promise<Uint8Array> {
  const differences = new Uint8Array(data.length);
  for (let row = 0; row < height; row++) {
    const start = row * width * 3;
    const end = start + width * 3;
    differences.set(data.subarray(start, start + 3), start);
    for (let at = start + 3; at < end; at++) differences[at] = (data[at] ?? 0) - (data[at - 3] ?? 0);
  }
  return deflated(differences, { level: 4 });
}
