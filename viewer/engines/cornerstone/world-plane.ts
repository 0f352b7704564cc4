import type { FrameDescription } from './frame-description.ts';

type Vector = readonly [number, number, number];

/** Where a frame is drawn in the renderer's world: millimetres of the patient, or pixels when it has no plane. */
export interface WorldPlane {
  readonly rowCosines: Vector;
  readonly columnCosines: Vector;
  /** Centre of the first pixel. */
  readonly origin: Vector;
  readonly columnSpacing: number;
  readonly rowSpacing: number;
}

const NO_PLANE = { rowCosines: [1, 0, 0], columnCosines: [0, 1, 0], origin: [0, 0, 0] } as const;

/** Spacing here gives pixels their shape; what is measured comes from the calibration alone. */
export function worldPlaneOf({ plane, pixelShape }: FrameDescription): WorldPlane {
  return { ...(plane ?? NO_PLANE), columnSpacing: pixelShape.width, rowSpacing: pixelShape.height };
}

/**
 * The world point of an image point. Ours count from the outer corner of the first pixel, the world from its centre: the
 * image point (0, 0) is the origin less half a pixel each way.
 */
export function worldPointOf(world: WorldPlane, [column, row]: readonly [number, number]): Vector {
  return along(world, world.origin, (column - 0.5) * world.columnSpacing, (row - 0.5) * world.rowSpacing);
}

/** The world point that the processor path of the renderer takes for an image point: there pixels count from corners. */
export function cornerPointOf(world: WorldPlane, [column, row]: readonly [number, number]): Vector {
  return along(world, world.origin, column * world.columnSpacing, row * world.rowSpacing);
}

/** A direction in the image, in units of equal length along rows and columns, as one in the world. */
export function worldDirectionOf(world: WorldPlane, [x, y]: readonly [number, number]): Vector {
  return along(world, [0, 0, 0], x, y);
}

export function crossProduct(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function along({ rowCosines: r, columnCosines: c }: WorldPlane, from: Vector, x: number, y: number): Vector {
  return [from[0] + r[0] * x + c[0] * y, from[1] + r[1] * x + c[1] * y, from[2] + r[2] * x + c[2] * y];
}
