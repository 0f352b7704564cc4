import * as z from 'zod';

/**
 * A shape on one image, in image pixels: columns to the right, rows down, (0, 0) is the outer corner of the
 * first pixel, so the centre of that pixel is (0.5, 0.5) (PS3.3 C.10.5.1.1, as in SCOORD). On slides the pixels
 * are those of level 0, never cropped to tissue bounds.
 */
const coordinate = z.number().min(-10_000_000).max(10_000_000);
export const pointSchema = z.tuple([coordinate, coordinate]);
export type Point = readonly [x: number, y: number];

export const GEOMETRY_KINDS = ['point', 'text', 'arrow', 'line', 'rectangle', 'ellipse', 'polygon'] as const;
export type GeometryKind = (typeof GEOMETRY_KINDS)[number];

export const geometrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('point'), at: pointSchema }),
  /** The annotation's label is written at this place. */
  z.object({ kind: z.literal('text'), at: pointSchema }),
  z.object({ kind: z.literal('arrow'), tail: pointSchema, tip: pointSchema }),
  z.object({ kind: z.literal('line'), from: pointSchema, to: pointSchema }),
  /** Sides parallel to the image's; `min` is the upper left corner. */
  z.object({ kind: z.literal('rectangle'), min: pointSchema, max: pointSchema }),
  /** Axes parallel to the image's. */
  z.object({
    kind: z.literal('ellipse'),
    center: pointSchema,
    radiusX: z.number().positive().max(10_000_000),
    radiusY: z.number().positive().max(10_000_000),
  }),
  /** Closed: the last point joins the first. */
  z.object({ kind: z.literal('polygon'), points: z.array(pointSchema).min(3).max(20_000) }),
]);
export type Geometry = z.infer<typeof geometrySchema>;

export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** The points that define the shape, in drawing order; for an ellipse the four ends of its axes. */
export function definingPoints(geometry: Geometry): Point[] {
  switch (geometry.kind) {
    case 'point':
    case 'text':
      return [geometry.at];
    case 'arrow':
      return [geometry.tail, geometry.tip];
    case 'line':
      return [geometry.from, geometry.to];
    case 'rectangle':
      return [geometry.min, [geometry.max[0], geometry.min[1]], geometry.max, [geometry.min[0], geometry.max[1]]];
    case 'ellipse': {
      const [x, y] = geometry.center;
      return [
        [x - geometry.radiusX, y],
        [x, y - geometry.radiusY],
        [x + geometry.radiusX, y],
        [x, y + geometry.radiusY],
      ];
    }
    case 'polygon':
      return geometry.points;
  }
}

/** The smallest upright rectangle around the shape. */
export function boundsOf(geometry: Geometry): Bounds {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (const [x, y] of definingPoints(geometry)) {
    minX = Math.min(minX, x);
    minY = Math.min(minY, y);
    maxX = Math.max(maxX, x);
    maxY = Math.max(maxY, y);
  }
  return { minX, minY, maxX, maxY };
}

/** True when every defining point lies on an image of `width` × `height` pixels, its border included. */
export function liesWithin(geometry: Geometry, width: number, height: number): boolean {
  const { minX, minY, maxX, maxY } = boundsOf(geometry);
  return minX >= 0 && minY >= 0 && maxX <= width && maxY <= height;
}

/** True for shapes that enclose an area. */
export function isRegion(geometry: Geometry): boolean {
  return geometry.kind === 'rectangle' || geometry.kind === 'ellipse' || geometry.kind === 'polygon';
}

/** A test for "does this point lie inside the region"; null for shapes without an inside. Even-odd for polygons. */
export function insideTest(geometry: Geometry): ((x: number, y: number) => boolean) | null {
  switch (geometry.kind) {
    case 'rectangle': {
      const { min, max } = geometry;
      return (x, y) => x >= min[0] && x <= max[0] && y >= min[1] && y <= max[1];
    }
    case 'ellipse': {
      const { center, radiusX, radiusY } = geometry;
      return (x, y) => ((x - center[0]) / radiusX) ** 2 + ((y - center[1]) / radiusY) ** 2 <= 1;
    }
    case 'polygon': {
      const { points } = geometry;
      return (x, y) => {
        let inside = false;
        let previous = points[points.length - 1];
        for (const point of points) {
          if (previous !== undefined && point[1] > y !== previous[1] > y) {
            const crossing = ((previous[0] - point[0]) * (y - point[1])) / (previous[1] - point[1]) + point[0];
            if (x < crossing) inside = !inside;
          }
          previous = point;
        }
        return inside;
      };
    }
    default:
      return null;
  }
}

/** Moves the shape by (dx, dy) pixels. */
export function translated(geometry: Geometry, dx: number, dy: number): Geometry {
  const move = ([x, y]: Point): [number, number] => [x + dx, y + dy];
  switch (geometry.kind) {
    case 'point':
    case 'text':
      return { ...geometry, at: move(geometry.at) };
    case 'arrow':
      return { ...geometry, tail: move(geometry.tail), tip: move(geometry.tip) };
    case 'line':
      return { ...geometry, from: move(geometry.from), to: move(geometry.to) };
    case 'rectangle':
      return { ...geometry, min: move(geometry.min), max: move(geometry.max) };
    case 'ellipse':
      return { ...geometry, center: move(geometry.center) };
    case 'polygon':
      return { ...geometry, points: geometry.points.map(move) };
  }
}
