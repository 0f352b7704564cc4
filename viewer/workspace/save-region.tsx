import { Anchor } from '@mantine/core';
import type { SlideSummary } from '#shared/api/material.ts';
import { regionAddress } from '#shared/api/slide-images.ts';
import type { PixelRectangle } from '#shared/imaging/pyramid.ts';

/** What fits one answer of the server, with something to spare. */
const MOST_PIXELS = 24_000_000;
const FORMATS = [
  ['png', 'PNG'],
  ['jpeg', 'JPEG'],
  ['tiff', 'TIFF'],
] as const;

/** The part of the rectangle on the slide in whole pixels, and by how much it must be reduced; null when none is. */
export function savedRegion(
  size: Pick<SlideSummary, 'width' | 'height'> | null,
  { x, y, width, height }: PixelRectangle,
): { readonly rectangle: PixelRectangle; readonly downsample: number } | null {
  const [left, top] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
  const right = Math.min(size?.width ?? Number.POSITIVE_INFINITY, Math.ceil(x + width));
  const bottom = Math.min(size?.height ?? Number.POSITIVE_INFINITY, Math.ceil(y + height));
  if (right <= left || bottom <= top) return null;
  const rectangle = { x: left, y: top, width: right - left, height: bottom - top };
  const reduction = Math.sqrt((rectangle.width * rectangle.height) / MOST_PIXELS);
  return { rectangle, downsample: reduction <= 1 ? 1 : Math.ceil(reduction) };
}

/** Links that save a rectangle of the slide with its scale and colour profile, at full resolution where that fits. */
export function SaveRegion({
  slideId,
  size = null,
  rectangle,
}: {
  readonly slideId: string;
  /** Of the slide; left out for what is known to lie on it. */
  readonly size?: Pick<SlideSummary, 'width' | 'height'> | null;
  readonly rectangle: PixelRectangle;
}) {
  const saved = savedRegion(size, rectangle);
  if (saved === null) return null;
  const selection = { focalPlane: null, channels: [] };
  return (
    <>
      {FORMATS.map(([format, name]) => (
        <Anchor
          key={format}
          size="xs"
          href={regionAddress(slideId, { ...saved, format, selection })}
          download
          aria-label={`Save region as ${name}`}
        >
          {name}
        </Anchor>
      ))}
      {saved.downsample > 1 && <span>reduced {saved.downsample} times</span>}
    </>
  );
}
