import type { FrameRenderer } from '#server/domain/image-ports.ts';
import { imageOfFrame } from '#shared/dicom/frame-image.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import { renderFramePicture } from './frame-decoder.ts';
import type { FrameIndex } from './frame-index.ts';
import { readOverlays } from './overlay-bits.ts';
import { frameTransferSyntax, readFrame } from './read-frame.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Pictures of stored frames; `decoders` is made by `createDecodePool`. */
export function createFrameRenderer(decoders: WorkerPool): FrameRenderer {
  return {
    async render(
      { frameIndex, transferSyntaxUid, description },
      { window, overlays = 'burn', ...wanted },
      read,
      signal,
    ) {
      // Both were written by ingest from values of these types.
      const { image } = JSON.parse(description) as InstanceDescription;
      if (frameIndex === null || image === null) throw new AppError('DICOM_NO_PIXELS');
      const index = JSON.parse(frameIndex) as FrameIndex;
      const bytes = await readFrame(read, index, wanted.frameNumber);
      const planes = overlays === 'none' ? null : (image.overlays ?? []);
      const input = {
        bytes,
        image: imageOfFrame(image, wanted.frameNumber),
        transferSyntaxUid: frameTransferSyntax(transferSyntaxUid),
        window: window === null ? null : { ...window, inverted: false },
        overlays: planes && (await readOverlays(read, index, planes, wanted.frameNumber)),
        ...wanted,
      };
      const { data } = await renderFramePicture(decoders, input, signal);
      return { bytes: data, mediaType: `image/${wanted.format}` };
    },
  };
}
