/** The bits of overlay planes (PS3.3 C.9.2), read for one frame and drawn into a rendered picture. */
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import type { OverlayBits, OverlayPlane } from '#shared/dicom/overlays.ts';
import type { FrameIndex } from './frame-index.ts';
import { inflateBounded } from './inflate.ts';
import type { RangeReader } from './range-reader.ts';
import { type SampleArray, swapBytes } from './stored-pixels.ts';

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

/** Planes in unused bits of the image's own words; `words` are the samples with all their allocated bits. */
export function embeddedOverlays(words: SampleArray, planes: readonly OverlayPlane[]): OverlayBits[] {
  return planes.flatMap((plane) => {
    const { place } = plane;
    if (place.kind !== 'embedded') return [];
    const bits = new Uint8Array(Math.ceil(words.length / 8));
    for (let i = 0; i < words.length; i++) {
      if (((words[i] ?? 0) >> place.bit) & 1) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
    }
    return [{ plane, bits, firstBit: 0 }];
  });
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/**
 * Draws a plane in white, in place: graphics as they are, of a region its outline, so that nothing inside or outside of
 * it is hidden.
 */
export function drawOverlay(canvas: Canvas, { plane, bits, firstBit }: OverlayBits): void {
  const { rows, columns, top, left } = plane;
  const isSet = (row: number, column: number): boolean => {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return false;
    const at = firstBit + row * columns + column;
    return (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
  };
  const isInner = (row: number, column: number) =>
    isSet(row - 1, column) && isSet(row + 1, column) && isSet(row, column - 1) && isSet(row, column + 1);
  const lastRow = Math.min(rows, canvas.height - top);
  const lastColumn = Math.min(columns, canvas.width - left);
  for (let row = Math.max(0, -top); row < lastRow; row++) {
    for (let column = Math.max(0, -left); column < lastColumn; column++) {
      if (!isSet(row, column) || (plane.kind === 'region' && isInner(row, column))) continue;
      const at = ((row + top) * canvas.width + column + left) * canvas.channels;
      canvas.data.fill(255, at, at + canvas.channels);
    }
  }
}
