/** All overlay planes that lie on one frame, for the process that renders it. */

import { embeddedOverlays } from '#shared/dicom/overlay-drawing.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { decodeFrame } from './decode-frame.ts';
import type { FrameInput } from './frame-decoder.ts';

export interface OverlaidFrame extends FrameInput {
  /** What `readOverlays` read for this frame; null draws none. */
  readonly overlays: readonly OverlayBits[] | null;
}

/**
 * The planes that were read, and those in bits of the pixel words that hold no pixel. Compressed frames have no such bits
 * (PS3.5 section 8.1.2); those of RLE have.
 */
export async function overlaysOf(frame: OverlaidFrame): Promise<readonly OverlayBits[]> {
  const { overlays, image, transferSyntaxUid } = frame;
  if (overlays === null) return [];
  const planes = (image.overlays ?? []).filter(({ place }) => place.kind === 'embedded');
  const { coding } = transferSyntaxOf(transferSyntaxUid);
  if (planes.length === 0 || (coding !== 'native' && coding !== 'rle')) return overlays;
  const { bitsAllocated } = image;
  const whole = { ...image, bitsStored: bitsAllocated, highBit: bitsAllocated - 1, signed: false };
  const { pixels } = await decodeFrame(frame.bytes, whole, transferSyntaxUid, frame.frameNumber);
  return [...overlays, ...embeddedOverlays(pixels, planes)];
}
