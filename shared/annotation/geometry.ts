import * as z from 'zod';
import { splineOutline } from './spline.ts';

/**
 * A shape on one image, in image pixels: columns to the right, rows down, (0, 0) is the outer corner of the
 * first pixel, so the centre of that pixel is (0.5, 0.5) (PS3.3 C.10.5.1.1, as in SCOORD). On slides the pixels
 * are those of level 0, never cropped to tissue bounds.
 */
const coordinate = z.number().min(-10_000_000).max(10_000_000);
export const pointSchema = z.tuple([coordinate, coordinate]);
export type Point = readonly [x: number, y: number];

/** Two points; a measured axis or one line of an angle. */
const segmentSchema = z.tuple([pointSchema, pointSchema]);

export const GEOMETRY_KINDS = [
  'point',
  'probe',
  'text',
  'arrow',
  'line',
  'height',
  'calibration',
  'bidirectional',
  'angle',
  'cobb',
  'rectangle',
  'ellipse',
  'polyline',
  'polygon',
  'multipolygon',
  'spline',
] as const;
export type GeometryKind = (typeof GEOMETRY_KINDS)[number];

export const geometrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('point'), at: pointSchema }),
  /** A point whose pixel value counts. */
  z.object({ kind: z.literal('probe'), at: pointSchema }),
  /** The annotation's label is written at this place. */
  z.object({ kind: z.literal('text'), at: pointSchema }),
  z.object({ kind: z.literal('arrow'), tail: pointSchema, tip: pointSchema }),
  z.object({ kind: z.literal('line'), from: pointSchema, to: pointSchema }),
  /** What counts is how much lower one end lies than the other, along the columns of the image. */
  z.object({ kind: z.literal('height'), from: pointSchema, to: pointSchema }),
  /** A line whose length in mm a person states: a ruler or a ball in the picture. */
  z.object({
    kind: z.literal('calibration'),
    from: pointSchema,
    to: pointSchema,
    lengthMm: z.number().min(0.001).max(10_000),
  }),
  /** The longest diameter of a lesion and the one across it (RECIST); which is longer is told by their lengths. */
  z.object({ kind: z.literal('bidirectional'), first: segmentSchema, second: segmentSchema }),
  z.object({ kind: z.literal('angle'), from: pointSchema, vertex: pointSchema, to: pointSchema }),
  /** The angle between two lines that need not meet, as along the end plates of two vertebrae. */
  z.object({ kind: z.literal('cobb'), first: segmentSchema, second: segmentSchema }),
  /** Sides parallel to the image's; `min` is the upper left corner. */
  z.object({ kind: z.literal('rectangle'), min: pointSchema, max: pointSchema }),
  /** Axes parallel to the image's. */
  z.object({
    kind: z.literal('ellipse'),
    center: pointSchema,
    radiusX: z.number().positive().max(10_000_000),
    radiusY: z.number().positive().max(10_000_000),
  }),
  /** Open, with a length along it. */
  z.object({ kind: z.literal('polyline'), points: z.array(pointSchema).min(2).max(20_000) }),
  /** Closed: the last point joins the first. */
  z.object({ kind: z.literal('polygon'), points: z.array(pointSchema).min(3).max(20_000) }),
  /**
   * Closed rings that do not cross: several pieces, and holes in them. What lies inside an odd number of rings belongs to
   * it. 20,000 points at most in all.
   */
  z.object({
    kind: z.literal('multipolygon'),
    rings: z
      .array(z.array(pointSchema).min(3).max(20_000))
      .min(1)
      .max(2000)
      .refine((rings) => rings.reduce((sum, ring) => sum + ring.length, 0) <= 20_000, 'has more than 20,000 points'),
  }),
  /** A closed smooth curve through its points; see spline.ts. */
  z.object({ kind: z.literal('spline'), points: z.array(pointSchema).min(3).max(1000) }),
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
    case 'probe':
    case 'text':
      return [geometry.at];
    case 'arrow':
      return [geometry.tail, geometry.tip];
    case 'line':
    case 'height':
    case 'calibration':
      return [geometry.from, geometry.to];
    case 'bidirectional':
    case 'cobb':
      return [...geometry.first, ...geometry.second];
    case 'angle':
      return [geometry.from, geometry.vertex, geometry.to];
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
    case 'polyline':
    case 'polygon':
    case 'spline':
      return geometry.points;
    case 'multipolygon':
      return geometry.rings.flat();
  }
}

/** The smallest upright rectangle around the shape, a spline's curve included. */
export function boundsOf(geometry: Geometry): Bounds {
  return boundsOfPoints(geometry.kind === 'spline' ? splineOutline(geometry.points) : definingPoints(geometry));
}

function boundsOfPoints(points: readonly Point[]): Bounds {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (const [x, y] of points) {
    minX = Math.min(minX, x);
    minY = Math.min(minY, y);
    maxX = Math.max(maxX, x);
    maxY = Math.max(maxY, y);
  }
  return { minX, minY, maxX, maxY };
}

/** True when every defining point lies on an image of `width` × `height` pixels, its border included. */
export function liesWithin(geometry: Geometry, width: number, height: number): boolean {
  const { minX, minY, maxX, maxY } = boundsOfPoints(definingPoints(geometry));
  return minX >= 0 && minY >= 0 && maxX <= width && maxY <= height;
}

/** True for shapes that enclose an area. */
export function isRegion(geometry: Geometry): boolean {
  return ['rectangle', 'ellipse', 'polygon', 'multipolygon', 'spline'].includes(geometry.kind);
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
    case 'polygon':
      return insidePolygon(geometry.points);
    case 'multipolygon': {
      const insides = geometry.rings.map(insidePolygon);
      return (x, y) => insides.filter((inside) => inside(x, y)).length % 2 === 1;
    }
    case 'spline':
      return insidePolygon(splineOutline(geometry.points));
    default:
      return null;
  }
}

/** "Does this point lie inside the closed line?", by the even-odd rule. */
export function insidePolygon(points: readonly Point[]): (x: number, y: number) => boolean {
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

/** Moves the shape by (dx, dy) pixels. */
export function translated(geometry: Geometry, dx: number, dy: number): Geometry {
  return mapped(geometry, ([x, y]) => [x + dx, y + dy]);
}

/** The shape with every defining point where `move` puts it. An ellipse is moved by its centre, its radii stay. */
export function mapped(geometry: Geometry, move: (point: Point) => [number, number]): Geometry {
  const both = ([from, to]: readonly [Point, Point]): [[number, number], [number, number]] => [move(from), move(to)];
  switch (geometry.kind) {
    case 'point':
    case 'probe':
    case 'text':
      return { ...geometry, at: move(geometry.at) };
    case 'arrow':
      return { ...geometry, tail: move(geometry.tail), tip: move(geometry.tip) };
    case 'line':
    case 'height':
    case 'calibration':
      return { ...geometry, from: move(geometry.from), to: move(geometry.to) };
    case 'bidirectional':
    case 'cobb':
      return { ...geometry, first: both(geometry.first), second: both(geometry.second) };
    case 'angle':
      return { ...geometry, from: move(geometry.from), vertex: move(geometry.vertex), to: move(geometry.to) };
    case 'rectangle':
      return { ...geometry, min: move(geometry.min), max: move(geometry.max) };
    case 'ellipse':
      return { ...geometry, center: move(geometry.center) };
    case 'polyline':
    case 'polygon':
    case 'spline':
      return { ...geometry, points: geometry.points.map(move) };
    case 'multipolygon':
      return { ...geometry, rings: geometry.rings.map((ring) => ring.map(move)) };
  }
}
