/** Where the pixels and marks of a presented image go (PS3.3 C.10.4 Displayed Area, C.10.6 Spatial Transformation). */
import type { RenderingWish } from '#server/domain/rendering-ports.ts';
import type { FramePresentation } from '#shared/dicom/presentation-state.ts';
import { fitted, MOST_PIXELS, refusal, WEBP_SIDE } from './picture-plan.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PresentedPlan {
  /** Size of the picture in px. */
  readonly width: number;
  readonly height: number;
  /** The displayed area in px of the image; it may reach beyond. */
  readonly area: Rectangle;
  /** The displayed area as it is shown, in px of the picture; larger than the picture when MAGNIFY makes it so. */
  readonly shown: Rectangle;
  readonly rotation: FramePresentation['rotation'];
  readonly flipped: boolean;
}

/**
 * SCALE TO FIT and TRUE SIZE are fitted into the box, or left at one px an image px; MAGNIFY is scaled as the state
 * says and then cut to the box, around its centre (PS3.18 section 9.5.2.3).
 * @throws AppError REQUEST_INVALID for a picture too large to be made
 */
export function planPresented(
  image: { readonly columns: number; readonly rows: number; readonly pixelAspect: number },
  presentation: Pick<FramePresentation, 'area' | 'rotation' | 'flipped'>,
  wish: Pick<RenderingWish, 'box' | 'format'>,
): PresentedPlan {
  const { rotation, flipped } = presentation;
  const { left, top, right, bottom, magnification, pixelAspect } = presentation.area ?? {
    ...{ left: 0, top: 0, right: image.columns, bottom: image.rows, magnification: null, pixelAspect: null },
  };
  const area = { x: left, y: top, width: right - left, height: bottom - top };
  const turned = rotation === 90 || rotation === 270;
  const oriented = turned ? { width: area.height, height: area.width } : area;
  const aspect = pixelAspect ?? image.pixelAspect;
  const full = sizeOf(oriented, turned ? 1 / aspect : aspect, magnification, wish.box);
  const large = Math.max(full.width, full.height);
  const beyondImage = full.width * full.height > Math.max(MOST_PIXELS, image.columns * image.rows);
  if (beyondImage || (wish.format === 'webp' && large > WEBP_SIDE)) {
    throw refusal(`must make the picture smaller: the presentation state shows ${full.width} × ${full.height} px`);
  }
  const width = wish.box === null ? full.width : Math.min(full.width, wish.box.width);
  const height = wish.box === null ? full.height : Math.min(full.height, wish.box.height);
  const shown = { ...full, x: Math.floor((width - full.width) / 2), y: Math.floor((height - full.height) / 2) };
  return { width, height, area, shown, rotation, flipped };
}

function sizeOf(
  oriented: { readonly width: number; readonly height: number },
  aspect: number,
  magnification: number | null,
  box: RenderingWish['box'],
): { width: number; height: number } {
  if (magnification !== null) {
    return {
      width: Math.max(1, Math.round(oriented.width * magnification * Math.max(1, aspect))),
      height: Math.max(1, Math.round(oriented.height * magnification * Math.max(1, 1 / aspect))),
    };
  }
  return box === null ? { width: oriented.width, height: oriented.height } : fitted(oriented, aspect, box);
}

/** Px of the picture for a point in px of the image. */
export function toPicture({ area, shown, rotation, flipped }: PresentedPlan, x: number, y: number): [number, number] {
  const u = (x - area.x) / area.width;
  const v = (y - area.y) / area.height;
  const [across, down] = turn(u, v, rotation);
  return [shown.x + (flipped ? 1 - across : across) * shown.width, shown.y + down * shown.height];
}

/** Clockwise, in fractions of the area. */
function turn(u: number, v: number, rotation: FramePresentation['rotation']): [number, number] {
  switch (rotation) {
    case 0:
      return [u, v];
    case 90:
      return [1 - v, u];
    case 180:
      return [1 - u, 1 - v];
    case 270:
      return [v, 1 - u];
  }
}
