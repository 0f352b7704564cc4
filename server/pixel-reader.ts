import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import { levelForDownsample, type PixelRectangle, type SlideLevel } from '#shared/imaging/pyramid.ts';
import { decodeFrameValues, type FrameInput, renderFramePicture } from './codecs/frame-decoder.ts';
import type { FrameIndex } from './codecs/frame-index.ts';
import { frameTransferSyntax, readFrame } from './codecs/read-frame.ts';
import type { WorkerPool } from './codecs/worker-pool.ts';
import type { MaterialRepository } from './domain/material-ports.ts';
import type { PixelReader } from './domain/picture-ports.ts';
import type { BlobStore } from './domain/ports.ts';
import { slideRefText } from './tiles/slide-ref.ts';
import type { TileService } from './tiles/tile-service.ts';

interface PixelSources {
  readonly material: Pick<MaterialRepository, 'instance' | 'slide'>;
  readonly blobs: BlobStore;
  /** Made by `createDecodePool`. */
  readonly decoders: WorkerPool;
  /** Slides by their refs. */
  readonly tiles: Pick<TileService, 'region'>;
}

/** A slide region is read from a level of at most so many px, so that a picture never needs the memory of a slide. */
const MOST_REGION_PIXELS = 24_000_000;

/** Decoded pixels of stored frames and slides. */
export function createPixelReader({ material, blobs, decoders, tiles }: PixelSources): PixelReader {
  async function readInput(uid: SopInstanceUid, frameNumber: number, signal: AbortSignal): Promise<FrameInput> {
    const instance = await material.instance(uid);
    if (instance === null) throw new AppError('NOT_FOUND');
    const { image } = JSON.parse(instance.description) as InstanceDescription;
    if (instance.frameIndex === null || image === null) throw new AppError('DICOM_NO_PIXELS');
    const index = JSON.parse(instance.frameIndex) as FrameIndex;
    const blob = await blobs.open(instance.sha256, signal);
    try {
      const read = (offset: number, length: number) => blob.read(offset, length, signal);
      const bytes = await readFrame(read, index, frameNumber);
      return { bytes, image, transferSyntaxUid: frameTransferSyntax(instance.transferSyntaxUid), frameNumber };
    } finally {
      await blob.close();
    }
  }

  return {
    async frameValues(uid, frameNumber, signal) {
      return decodeFrameValues(decoders, await readInput(uid, frameNumber, signal), signal);
    },

    async framePicture(uid, frameNumber, window, signal) {
      const input = await readInput(uid, frameNumber, signal);
      return renderFramePicture(decoders, { ...input, window, overlays: null }, signal);
    },

    async slideRegion(slideId, wanted, width, planes, signal) {
      const slide = await material.slide(slideId);
      if (slide === null) throw new AppError('NOT_FOUND');
      const { levels } = slide.description;
      const number = fittingLevel(levels, wanted, width);
      const level = levels[number];
      if (level === undefined) throw new AppError('NOT_FOUND');
      const raster = await tiles.region(
        slideRefText({ sha256: slide.sha256, side: slide.side?.sha256 ?? null }),
        number,
        onLevel(level, wanted),
        signal,
        planes,
      );
      return { ...raster, channels: 3 };
    },
  };
}

/** The coarsest level that still has the detail, or a coarser one when the region would be too large there. */
function fittingLevel(levels: readonly SlideLevel[], wanted: PixelRectangle, width: number): number {
  let number = levelForDownsample(levels, wanted.width / width);
  while (number < levels.length - 1) {
    const level = levels[number];
    const pixels = level === undefined ? 0 : (wanted.width / level.downsampleX) * (wanted.height / level.downsampleY);
    if (pixels <= MOST_REGION_PIXELS) break;
    number += 1;
  }
  return number;
}

/** The rectangle in whole px of the level, inside of it. */
function onLevel(level: SlideLevel, wanted: PixelRectangle): PixelRectangle {
  const x = Math.min(level.width - 1, Math.max(0, Math.round(wanted.x / level.downsampleX)));
  const y = Math.min(level.height - 1, Math.max(0, Math.round(wanted.y / level.downsampleY)));
  return {
    x,
    y,
    width: Math.max(1, Math.min(level.width - x, Math.round(wanted.width / level.downsampleX))),
    height: Math.max(1, Math.min(level.height - y, Math.round(wanted.height / level.downsampleY))),
  };
}
