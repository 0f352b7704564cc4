import { decodeBase64 } from '#shared/dicom/base64.ts';
import type { QualityCard } from './quality-card.ts';

type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Where there is tissue on a slide, as it was measured when the slide came. */
export interface TissueMask {
  readonly width: number;
  readonly height: number;
  /** One byte a cell, 1 for tissue, row after row. */
  readonly cells: Uint8Array;
}

/** The mask of a card; null where tissue could not be measured. */
export function tissueMaskOf(card: QualityCard | null): TissueMask | null {
  if (card === null || !card.tissue.measured) return null;
  const { width, height, bits } = card.tissue.mask;
  const packed = decodeBase64(bits);
  if (packed === null) return null;
  const cells = new Uint8Array(width * height);
  for (let at = 0; at < cells.length; at++) cells[at] = ((packed[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
  return { width, height, cells };
}

/** Whether there is any tissue in a rectangle of a slide; both in level-0 pixels. */
export function hasTissueIn(
  { width, height, cells }: TissueMask,
  slide: { readonly width: number; readonly height: number },
  { x, y, width: across, height: down }: Rectangle,
): boolean {
  const [perX, perY] = [width / slide.width, height / slide.height];
  const [left, top] = [Math.max(0, Math.floor(x * perX)), Math.max(0, Math.floor(y * perY))];
  const right = Math.min(width, Math.ceil((x + across) * perX));
  const bottom = Math.min(height, Math.ceil((y + down) * perY));
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) if (cells[row * width + column] === 1) return true;
  }
  return false;
}
