import { boundsOf, type Geometry } from '#shared/annotation/geometry.ts';
import type { PixelRectangle } from '#shared/imaging/pyramid.ts';
import type { VisibleRectangle } from '#shared/imaging/view-state.ts';

/** A picture no wider than this times its height, and no higher than that times its width, measured in the patient. */
const WIDEST = 1.6;
const TALLEST = 1.15;
/** A mark that takes up less than a twelfth of the picture would not be found in print. */
const MOST_TIMES_MARK = 12;
const MARGIN = 0.18;

/**
 * The part of an image a key image shows: what the expert saw, less what is far from a small mark, plus what the mark
 * needs; of a shape that fits a page. Whole px inside the image. `pixelAspect` is the width of a pixel over its height.
 */
export function keyImageCrop(
  visible: VisibleRectangle,
  geometry: Geometry,
  image: { readonly width: number; readonly height: number },
  pixelAspect: number,
): PixelRectangle {
  const mark = boundsOf(geometry);
  const markWidth = (mark.maxX - mark.minX) * (1 + 2 * MARGIN);
  const markHeight = (mark.maxY - mark.minY) * (1 + 2 * MARGIN);
  const largestMark = Math.max(mark.maxX - mark.minX, (mark.maxY - mark.minY) / pixelAspect);
  const most = largestMark === 0 ? Number.POSITIVE_INFINITY : largestMark * MOST_TIMES_MARK;

  let width = Math.max(Math.min(visible.width, image.width, most), markWidth, 1);
  let height = Math.max(Math.min(visible.height, image.height, most * pixelAspect), markHeight, 1);
  const shape = (width * pixelAspect) / height;
  if (shape > WIDEST) {
    // Rather less at the sides than more above and below; but never less than the mark.
    width = Math.max((height * WIDEST) / pixelAspect, markWidth);
    height = Math.max(height, (width * pixelAspect) / WIDEST);
  } else if (shape < 1 / TALLEST) {
    height = Math.max(width * pixelAspect * TALLEST, markHeight);
    width = Math.max(width, height / TALLEST / pixelAspect);
  }

  const x = place(visible.x + visible.width / 2, width, mark.minX, mark.maxX, image.width);
  const y = place(visible.y + visible.height / 2, height, mark.minY, mark.maxY, image.height);
  return { x: x.from, y: y.from, width: x.length, height: y.length };
}

/** One axis: centred on the view, moved as little as needed to hold the mark, cut at the border of the image. */
function place(center: number, length: number, markFrom: number, markTo: number, imageLength: number) {
  const margin = Math.max(0, Math.min((length - (markTo - markFrom)) / 2, (markTo - markFrom) * MARGIN));
  let from = center - length / 2;
  from = Math.min(from, markFrom - margin);
  from = Math.max(from, markTo + margin - length);
  from = Math.max(0, Math.min(from, imageLength - length));
  const first = Math.max(0, Math.floor(from));
  const end = Math.min(imageLength, Math.ceil(from + length));
  return { from: first, length: Math.max(1, end - first) };
}
