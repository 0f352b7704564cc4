/** One resolution of a DICOM slide as a level. */

import type { FrameInput } from '#server/codecs/frame-decoder.ts';
import { parseJpegHeader } from '#server/codecs/jpeg.ts';
import { assembleJpegTile, type ColourTransform, jpegPrefix } from '#server/codecs/jpeg-assembly.ts';
import { encodeJpeg, filledRaster, type RasterImage } from '#server/codecs/raster.ts';
import { compositeRaster } from '#server/codecs/sample-colours.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { TILE_FORM } from '#shared/imaging/tile-version.ts';
import type { DicomFrame, DicomResolution, PlacedFrame } from './dicom-frames.ts';
import type { DicomPart } from './dicom-part.ts';
import { type LevelReader, onDemand, type TileIndex, tileCounts } from './level-reader.ts';
import { indexPieces, mosaicLevel, type Piece } from './mosaic-level.ts';
import { rasterLevel } from './raster-level.ts';
import { firstOf } from './tile-order.ts';

const WHITE = [255, 255, 255] as const;

/** A channel of a composite: an optical path, its colour and window. */
export interface PathView {
  readonly path: number;
  readonly colour: readonly [number, number, number];
  readonly low: number;
  readonly high: number;
}

/** True for frames that have their own colours. */
export function hasOwnColours({ image }: DicomPart): boolean {
  return image.samplesPerPixel === 3 || image.photometricInterpretation === 'PALETTE COLOR';
}

/** The level of one optical path in its own colours. Errors: DOCUMENT_DAMAGED for a first frame that is no JPEG. */
export async function openPathLevel(
  resolution: DicomResolution,
  focalPlane: number,
  path: number,
): Promise<LevelReader> {
  const frames = resolution.frames(focalPlane, path);
  const grid = gridOf(resolution, frames);
  const [first] = frames;
  if (first === undefined || grid === null) return scatteredLevel(resolution, frames);
  const syntax = transferSyntaxOf(first.part.transferSyntaxUid);
  const size = sizeOf(resolution);
  const { columns, rows } = tileCounts(size);
  const of = ({ column, row }: TileIndex): PlacedFrame | undefined => grid.get(row * columns + column);
  const firstStored = firstOf(columns, rows, (tile) => of(tile) !== undefined);
  if (syntax.coding === 'jpeg-8' && first.part.image.samplesPerPixel === 3) {
    return jpegLevel(size, of, firstStored, first);
  }
  return rasterLevel({
    ...size,
    ...{ firstStored, background: WHITE, lossy: first.part.image.lossy },
    version(tile) {
      const frame = of(tile);
      return frame === undefined ? null : versionOf(frame);
    },
    async raster(tile, signal) {
      const frame = of(tile);
      if (frame === undefined) throw new TypeError('Only tiles that have a version are asked for.');
      return rasterOf(frame, signal);
    },
  });
}

/** Grey frames of several optical paths laid over each other; all must lie on the grid. */
export function compositeLevel(
  resolution: DicomResolution,
  focalPlane: number,
  views: readonly PathView[],
): LevelReader {
  const size = sizeOf(resolution);
  const { columns, rows } = tileCounts(size);
  const grids = views.map((view) => ({ view, grid: gridOf(resolution, resolution.frames(focalPlane, view.path)) }));
  const framesOf = ({ column, row }: TileIndex) =>
    grids.flatMap(({ view, grid }) => {
      const frame = grid?.get(row * columns + column);
      return frame === undefined ? [] : [{ view, frame }];
    });
  const look = views.map(({ path, colour, low, high }) => `${path}x${colour.join('x')}x${low}x${high}`).join('-');
  return rasterLevel({
    ...size,
    ...{ background: [0, 0, 0], lossy: false },
    firstStored: firstOf(columns, rows, (tile) => framesOf(tile).length > 0),
    version(tile) {
      const [first] = framesOf(tile);
      return first === undefined ? null : `c${focalPlane}-${look.replaceAll('.', 'p')}-${versionOf(first.frame)}`;
    },
    async raster(tile, signal) {
      const layers = [];
      for (const { view, frame } of framesOf(tile)) layers.push({ ...view, samples: await samplesOf(frame, signal) });
      return compositeRaster(layers);
    },
  });
}

/** Grey samples of a frame. Errors: FRAME_UNDECODABLE. */
export async function samplesOf(frame: DicomFrame, signal?: AbortSignal) {
  const { rows, columns, samplesPerPixel, pixels } = await frame.part.decoder.frame(await inputOf(frame), signal);
  const values = pixels instanceof Float64Array ? Float32Array.from(pixels) : pixels;
  return { width: columns, height: rows, channels: samplesPerPixel, values };
}

