/** Overlay planes (PS3.3 C.9.2) drawn into a picture. */
import type { Raster } from '#shared/imaging/raster.ts';
import type { OverlayBits, OverlayPlane } from './overlays.ts';

/** Planes in unused bits of the image's own words; `words` are the samples with all their allocated bits. */
export function embeddedOverlays(words: ArrayLike<number>, planes: readonly OverlayPlane[]): OverlayBits[] {
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

/**
 * Draws a plane in white, in place: graphics as they are, of a region its outline, so that nothing inside or outside of
 * it is hidden.
 */
export function drawOverlay(picture: Raster, { plane, bits, firstBit }: OverlayBits): void {
  const { rows, columns, top, left } = plane;
  const isSet = (row: number, column: number): boolean => {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return false;
    const at = firstBit + row * columns + column;
    return (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
  };
  const isInner = (row: number, column: number) =>
    isSet(row - 1, column) && isSet(row + 1, column) && isSet(row, column - 1) && isSet(row, column + 1);
  const lastRow = Math.min(rows, picture.height - top);
  const lastColumn = Math.min(columns, picture.width - left);
  for (let row = Math.max(0, -top); row < lastRow; row++) {
    for (let column = Math.max(0, -left); column < lastColumn; column++) {
      if (!isSet(row, column) || (plane.kind === 'region' && isInner(row, column))) continue;
      const at = ((row + top) * picture.width + column + left) * picture.channels;
      picture.data.fill(255, at, at + picture.channels);
    }
  }
}
