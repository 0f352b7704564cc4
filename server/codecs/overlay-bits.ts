/** The bits of overlay planes (PS3.3 C.9.2), read for one frame. */
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import type { OverlayBits, OverlayPlane } from '#shared/dicom/overlays.ts';
import type { FrameIndex } from './frame-index.ts';
import { inflateBounded } from './inflate.ts';
import type { RangeReader } from './range-reader.ts';
import { swapBytes } from './stored-pixels.ts';

/** Reads the planes in Overlay Data that lie on a frame, counted from 1. Planes shorter than they said are left out. */
export async function readOverlays(
  read: RangeReader,
  index: FrameIndex,
  planes: readonly OverlayPlane[],
  frameNumber: number,
): Promise<OverlayBits[]> {
  const wanted = planes.filter(({ frames, place }) => place.kind === 'data' && liesOn(frames, frameNumber));
  if (wanted.length === 0) return [];
  const readObject = index.kind === 'deflated' ? await inflated(read, index.stream) : read;
  const found: OverlayBits[] = [];
  for (const plane of wanted) {
    if (plane.place.kind !== 'data') continue;
    const { offsetBytes, lengthBytes, swapped } = plane.place;
    // The frames of a plane follow each other without a gap, not even up to the next byte.
    const startBit = (frameNumber - (plane.frames?.first ?? frameNumber)) * plane.rows * plane.columns;
    const firstByte = Math.floor(startBit / 16) * 2;
    const bitsNeeded = startBit - firstByte * 8 + plane.rows * plane.columns;
    const wantedBytes = Math.min(Math.ceil(bitsNeeded / 16) * 2, lengthBytes - firstByte);
    const bytes = await readObject(offsetBytes + firstByte, wantedBytes);
    if (bytes.length * 8 < bitsNeeded) continue;
    found.push({ plane, bits: swapped ? swapBytes(bytes.slice(), 2) : bytes, firstBit: startBit - firstByte * 8 });
  }
  return found;
}

function liesOn(frames: OverlayPlane['frames'], frameNumber: number): boolean {
  return frames === null || (frameNumber >= frames.first && frameNumber < frames.first + frames.count);
}

async function inflated(read: RangeReader, [offset, length]: readonly [number, number]): Promise<RangeReader> {
  const body = inflateBounded(await read(offset, length), DICOM_BOUNDS.maxInflatedBytes);
  return async (offsetBytes, lengthBytes) => body.slice(offsetBytes, offsetBytes + lengthBytes);
}