function sizeOf({ width, height, tileWidth, tileHeight }: DicomResolution) {
  return { width, height, tileWidth, tileHeight };
}

/** Frames by tile number, or null when some lie off the grid or upon each other. */
function gridOf(resolution: DicomResolution, frames: readonly PlacedFrame[]): ReadonlyMap<number, PlacedFrame> | null {
  const { columns, rows } = tileCounts(resolution);
  const grid = new Map<number, PlacedFrame>();
  for (const frame of frames) {
    const column = frame.x / resolution.tileWidth;
    const row = frame.y / resolution.tileHeight;
    if (!Number.isInteger(column) || !Number.isInteger(row)) return null;
    if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
    if (grid.has(row * columns + column)) return null;
    grid.set(row * columns + column, frame);
  }
  return grid;
}

/** TILED_SPARSE allows frames anywhere (C.8.12.6.1). */
function scatteredLevel(resolution: DicomResolution, frames: readonly PlacedFrame[]): LevelReader {
  const { width, height, tileWidth, tileHeight } = resolution;
  const pieces: Piece[] = frames.map(({ x, y }, image) => ({
    ...{ image, sourceX: 0, sourceY: 0, x, y, width: tileWidth, height: tileHeight },
  }));
  const of = (image: number): PlacedFrame => {
    const frame = frames[image];
    if (frame === undefined) throw new TypeError('A piece names a frame.');
    return frame;
  };
  return mosaicLevel({
    ...{ width, height, tileSide: 512, pieces: indexPieces(pieces), background: WHITE },
    lossy: resolution.sample.image.lossy,
    imageVersion: (image) => versionOf(of(image)),
    load: (image) => rasterOf(of(image)),
  });
}

async function jpegLevel(
  level: Pick<LevelReader, 'width' | 'height' | 'tileWidth' | 'tileHeight'>,
  of: (tile: TileIndex) => PlacedFrame | undefined,
  firstStored: TileIndex | null,
  first: DicomFrame,
): Promise<LevelReader> {
  const size = { width: level.tileWidth, height: level.tileHeight };
  const transform = transformOf(await first.part.frame(first.number), first.part);
  const prefix = jpegPrefix({ transform, tables: null });
  const blank = onDemand(() => encodeJpeg(filledRaster(size.width, size.height)));
  const assembled = async (frame: DicomFrame): Promise<Uint8Array> =>
    assembleJpegTile(prefix, await frame.part.frame(frame.number), size);
  return {
    ...level,
    firstStored,
    mediaType: 'image/jpeg',
    passesThrough: true,
    version(tile) {
      const frame = of(tile);
      return `${TILE_FORM}-${frame === undefined ? `blank-${size.width}x${size.height}` : versionOf(frame)}`;
    },
    async encoded(tile) {
      const frame = of(tile);
      return frame === undefined ? blank() : assembled(frame);
    },
    async decoded(tile, signal) {
      const frame = of(tile);
      if (frame === undefined) return filledRaster(size.width, size.height);
      return frame.part.decoder.raster({ bytes: await assembled(frame), format: 'JPEG', ...size }, signal);
    },
  };
}

/**
 * What the components of a JPEG frame are. A mark in the stream is believed first, then the components' names, then the
 * header: converters have written RGB there over YCbCr data.
 */
function transformOf(bytes: Uint8Array, { image }: DicomPart): ColourTransform {
  const { frame, adobeTransform, hasJfif } = parseJpegHeader(bytes);
  if (adobeTransform === 0 || adobeTransform === 1) return adobeTransform;
  if (hasJfif) return 1;
  const [red, green, blue] = frame?.components ?? [];
  if (red?.id === 0x52 && green?.id === 0x47 && blue?.id === 0x42) return 0;
  const subsampled = green !== undefined && (green.horizontal !== red?.horizontal || green.vertical !== red.vertical);
  return subsampled || image.photometricInterpretation.startsWith('YBR') ? 1 : 0;
}

/** Unique within the slide: instances do not change. */
function versionOf({ part, number }: DicomFrame): string {
  return `f${part.imageKey.replaceAll('.', '')}-${part.frameOffset + number}`;
}

async function inputOf({ part, number }: DicomFrame): Promise<FrameInput> {
  const { image, transferSyntaxUid } = part;
  return { bytes: await part.frame(number), image, transferSyntaxUid, frameNumber: number };
}

async function rasterOf(frame: DicomFrame, signal?: AbortSignal): Promise<RasterImage> {
  return frame.part.decoder.frameRaster(await inputOf(frame), signal);
}
