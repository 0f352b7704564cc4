import type {
  PictureFormat,
  PictureInput,
  PictureRenderer,
  PictureSource,
  RenderingWish,
} from '#server/domain/rendering-ports.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { imageOfFrame } from '#shared/dicom/frame-image.ts';
import type { ImageDescription } from '#shared/dicom/image-description.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import { type FrameIndex, indexedFrames } from './frame-index.ts';
import { readOverlays } from './overlay-bits.ts';
import type { AnimationInput, MakingInput } from './picture-making.ts';
import { planPicture } from './picture-plan.ts';
import { frameTransferSyntax, readFrame } from './read-frame.ts';
import type { RenderedFrame } from './render-frame.ts';
import type { WorkerPool } from './worker-pool.ts';

/** All frames together: a minute of cine at 512 × 512 px would be ten times as much. */
const MOST_ANIMATED_PIXELS = 48_000_000;

const MEDIA_TYPES: Readonly<Record<PictureFormat, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** Pictures of stored frames; `decoders` is made by `createDecodePool`. */
export function createFrameRenderer(decoders: WorkerPool): PictureRenderer {
  return {
    open({ frameIndex, transferSyntaxUid, description, metadata }) {
      // All three were written by ingest from values of these types.
      const { image } = JSON.parse(description) as InstanceDescription;
      if (frameIndex === null || image === null) return null;
      return sourceOf(JSON.parse(frameIndex) as FrameIndex, image, transferSyntaxUid, metadata);
    },

    async render(input, wish, signal) {
      const making: MakingInput = { input, plan: planOf(input, wish), wish };
      const bytes = (await decoders.run('encoded-picture', making, signal)) as Uint8Array;
      return { bytes, mediaType: MEDIA_TYPES[wish.format] };
    },

    async animate(frames, wish, delaysMs, signal) {
      const pictures: RenderedFrame[] = [];
      for await (const input of frames) {
        const plan = planOf(input, wish);
        if (pictures.length === 0) checkAnimation(plan, delaysMs.length);
        const making: MakingInput = { input, plan, wish };
        pictures.push((await decoders.run('shaped-picture', making, signal)) as RenderedFrame);
      }
      const animation: AnimationInput = { pictures, delaysMs };
      const bytes = (await decoders.run('animation', animation, signal)) as Uint8Array;
      return { bytes, mediaType: MEDIA_TYPES.gif };
    },
  };
}

function planOf(input: PictureInput, wish: RenderingWish) {
  const { image, pixelAspect } = input;
  return planPicture({ columns: image.columns, rows: image.rows, pixelAspect }, wish);
}

function checkAnimation({ width, height }: { readonly width: number; readonly height: number }, frames: number): void {
  if (width * height * frames <= MOST_ANIMATED_PIXELS) return;
  const reason =
    `must make the animation smaller: ${frames} frames of ${width} × ${height} px are more than the ` +
    `${MOST_ANIMATED_PIXELS} px in all that are made`;
  throw new AppError('REQUEST_INVALID', { where: 'querystring.viewport', reason });
}

function sourceOf(
  index: FrameIndex,
  image: ImageDescription,
  transferSyntaxUid: string,
  metadata: string,
): PictureSource {
  const stated = aspectRatioOf(JSON.parse(metadata) as DicomJsonDataset);
  return {
    frameCount: indexedFrames(index),
    columns: image.columns,
    rows: image.rows,
    samplesPerPixel: image.samplesPerPixel,
    stream: index.kind === 'encapsulated' ? index.frames.flat() : [],
    async frame(frameNumber, read) {
      const bytes = await readFrame(read, index, frameNumber);
      const overlays = await readOverlays(read, index, image.overlays ?? [], frameNumber);
      // What is said of thousands of frames would travel to the worker with each of them.
      const one = imageOfFrame(image, frameNumber);
      const spacing = one.pixelSpacing ?? one.imagerPixelSpacing;
      return {
        ...{ bytes, image: one, transferSyntaxUid: frameTransferSyntax(transferSyntaxUid), frameNumber, overlays },
        pixelAspect: usable(spacing?.[0], spacing?.[1]) ?? stated ?? 1,
      };
    },
  };
}

/** Pixel Aspect Ratio (0028,0034) is vertical over horizontal size (PS3.3 C.7.6.3.1.7). */
function aspectRatioOf(metadata: DicomJsonDataset): number | null {
  const [vertical, horizontal] = metadata['00280034']?.Value ?? [];
  return usable(Number(vertical), Number(horizontal));
}

/** Width of a pixel over its height; null for what no detector has. */
function usable(vertical: number | undefined, horizontal: number | undefined): number | null {
  if (vertical === undefined || horizontal === undefined) return null;
  const aspect = horizontal / vertical;
  return aspect > 0.1 && aspect < 10 ? aspect : null;
}
