/** Drawn shapes as spatial coordinates of a structured report (PS3.3 C.18.6.1.2), and back. */
import { definingPoints, type Geometry, type GeometryKind, type Point } from '#shared/annotation/geometry.ts';
import { splineOutline } from '#shared/annotation/spline.ts';
import type { GraphicType } from '#shared/dicom/content-item.ts';

export interface SrGraphic {
  readonly graphicType: GraphicType;
  readonly points: readonly Point[];
}

/** Sampled points of a spline from one control point to the next. */
const PIECES = 16;

/** The graphics of a shape: two for one of two axes, one for each ring of an area in pieces, one otherwise. */
export function graphicsOf(geometry: Geometry): SrGraphic[] {
  const line = (points: readonly Point[]): SrGraphic => ({ graphicType: 'POLYLINE', points });
  switch (geometry.kind) {
    case 'point':
    case 'probe':
    case 'text':
      return [{ graphicType: 'POINT', points: [geometry.at] }];
    case 'arrow':
      return [line([geometry.tip, geometry.tail])];
    case 'line':
    case 'height':
    case 'calibration':
      return [line([geometry.from, geometry.to])];
    case 'bidirectional':
      return [line(geometry.first), line(geometry.second)];
    case 'angle':
      return [line([geometry.from, geometry.vertex, geometry.vertex, geometry.to])];
    case 'cobb':
      return [line([...geometry.first, ...geometry.second])];
    case 'rectangle':
      return [line(closed(definingPoints(geometry)))];
    case 'ellipse': {
      const [left, top, right, bottom] = definingPoints(geometry);
      if (left === undefined || top === undefined || right === undefined || bottom === undefined) return [];
      // The major axis comes first.
      const points = geometry.radiusX >= geometry.radiusY ? [left, right, top, bottom] : [top, bottom, left, right];
      return [{ graphicType: 'ELLIPSE', points }];
    }
    case 'polyline':
      return [line(geometry.points)];
    case 'polygon':
      return [line(closed(geometry.points))];
    case 'multipolygon':
      return geometry.rings.map((ring) => line(closed(ring)));
    case 'spline':
      return [line(closed(splineOutline(geometry.points)))];
  }
}

function closed(points: readonly Point[]): Point[] {
  const [first] = points;
  return first === undefined ? [] : [...points, first];
}

const pair = ([x, y]: Point): [number, number] => [x, y];

/** The shape of graphics that `graphicsOf` made; null when they do not fit the kind. */
export function shapeOfGraphics(
  kind: GeometryKind,
  graphics: readonly { readonly points: readonly Point[] }[],
  lengthMm: number | null,
): Geometry | null {
  const points = graphics.flatMap((graphic) => graphic.points.map(pair));
  const [a, b, c, d] = points;
  switch (kind) {
    case 'point':
    case 'probe':
    case 'text':
      return a === undefined ? null : { kind, at: a };
    case 'arrow':
      return a === undefined || b === undefined ? null : { kind, tip: a, tail: b };
    case 'line':
    case 'height':
      return a === undefined || b === undefined ? null : { kind, from: a, to: b };
    case 'calibration':
      return a === undefined || b === undefined || lengthMm === null ? null : { kind, from: a, to: b, lengthMm };
    case 'bidirectional':
    case 'cobb':
      if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
      return { kind, first: [a, b], second: [c, d] };
    case 'angle':
      return a === undefined || b === undefined || d === undefined ? null : { kind, from: a, vertex: b, to: d };
    case 'rectangle':
      return a === undefined || c === undefined ? null : { kind, min: a, max: c };
    case 'ellipse':
      return ellipseOf(points);
    case 'polyline':
      return points.length < 2 ? null : { kind, points };
    case 'multipolygon': {
      const rings = graphics.map((graphic) => graphic.points.slice(0, -1).map(pair));
      return rings.some((ring) => ring.length < 3) ? null : { kind, rings };
    }
    case 'polygon':
      return points.length < 4 ? null : { kind, points: points.slice(0, -1) };
    case 'spline': {
      const controls = points.filter((_, at) => at % PIECES === 0 && at < points.length - 1);
      return controls.length < 3 ? null : { kind, points: controls };
    }
  }
}

/** An ellipse whose axes lie along those of the image; others are no shape of ours. */
function ellipseOf(points: readonly [number, number][]): Geometry | null {
  const [a, b, c, d] = points;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
  const lies = Math.abs(a[1] - b[1]) <= Math.abs(a[0] - b[0]);
  const [[left, right], [top, bottom]] = lies
    ? [
        [a, b],
        [c, d],
      ]
    : [
        [c, d],
        [a, b],
      ];
  const radiusX = Math.abs(right[0] - left[0]) / 2;
  const radiusY = Math.abs(bottom[1] - top[1]) / 2;
  const upright = Math.abs(right[1] - left[1]) < 1e-2 * radiusX && Math.abs(bottom[0] - top[0]) < 1e-2 * radiusY;
  if (!(radiusX > 0 && radiusY > 0) || !upright) return null;
  return { kind: 'ellipse', center: [(left[0] + right[0]) / 2, (top[1] + bottom[1]) / 2], radiusX, radiusY };
}

/** The shape that comes nearest to graphics of another system, so that they can be shown; null for what has none. */
export function shapeOfForeign({
  graphicType,
  points,
}: {
  graphicType: string;
  points: readonly Point[];
}): Geometry | null {
  const all = points.map(pair);
  const [a, b] = all;
  if (a === undefined) return null;
  if (graphicType === 'POINT' || graphicType === 'MULTIPOINT' || b === undefined) return { kind: 'point', at: a };
  if (graphicType === 'CIRCLE') {
    const radius = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return radius > 0 ? { kind: 'ellipse', center: a, radiusX: radius, radiusY: radius } : null;
  }
  if (graphicType === 'ELLIPSE') return ellipseOf(all) ?? outlineOfEllipse(all);
  if (all.length === 2) return { kind: 'line', from: a, to: b };
  const last = all[all.length - 1];
  const isClosed = last !== undefined && Math.hypot(last[0] - a[0], last[1] - a[1]) < 1e-3;
  const corners = isClosed ? all.slice(0, -1) : all;
  return corners.length < 3 ? { kind: 'line', from: a, to: b } : { kind: 'polygon', points: corners };
}

/** A turned ellipse as a polygon of 72 corners. */
function outlineOfEllipse(points: readonly [number, number][]): Geometry | null {
  const [a, b, c, d] = points;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
  const center = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] as const;
  const major = [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2] as const;
  const minor = [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2] as const;
  const corners = Array.from({ length: 72 }, (_, step): [number, number] => {
    const [cos, sin] = [Math.cos((step * Math.PI) / 36), Math.sin((step * Math.PI) / 36)];
    return [center[0] + major[0] * cos + minor[0] * sin, center[1] + major[1] * cos + minor[1] * sin];
  });
  return { kind: 'polygon', points: corners };
}
