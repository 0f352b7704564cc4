import OpenSeadragon from 'openseadragon';
import { hasTile, levelDownsample, type SlideLevel, tileRectangle } from '#shared/imaging/pyramid.ts';
import type { TileFailure } from './tile-failure.ts';
import type { TileLoader } from './tile-loader.ts';

/** The data type of a tile in OpenSeadragon's cache: an ImageBitmap that is never converted and is closed when it leaves. */
export const TILE_DATA = 'slide-tile';
OpenSeadragon.converter.learnDestroy(TILE_DATA, (bitmap: ImageBitmap) => bitmap.close());

export interface PyramidSource {
  readonly width: number;
  readonly height: number;
  /** Level 0 is full resolution. */
  readonly levels: readonly SlideLevel[];
  tileUrl(level: number, column: number, row: number): string;
}

export interface PyramidListener {
  onTileFailed(place: { level: number; column: number; row: number }, failure: TileFailure): void;
}

/**
 * The stored levels as OpenSeadragon sees them: each in its own size and tiling, with a downsample for each axis.
 * OpenSeadragon counts levels from the smallest and lengths in widths of the slide.
 */
export class NativePyramid extends OpenSeadragon.TileSource {
  readonly #source: PyramidSource;
  readonly #loader: TileLoader;
  readonly #listener: PyramidListener;

  constructor(source: PyramidSource, loader: TileLoader, listener: PyramidListener) {
    const { width, height, levels } = source;
    super({ width, height, tileOverlap: 0, minLevel: 0, maxLevel: levels.length - 1 });
    this.#source = source;
    this.#loader = loader;
    this.#listener = listener;
  }

  /** Our level for OpenSeadragon's and the other way round. */
  levelIndex(level: number): number {
    return this.#source.levels.length - 1 - level;
  }

  #level(level: number): SlideLevel {
    const found = this.#source.levels[this.levelIndex(level)];
    if (found === undefined) throw new RangeError(`The slide has no level ${this.levelIndex(level)}.`);
    return found;
  }

  override getLevelScale(level: number): number {
    return 1 / levelDownsample(this.#level(level));
  }

  override getTileWidth(level: number): number {
    return this.#level(level).tileWidth;
  }

  override getTileHeight(level: number): number {
    return this.#level(level).tileHeight;
  }

  override getNumTiles(level: number): OpenSeadragon.Point {
    const { columns, rows } = this.#level(level);
    return new OpenSeadragon.Point(columns, rows);
  }

  // The declarations of the library say number here; its code returns and expects a point.
  // Device pixels: on a screen of double density the finer level is needed.
  override getPixelRatio(level: number): never {
    const { width, height } = this.#level(level);
    const density = window.devicePixelRatio;
    return new OpenSeadragon.Point(density / width, density / height) as never;
  }

  override getClosestLevel(): number {
    let closest = 0;
    for (let level = 1; level <= this.maxLevel; level++) {
      const { columns, rows } = this.#level(level);
      if (columns > 1 || rows > 1) break;
      closest = level;
    }
    return closest;
  }

  // The declarations of the library say Tile here; its code returns and expects a point.
  override getTileAtPoint(level: number, point: OpenSeadragon.Point): never {
    const { width, height, tileWidth, tileHeight, columns, rows } = this.#level(level);
    const place = (share: number, side: number, tile: number, count: number): number =>
      Math.min(Math.max(Math.floor((share * side) / tile), 0), count - 1);
    return new OpenSeadragon.Point(
      place(point.x, width, tileWidth, columns),
      place(point.y * this.aspectRatio, height, tileHeight, rows),
    ) as never;
  }

  override getTileBounds(level: number, column: number, row: number, isSource = false): OpenSeadragon.Rect {
    const found = this.#level(level);
    const { x, y, width, height } = tileRectangle(found, column, row);
    if (isSource) return new OpenSeadragon.Rect(0, 0, width, height);
    const [across, down] = [1 / found.width, 1 / (found.height * this.aspectRatio)];
    return new OpenSeadragon.Rect(x * across, y * down, width * across, height * down);
  }

  override tileExists(level: number, column: number, row: number): boolean {
    return level >= 0 && level <= this.maxLevel && hasTile(this.#level(level), column, row);
  }

  override getTileUrl(level: number, column: number, row: number): string {
    return this.#source.tileUrl(this.levelIndex(level), column, row);
  }

  override hasTransparency(): boolean {
    return false;
  }

  override downloadTileStart(job: OpenSeadragon.ImageJob): void {
    const { tile } = job;
    const { width, height } = this.getTileBounds(tile.level, tile.x, tile.y, true);
    this.#loader.load({
      url: job.src,
      width,
      height,
      lastNeeded: () => tile.lastTouchTime,
      done: (bitmap) => job.finish(bitmap, null, TILE_DATA),
      failed: (failure) => {
        job.fail(failure.message, null);
        this.#listener.onTileFailed({ level: this.levelIndex(tile.level), column: tile.x, row: tile.y }, failure);
      },
      dropped() {
        // Neither finished nor failed: the tile is free to be asked for when a view needs it again.
        if (job.jobId !== null) clearTimeout(job.jobId);
        job.jobId = null;
        tile.loading = false;
      },
    });
  }

  override downloadTileAbort(): void {
    // The loader ends its requests itself.
  }
}
