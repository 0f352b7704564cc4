import { definingPoints, type Geometry, insideTest, mapped, type Point } from '#shared/annotation/geometry.ts';
import { isStroked, strokesOf } from '#shared/annotation/outline.ts';
import { bidirectionalWithHandleAt } from './bidirectional-editing.ts';

/** Where the pointer holds a shape: one of its handles, or its outline. */
export type Grip = { readonly kind: 'handle'; readonly index: number } | { readonly kind: 'body' };

const pair = (point: Point): [number, number] => [point[0], point[1]];

/** The places at which a shape can be taken and pulled, in image pixels. */
export function handlesOf(geometry: Geometry): Point[] {
  return definingPoints(geometry);
}

/** The shape after its handle `index` was pulled to `to`; sides stay at least `minimum` image pixels long. */
export function withHandleAt(geometry: Geometry, index: number, to: Point, minimum = 0.5): Geometry {
  switch (geometry.kind) {
    case 'point':
    case 'probe':
    case 'text':
      return { ...geometry, at: pair(to) };
    case 'line':
    case 'height':
    case 'calibration':
      return index === 0 ? { ...geometry, from: pair(to) } : { ...geometry, to: pair(to) };
    case 'arrow':
      return index === 0 ? { ...geometry, tail: pair(to) } : { ...geometry, tip: pair(to) };
    case 'rectangle': {
      // Handles run clockwise from the upper left; the opposite corner stays.
      const opposite = definingPoints(geometry)[(index + 2) % 4] ?? geometry.max;
      const width = Math.max(Math.abs(to[0] - opposite[0]), minimum);
      const height = Math.max(Math.abs(to[1] - opposite[1]), minimum);
      const x = to[0] < opposite[0] ? opposite[0] - width : opposite[0];
      const y = to[1] < opposite[1] ? opposite[1] - height : opposite[1];
      return { kind: 'rectangle', min: [x, y], max: [x + width, y + height] };
    }
    case 'ellipse': {
      // Handles: left, top, right, bottom. The opposite end of the axis stays.
      const [x, y] = geometry.center;
      if (index % 2 === 0) {
        const fixed = index === 0 ? x + geometry.radiusX : x - geometry.radiusX;
        const radiusX = Math.max(Math.abs(fixed - to[0]) / 2, minimum / 2);
        return { ...geometry, center: [to[0] < fixed ? fixed - radiusX : fixed + radiusX, y], radiusX };
      }
      const fixed = index === 1 ? y + geometry.radiusY : y - geometry.radiusY;
      const radiusY = Math.max(Math.abs(fixed - to[1]) / 2, minimum / 2);
      return { ...geometry, center: [x, to[1] < fixed ? fixed - radiusY : fixed + radiusY], radiusY };
    }
    case 'angle': {
      const points = definingPoints(geometry).map((point, i) => pair(i === index ? to : point));
      const [from, vertex, end] = points;
      return from === undefined || vertex === undefined || end === undefined
        ? geometry
        : { kind: 'angle', from, vertex, to: end };
    }
    case 'cobb': {
      const { first, second } = geometry;
      if (index < 2) return { ...geometry, first: index === 0 ? [pair(to), first[1]] : [first[0], pair(to)] };
      return { ...geometry, second: index === 2 ? [pair(to), second[1]] : [second[0], pair(to)] };
    }
    case 'bidirectional':
      return bidirectionalWithHandleAt(geometry, index, to);
    case 'multipolygon': {
      let before = 0;
      const rings = geometry.rings.map((ring) => {
        const at = index - before;
        before += ring.length;
        return at < 0 || at >= ring.length ? ring : ring.map((point, i) => (i === at ? pair(to) : point));
      });
      return { ...geometry, rings };
    }
    case 'polyline':
    case 'polygon':
    case 'spline':
      return { ...geometry, points: geometry.points.map((point, i) => (i === index ? pair(to) : point)) };
  }
}

function distanceToSegment(at: Point, from: Point, to: Point): number {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const lengthSquared = dx * dx + dy * dy;
  const t = lengthSquared === 0 ? 0 : ((at[0] - from[0]) * dx + (at[1] - from[1]) * dy) / lengthSquared;
  const along = Math.min(Math.max(t, 0), 1);
  return Math.hypot(at[0] - from[0] - along * dx, at[1] - from[1] - along * dy);
}

function distanceToOutline(geometry: Geometry, at: Point): number {
  if (geometry.kind === 'ellipse') {
    // Along the ray from the centre: exact on the axes, and near enough elsewhere for a pointer.
    const dx = at[0] - geometry.center[0];
    const dy = at[1] - geometry.center[1];
    const distance = Math.hypot(dx, dy);
    if (distance === 0) return Math.min(geometry.radiusX, geometry.radiusY);
    const scale = Math.hypot(dx / geometry.radiusX, dy / geometry.radiusY);
    return Math.abs(distance - distance / scale);
  }
  const points = definingPoints(geometry);
  const [first] = points;
  if (first === undefined) return Number.POSITIVE_INFINITY;
  if (points.length === 1) return Math.hypot(at[0] - first[0], at[1] - first[1]);
  const lines = isStroked(geometry) ? strokesOf(geometry) : [{ points, closed: geometry.kind === 'rectangle' }];
  return Math.min(...lines.map((line) => distanceToLine(at, line.points, line.closed)));
}

function distanceToLine(at: Point, points: readonly Point[], closed: boolean): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = closed ? 0 : 1; i < points.length; i++) {
    const from = points[(i + points.length - 1) % points.length];
    const to = points[i];
    if (from !== undefined && to !== undefined) nearest = Math.min(nearest, distanceToSegment(at, from, to));
  }
  return nearest;
}

/**
 * What the pointer would take hold of, within `tolerance` image pixels; handles win over the outline. Regions are
 * also held by their inside when `filled`.
 */
export function gripAt(geometry: Geometry, at: Point, tolerance: number, filled = false): Grip | null {
  const handles = handlesOf(geometry);
  for (const [index, handle] of handles.entries()) {
    if (Math.hypot(at[0] - handle[0], at[1] - handle[1]) <= tolerance) return { kind: 'handle', index };
  }
  if (distanceToOutline(geometry, at) <= tolerance) return { kind: 'body' };
  if (filled && insideTest(geometry)?.(at[0], at[1]) === true) return { kind: 'body' };
  return null;
}

/** The shape moved or cut so that every defining point lies on an image of `width` × `height` pixels. */
export function heldWithin(geometry: Geometry, width: number, height: number): Geometry {
  const clamp = ([x, y]: Point): [number, number] => [
    Math.min(Math.max(x, 0), width),
    Math.min(Math.max(y, 0), height),
  ];
  if (geometry.kind !== 'ellipse') return mapped(geometry, clamp);
  const left = Math.max(geometry.center[0] - geometry.radiusX, 0);
  const right = Math.min(geometry.center[0] + geometry.radiusX, width);
  const top = Math.max(geometry.center[1] - geometry.radiusY, 0);
  const bottom = Math.min(geometry.center[1] + geometry.radiusY, height);
  if (right <= left || bottom <= top) return geometry;
  return {
    ...geometry,
    center: [(left + right) / 2, (top + bottom) / 2],
    radiusX: (right - left) / 2,
    radiusY: (bottom - top) / 2,
  };
}
