import type { Point } from '#shared/annotation/geometry.ts';
import type { EdgeLetters } from '#shared/imaging/image-plane.ts';
import type { VisibleRectangle } from '#shared/imaging/view-state.ts';

/**
 * Where the image lies on the screen: the one truth of which every renderer and overlay is a projection.
 *
 * screen = middle of the screen + zoom · R(rotation) · F(flips) · S(shape) · (pixel − center)
 *
 * Pixels count from the outer corner of the first one; screen lengths are CSS pixels. The flips act before the
 * clockwise rotation. `shape` is the size of a pixel with its smaller side 1, so that non-square pixels look right.
 */
export interface Placement {
  readonly center: Point;
  readonly zoom: number;
  /** Clockwise, degrees, 0 ≤ rotation < 360. */
  readonly rotation: number;
  readonly flippedHorizontally: boolean;
  readonly flippedVertically: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Rows and columns of an image with the shape of its pixels. */
export interface ImageFormat {
  readonly columns: number;
  readonly rows: number;
  readonly pixelShape: Size;
}

const MIN_ZOOM = 0.02;
const MAX_ZOOM = 64;

export function shapeOf({ pixelShape }: ImageFormat): readonly [number, number] {
  const smaller = Math.min(pixelShape.width, pixelShape.height);
  return [pixelShape.width / smaller, pixelShape.height / smaller];
}

function turn([x, y]: Point, degrees: number): Point {
  // Quarter turns stay exact.
  const quarter = degrees / 90;
  const cos = Number.isInteger(quarter)
    ? ([1, 0, -1, 0][((quarter % 4) + 4) % 4] ?? 1)
    : Math.cos((degrees * Math.PI) / 180);
  const sin = Number.isInteger(quarter)
    ? ([0, 1, 0, -1][((quarter % 4) + 4) % 4] ?? 0)
    : Math.sin((degrees * Math.PI) / 180);
  return [x * cos - y * sin, x * sin + y * cos];
}

function flip([x, y]: Point, placement: Placement): Point {
  return [placement.flippedHorizontally ? -x : x, placement.flippedVertically ? -y : y];
}

/** A direction on the screen as a direction in the image, in units of the smaller pixel side. */
export function screenDirectionToImage(placement: Placement, direction: Point): Point {
  return flip(turn(direction, -placement.rotation), placement);
}

/** CSS pixels from the upper left corner of a screen of `screen` size. */
export function imageToScreen(placement: Placement, format: ImageFormat, screen: Size, point: Point): Point {
  const [sx, sy] = shapeOf(format);
  const offset: Point = [(point[0] - placement.center[0]) * sx, (point[1] - placement.center[1]) * sy];
  const [x, y] = turn(flip(offset, placement), placement.rotation);
  return [screen.width / 2 + placement.zoom * x, screen.height / 2 + placement.zoom * y];
}

/** The inverse of `imageToScreen`. */
export function screenToImage(placement: Placement, format: ImageFormat, screen: Size, point: Point): Point {
  const [sx, sy] = shapeOf(format);
  const offset: Point = [
    (point[0] - screen.width / 2) / placement.zoom,
    (point[1] - screen.height / 2) / placement.zoom,
  ];
  const [x, y] = screenDirectionToImage(placement, offset);
  return [placement.center[0] + x / sx, placement.center[1] + y / sy];
}

/**
 * The matrix of `imageToScreen` for a canvas whose pixels are `density` to a CSS pixel, in the order of
 * CanvasRenderingContext2D.setTransform: x = a·column + c·row + e, y = b·column + d·row + f.
 */
export function screenMatrix(
  placement: Placement,
  format: ImageFormat,
  screen: Size,
  density: number,
): readonly [a: number, b: number, c: number, d: number, e: number, f: number] {
  const [ox, oy] = imageToScreen(placement, format, screen, [0, 0]);
  const [ax, ay] = imageToScreen(placement, format, screen, [1, 0]);
  const [cx, cy] = imageToScreen(placement, format, screen, [0, 1]);
  return [
    (ax - ox) * density,
    (ay - oy) * density,
    (cx - ox) * density,
    (cy - oy) * density,
    ox * density,
    oy * density,
  ];
}

/** The same transform seen through a lens: enlarged about `at`, which stays where it is; in CSS pixels. */
export function magnifiedMatrix(
  [a, b, c, d, e, f]: ReturnType<typeof screenMatrix>,
  at: Point,
  factor: number,
  density: number,
): ReturnType<typeof screenMatrix> {
  const [x, y] = [at[0] * density, at[1] * density];
  return [a * factor, b * factor, c * factor, d * factor, x + (e - x) * factor, y + (f - y) * factor];
}

/** True when columns run up and down the screen. */
function isSideways(rotation: number): boolean {
  return Math.abs(Math.sin((rotation * Math.PI) / 180)) > Math.SQRT1_2;
}

/** The rectangle of the image as large as the screen allows, whole and centred. */
function showing(rectangle: VisibleRectangle, format: ImageFormat, screen: Size, placement: Placement): Placement {
  const [sx, sy] = shapeOf(format);
  const width = rectangle.width * sx;
  const height = rectangle.height * sy;
  const [across, down] = isSideways(placement.rotation) ? [height, width] : [width, height];
  const zoom = Math.min(screen.width / across, screen.height / down);
  return {
    ...placement,
    center: [rectangle.x + rectangle.width / 2, rectangle.y + rectangle.height / 2],
    zoom: Number.isFinite(zoom) && zoom > 0 ? zoom : 1,
  };
}

export const UPRIGHT: Placement = {
  center: [0, 0],
  zoom: 1,
  rotation: 0,
  flippedHorizontally: false,
  flippedVertically: false,
};

/** The whole image, centred; rotation and flips of `from` are kept. */
export function fitted(format: ImageFormat, screen: Size, from: Placement = UPRIGHT): Placement {
  return showing({ x: 0, y: 0, width: format.columns, height: format.rows }, format, screen, from);
}

/**
 * The image in the middle of the screen, one of its pixels (the smaller side) on one of the `density` device pixels to a
 * CSS pixel, exactly: no pixel is spread over two.
 */
export function actualSize(from: Placement, format: ImageFormat, screen: Size, density: number): Placement {
  const near = { ...fitted(format, screen, from), zoom: 1 / density };
  const [, , , , left, top] = screenMatrix(near, format, screen, density);
  return panned(near, format, (Math.round(left) - left) / density, (Math.round(top) - top) / density);
}

/** What a view says of the place, for a screen of any shape: at least its visible rectangle, centred on it. */
export function placementOfView(
  view: {
    readonly visible: VisibleRectangle;
    readonly rotation: number;
    readonly flippedHorizontally: boolean;
    readonly flippedVertically: boolean;
  },
  format: ImageFormat,
  screen: Size,
): Placement {
  const { rotation, flippedHorizontally, flippedVertically } = view;
  return showing(view.visible, format, screen, { ...UPRIGHT, rotation, flippedHorizontally, flippedVertically });
}

/** The part of the image plane that is on the screen, in pixels; it may reach beyond the image. */
export function visibleRectangle(placement: Placement, format: ImageFormat, screen: Size): VisibleRectangle {
  const [sx, sy] = shapeOf(format);
  const [across, down] = [screen.width / placement.zoom, screen.height / placement.zoom];
  const [width, height] = isSideways(placement.rotation) ? [down / sx, across / sy] : [across / sx, down / sy];
  return { x: placement.center[0] - width / 2, y: placement.center[1] - height / 2, width, height };
}

/** Moves the image by CSS pixels; its middle cannot leave the screen so far that nothing is left to grip. */
export function panned(placement: Placement, format: ImageFormat, dx: number, dy: number): Placement {
  const [sx, sy] = shapeOf(format);
  const [x, y] = screenDirectionToImage(placement, [dx / placement.zoom, dy / placement.zoom]);
  return {
    ...placement,
    center: [
      Math.min(Math.max(placement.center[0] - x / sx, 0), format.columns),
      Math.min(Math.max(placement.center[1] - y / sy, 0), format.rows),
    ],
  };
}

/** Zooms by `factor` so that what lies under `anchor` (CSS pixels) stays there. */
export function zoomedAbout(
  placement: Placement,
  format: ImageFormat,
  screen: Size,
  factor: number,
  anchor: Point,
): Placement {
  const zoom = Math.min(Math.max(placement.zoom * factor, MIN_ZOOM), MAX_ZOOM);
  const [sx, sy] = shapeOf(format);
  const held = screenToImage(placement, format, screen, anchor);
  const offset: Point = [(anchor[0] - screen.width / 2) / zoom, (anchor[1] - screen.height / 2) / zoom];
  const [x, y] = screenDirectionToImage(placement, offset);
  return { ...placement, zoom, center: [held[0] - x / sx, held[1] - y / sy] };
}

/** Turns what is on the screen clockwise about its middle. */
export function rotated(placement: Placement, degrees: number): Placement {
  return { ...placement, rotation: (((placement.rotation + degrees) % 360) + 360) % 360 };
}

/** Mirrors what is on the screen left to right, whatever the rotation is. */
export function mirrored(placement: Placement): Placement {
  // Mirroring after a rotation is mirroring before the opposite rotation.
  return {
    ...placement,
    rotation: (360 - placement.rotation) % 360,
    flippedHorizontally: !placement.flippedHorizontally,
  };
}

/** The letters at the four edges of the screen, or null where the image has none. */
export function screenLetters(placement: Placement, letters: EdgeLetters | null): EdgeLetters | null {
  if (letters === null) return null;
  const at = (direction: Point): string => {
    const [x, y] = screenDirectionToImage(placement, direction);
    if (Math.abs(x) > Math.abs(y)) return x > 0 ? letters.right : letters.left;
    return y > 0 ? letters.bottom : letters.top;
  };
  return { top: at([0, -1]), right: at([1, 0]), bottom: at([0, 1]), left: at([-1, 0]) };
}
