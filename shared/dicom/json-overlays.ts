/** Overlay planes (PS3.3 C.9.2) of an image in the DICOM JSON Model: what they are, and where their bits are to be had. */
import { jsonAttributes } from './attributes.ts';
import { decodeBase64 } from './base64.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import {
  describePlane,
  embeddedPlace,
  OVERLAY_ELEMENT,
  OVERLAY_GROUPS,
  type OverlaidImage,
  type OverlayBits,
  type OverlayPlane,
} from './overlays.ts';
import { hexTag } from './tag.ts';

/** A plane with its bits, the address of its bits, or neither when they lie in the pixels. */
export interface JsonOverlay {
  readonly plane: OverlayPlane;
  readonly bytes: Uint8Array | null;
  readonly uri: string | null;
}

/** The usable planes of an image, in the order of their groups. */
export function jsonOverlays(dataset: DicomJsonDataset, image: OverlaidImage): JsonOverlay[] {
  const attributes = jsonAttributes(dataset);
  return OVERLAY_GROUPS.flatMap((group): JsonOverlay[] => {
    const { InlineBinary, BulkDataURI } = dataset[hexTag(group * 0x10000 + OVERLAY_ELEMENT.data)] ?? {};
    const bytes = InlineBinary === undefined ? null : decodeBase64(InlineBinary);
    const uri = bytes === null ? (BulkDataURI ?? null) : null;
    const bit = attributes.number(group * 0x10000 + OVERLAY_ELEMENT.bitPosition);
    const isData = bytes !== null || uri !== null;
    const lengthBytes = bytes?.length ?? Number.MAX_SAFE_INTEGER;
    const place = isData
      ? ({ kind: 'data', offsetBytes: 0, lengthBytes, swapped: false } as const)
      : embeddedPlace(bit, image);
    const plane = describePlane(attributes, group, image, place);
    return plane === null || plane === 'unusable' ? [] : [{ plane, bytes, uri }];
  });
}

/** The bits of a plane on a frame, counted from 1; null when it does not lie there or is shorter than it said. */
export function planeBits(plane: OverlayPlane, bytes: Uint8Array, frameNumber: number): OverlayBits | null {
  const { frames, rows, columns } = plane;
  if (frames !== null && (frameNumber < frames.first || frameNumber >= frames.first + frames.count)) return null;
  // The frames of a plane follow each other without a gap, not even up to the next byte.
  const firstBit = (frameNumber - (frames?.first ?? frameNumber)) * rows * columns;
  return bytes.length * 8 < firstBit + rows * columns ? null : { plane, bits: bytes, firstBit };
}
