/** Focal planes and channels of a TIFF, laid over each other as they are asked for. */

import { compositeRaster } from '#server/codecs/sample-colours.ts';
import { type Samples, valuesLike } from '#server/codecs/samples.ts';
import { AppError } from '#shared/errors.ts';
import { type ChannelView, MOST_CHANNELS } from '#shared/imaging/plane-selection.ts';
import type { SlideChannel } from '#shared/imaging/pyramid.ts';
import { type LevelReader, tileCounts } from './level-reader.ts';
import type { SelectedPlane } from './level-slide.ts';
import { rasterLevel } from './raster-level.ts';
import type { TiffDirectory, TiffStack } from './tiff.ts';
import type { TiffSegments } from './tiff-segments.ts';
import { openTiles, type TiffTiles } from './tiff-tiles.ts';
import { firstOf } from './tile-order.ts';

const BLACK = [0, 0, 0] as const;

/** A stack whose directories are open. */
export interface OpenStack {
  /** With the windows that were found from the pixels. */
  readonly channels: readonly SlideChannel[];
  select(selection: SelectedPlane): readonly LevelReader[];
}

/**
 * Opens a stack: `segmentsOf` gives the segments of a directory, opened once. The windows of channels that state none
 * are found from the coarsest level of the first focal plane. Errors: those of reading a tile.
 */
export async function openStack(
  stack: TiffStack,
  segmentsOf: (directory: TiffDirectory) => TiffSegments,
  signal?: AbortSignal,
): Promise<OpenStack> {
  const opened = new Map<TiffDirectory, TiffTiles>();
  const tilesOf = (directory: TiffDirectory, level: number): TiffTiles => {
    const present = opened.get(directory);
    if (present !== undefined) return present;
    const tiles = openTiles(level, segmentsOf(directory));
    opened.set(directory, tiles);
    return tiles;
  };
  const channels: SlideChannel[] = [];
  for (const [index, channel] of stack.channels.entries()) {
    const images = stack.images(0, index);
    const coarsest = images.at(-1);
    const window =
      channel.window ??
      (coarsest && (await findWindow(tilesOf(coarsest, images.length - 1), stack.sample(index), signal)));
    channels.push({ ...channel, window: window ?? { low: 0, high: 255 } });
  }

  const level = (number: number, focalPlane: number, views: readonly ChannelView[]): LevelReader => {
    const layers = views.map(({ index, colour, window }) => {
      const directory = stack.images(focalPlane, index)[number];
      const channel = channels[index];
      if (directory === undefined || channel === undefined) throw new AppError('SLIDE_PLANE_UNKNOWN');
      const shown = colour ?? channel.colour ?? '#ffffff';
      return {
        tiles: tilesOf(directory, number),
        sample: stack.sample(index),
        colour: rgbOf(shown),
        ...(window ?? channel.window ?? { low: 0, high: 255 }),
        name: `${index}x${shown.slice(1)}`,
      };
    });
    const [first] = layers;
    if (first === undefined) throw new AppError('SLIDE_PLANE_UNKNOWN');
    const { tileWidth, tileHeight, directory } = first.tiles;
    const { columns, rows } = tileCounts({ ...directory, tileWidth, tileHeight });
    const look = layers.map(({ name, low, high }) => `${name}x${numberText(low)}x${numberText(high)}`).join('-');
    return rasterLevel({
      ...{ width: directory.width, height: directory.height, tileWidth, tileHeight },
      ...{ background: BLACK, lossy: false },
      firstStored: firstOf(columns, rows, (tile) => first.tiles.version(tile) !== null),
      version(tile) {
        const version = first.tiles.version(tile);
        return version === null ? null : `z${focalPlane}-${look}-${version}`;
      },
      async raster(tile, tileSignal) {
        const stored = layers.filter(({ tiles }) => tiles.version(tile) !== null);
        const read = new Map<TiffTiles, Promise<Samples>>();
        const drawn = [];
        for (const { tiles, sample, colour, low, high } of stored) {
          const samples = read.get(tiles) ?? tiles.samples(tile, tileSignal);
          read.set(tiles, samples);
          drawn.push({ samples: oneSample(await samples, sample), colour, low, high });
        }
        return compositeRaster(drawn);
      },
    });
  };

  const all = channels.map((_, index) => ({ index, colour: null, window: null }));
  return {
    channels,
    select({ focalPlane, channels: views }) {
      const chosen = views.length === 0 ? all : views;
      if (chosen.length > MOST_CHANNELS) throw new AppError('SLIDE_PLANE_UNKNOWN');
      return stack.images(focalPlane, chosen[0]?.index ?? 0).map((_, number) => level(number, focalPlane, chosen));
    },
  };
}

/** Versions go into ETags and keys: letters, digits and `-` only. */
function numberText(value: number): string {
  return String(value).replace(/[^0-9a-z]/gi, (character) => (character === '.' ? 'p' : 'n'));
}

function rgbOf(colour: string): readonly [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  const part = (index: number): number => Number.parseInt(match?.[index] ?? 'ff', 16);
  return [part(1), part(2), part(3)];
}

function oneSample(samples: Samples, sample: number): Samples {
  if (samples.channels === 1) return samples;
  const { width, height, channels, values } = samples;
  const one = valuesLike(values, width * height);
  for (let pixel = 0; pixel < width * height; pixel++) one[pixel] = values[pixel * channels + sample] ?? 0;
  return { width, height, channels: 1, values: one };
}

/** Tiles looked at for a window, and the share of the darkest and brightest samples left out. */
const WINDOW_TILES = 4;
const OUTLIERS = 0.001;
const WINDOW_SAMPLES = 65_536;

async function findWindow(
  tiles: TiffTiles,
  sample: number,
  signal: AbortSignal | undefined,
): Promise<{ low: number; high: number } | null> {
  const { columns, rows } = tileCounts({ ...tiles.directory, ...tiles });
  const { width, height } = tiles.directory;
  const seen: number[] = [];
  const step = Math.max(1, Math.floor((columns * rows) / WINDOW_TILES));
  for (let index = 0; index < columns * rows; index += step) {
    const tile = { column: index % columns, row: Math.floor(index / columns) };
    if (tiles.version(tile) === null) continue;
    const { values, channels } = await tiles.samples(tile, signal);
    const shownWidth = Math.min(tiles.tileWidth, width - tile.column * tiles.tileWidth);
    const shown = shownWidth * Math.min(tiles.tileHeight, height - tile.row * tiles.tileHeight);
    const stride = Math.max(1, Math.floor(shown / (WINDOW_SAMPLES / WINDOW_TILES)));
    for (let pixel = 0; pixel < shown; pixel += stride) {
      const at = Math.floor(pixel / shownWidth) * tiles.tileWidth + (pixel % shownWidth);
      const value = values[at * channels + sample];
      if (value !== undefined && Number.isFinite(value)) seen.push(value);
    }
  }
  seen.sort((one, other) => one - other);
  const low = seen[Math.floor(seen.length * OUTLIERS)];
  const high = seen[Math.ceil(seen.length * (1 - OUTLIERS)) - 1];
  return low === undefined || high === undefined ? null : { low, high: high > low ? high : low + 1 };
}
