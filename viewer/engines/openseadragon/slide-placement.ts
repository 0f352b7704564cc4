import type { Point } from '#shared/annotation/geometry.ts';
import { type Affine, appliedBack, determinant } from '#shared/imaging/affine.ts';
import type { SlideView, VisibleRectangle } from '#shared/imaging/view-state.ts';

/**
 * Where a slide lies on the screen. Everything that needs it (tiles, marks, numbers) is computed from this one
 * value, so that a mark can never lie beside the pixels it was drawn on. Screen pixels are CSS pixels.
 */
export interface SlidePlacement {
  /** The level-0 place in the middle of the screen. */
  readonly center: Point;
  /** Screen pixels per level-0 pixel. */
  readonly scale: number;
  /** Clockwise, degrees, from 0 up to 360. */
  readonly rotation: number;
  /** Left and right are exchanged, before the rotation. */
  readonly flipped: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const UPRIGHT = { rotation: 0, flipped: false } as const;
/** Beyond eight screen pixels per slide pixel there is nothing more to see. */
export const MAX_SCALE = 8;
/** How much smaller than the whole slide it may become. */
const BELOW_FIT = 0.5;

/** Cosine and sine of clockwise degrees; exact at quarter turns, where 6e-17 would blur every tile border. */
function turn(rotation: number): readonly [cos: number, sin: number] {
  switch (rotation) {
    case 0:
      return [1, 0];
    case 90:
      return [0, 1];
    case 180:
      return [-1, 0];
    case 270:
      return [0, -1];
    default: {
      const radians = (rotation * Math.PI) / 180;
      return [Math.cos(radians), Math.sin(radians)];
    }
  }
}

/** Level-0 pixels to screen pixels (CSS) of a placement, origin in the upper left corner: scale · rotation · flip. */
export function affineOf(placement: SlidePlacement, screen: Size): Affine {
  const [cos, sin] = turn(placement.rotation);
  const { scale, center } = placement;
  const across = placement.flipped ? -scale : scale;
  const [a, b, c, d] = [across * cos, across * sin, -scale * sin, scale * cos];
  return {
    a,
    b,
    c,
    d,
    e: screen.width / 2 - a * center[0] - c * center[1],
    f: screen.height / 2 - b * center[0] - d * center[1],
  };
}

/**
 * The placement that comes nearest to a transform from level-0 to screen pixels, with `center` in the middle: its mean
 * scale, its rotation and its side; what it stretches is left out.
 */
export function placementNear(transform: Affine, center: Point): SlidePlacement {
  const { a, b, c, d } = transform;
  const whole = determinant(transform);
  const flipped = whole < 0;
  const radians = flipped ? Math.atan2(-b - c, d - a) : Math.atan2(b - c, a + d);
  const degrees = Math.round(((radians * 180) / Math.PI) * 1e6) / 1e6;
  return { center, scale: Math.sqrt(Math.abs(whole)), rotation: ((degrees % 360) + 360) % 360, flipped };
}

/** True when columns of the slide run across the screen. */
export function isSideways(rotation: number): boolean {
  return Math.abs(turn(rotation)[1]) > Math.SQRT1_2;
}

function scaleShowing(rectangle: Size, screen: Size, rotation: number): number {
  const [across, down] = isSideways(rotation)
    ? [rectangle.height, rectangle.width]
    : [rectangle.width, rectangle.height];
  const scale = Math.min(screen.width / across, screen.height / down);
  return Number.isFinite(scale) && scale > 0 ? scale : 1;
}

/** The whole slide in the middle, as large as the screen allows. */
export function fitted(
  slide: Size,
  screen: Size,
  { rotation, flipped }: Pick<SlidePlacement, 'rotation' | 'flipped'> = UPRIGHT,
): SlidePlacement {
  const scale = Math.min(scaleShowing(slide, screen, rotation), MAX_SCALE);
  return { center: [slide.width / 2, slide.height / 2], scale, rotation, flipped };
}

/** The scale held between half of the whole slide and `MAX_SCALE`. */
export function heldScale(scale: number, slide: Size, screen: Size, rotation: number): number {
  const least = Math.min(scaleShowing(slide, screen, rotation) * BELOW_FIT, MAX_SCALE);
  return Math.min(Math.max(scale, least), MAX_SCALE);
}

/** The same placement with the middle of the screen on the slide: it cannot be lost. */
export function heldOnSlide(placement: SlidePlacement, slide: Size): SlidePlacement {
  return {
    ...placement,
    center: [
      Math.min(Math.max(placement.center[0], 0), slide.width),
      Math.min(Math.max(placement.center[1], 0), slide.height),
    ],
  };
}

/** A way on the screen as a way on the slide, in level-0 pixels at the scale of the placement. */
function wayOnSlide({ rotation, flipped, scale }: SlidePlacement, dx: number, dy: number): Point {
  const [cos, sin] = turn(rotation);
  const x = (cos * dx + sin * dy) / scale;
  return [flipped ? -x : x, (cos * dy - sin * dx) / scale];
}

/** Moves the slide by screen pixels. */
export function panned(placement: SlidePlacement, slide: Size, dx: number, dy: number): SlidePlacement {
  const [x, y] = wayOnSlide(placement, dx, dy);
  return heldOnSlide({ ...placement, center: [placement.center[0] - x, placement.center[1] - y] }, slide);
}

/** Takes another scale so that what lies under `anchor` (screen pixels) stays there, as far as the slide is held. */
export function scaledAbout(
  placement: SlidePlacement,
  slide: Size,
  screen: Size,
  scale: number,
  anchor: Point,
): SlidePlacement {
  const held = heldScale(scale, slide, screen, placement.rotation);
  const place = appliedBack(affineOf(placement, screen), anchor);
  const scaled = { ...placement, scale: held };
  const [dx, dy] = wayOnSlide(scaled, anchor[0] - screen.width / 2, anchor[1] - screen.height / 2);
  return heldOnSlide({ ...scaled, center: [place[0] - dx, place[1] - dy] }, slide);
}

/** Turns the slide clockwise about the middle of the screen. */
export function turned(placement: SlidePlacement, degrees: number): SlidePlacement {
  return { ...placement, rotation: (((placement.rotation + degrees) % 360) + 360) % 360 };
}

/** Exchanges left and right on the screen, about its middle. */
export function mirrored(placement: SlidePlacement): SlidePlacement {
  // A flip of the screen comes after the rotation, ours before it: F · R(r) = R(−r) · F.
  return { ...placement, flipped: !placement.flipped, rotation: (360 - placement.rotation) % 360 };
}

/** The part of the slide plane on the screen in level-0 pixels; it reaches beyond the slide where the screen does. */
export function visibleRectangle(placement: SlidePlacement, screen: Size): VisibleRectangle {
  const [across, down] = [screen.width / placement.scale, screen.height / placement.scale];
  const [width, height] = isSideways(placement.rotation) ? [down, across] : [across, down];
  return { x: placement.center[0] - width / 2, y: placement.center[1] - height / 2, width, height };
}

export function viewOf(placement: SlidePlacement, screen: Size): SlideView {
  const { rotation, flipped } = placement;
  const visible = visibleRectangle(placement, screen);
  return { kind: 'slide', visible, rotation, ...(flipped ? { flipped } : {}) };
}

/** What a view says, on a screen of any shape: at least its visible rectangle, centred on it. */
export function placementOfView(view: SlideView, screen: Size): SlidePlacement {
  const { visible, rotation, flipped = false } = view;
  return {
    center: [visible.x + visible.width / 2, visible.y + visible.height / 2],
    scale: scaleShowing(visible, screen, rotation),
    rotation,
    flipped,
  };
}
