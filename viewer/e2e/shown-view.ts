import type { Page } from 'playwright-core';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { boundsOf } from '#shared/annotation/geometry.ts';
import type { VisibleRectangle } from '#shared/imaging/view-state.ts';

export interface ShownView {
  /** Screen pixels per image pixel. */
  readonly scale: number;
  /** The part of the image on the screen, measured at a mark whose place in the image is known. */
  readonly visible: VisibleRectangle;
}

/** What part of the image a viewport shows, measured on the screen: from the drawn outline of one annotation. */
export async function measureView(page: Page, annotation: Annotation): Promise<ShownView> {
  const viewport = page.getByRole('application').first();
  const box = await viewport.boundingBox();
  // The outline itself, without handles, halo and label.
  const outline = await page
    .locator(`[data-mark="${annotation.id}"] path[data-hit]`)
    .first()
    .evaluate((path) => {
      const svg = (path as SVGPathElement).ownerSVGElement;
      const inner = (path as SVGPathElement).getBBox();
      const outer = svg?.getBoundingClientRect();
      return { x: inner.x + (outer?.x ?? 0), y: inner.y + (outer?.y ?? 0), width: inner.width };
    });
  if (box === null) throw new Error('the viewport is not on the screen');
  const bounds = boundsOf(annotation.geometry);
  const scale = outline.width / (bounds.maxX - bounds.minX);
  return {
    scale,
    visible: {
      x: bounds.minX - (outline.x - box.x) / scale,
      y: bounds.minY - (outline.y - box.y) / scale,
      width: box.width / scale,
      height: box.height / scale,
    },
  };
}

/**
 * How well `shown` restores `stored`, in image pixels: what of the stored part is cut off, how far the middles lie
 * apart, and how much more than needed is shown (1: one side fits exactly).
 */
export function compareViews(
  shown: VisibleRectangle,
  stored: VisibleRectangle,
): { readonly cutOff: number; readonly apart: number; readonly spare: number } {
  const cutOff = Math.max(
    shown.x - stored.x,
    shown.y - stored.y,
    stored.x + stored.width - (shown.x + shown.width),
    stored.y + stored.height - (shown.y + shown.height),
  );
  const apart = Math.hypot(
    shown.x + shown.width / 2 - (stored.x + stored.width / 2),
    shown.y + shown.height / 2 - (stored.y + stored.height / 2),
  );
  return { cutOff, apart, spare: Math.min(shown.width / stored.width, shown.height / stored.height) };
}
