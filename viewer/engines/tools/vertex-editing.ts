import type { Geometry, Point } from '#shared/annotation/geometry.ts';

/** The shapes whose corners can be added and taken away. */
type Cornered = Extract<Geometry, { kind: 'polyline' | 'polygon' | 'spline' | 'multipolygon' }>;
type Line = readonly (readonly [number, number])[];

/** True for shapes of any number of corners. */
export function isCornered(geometry: Geometry): geometry is Cornered {
  return ['polyline', 'polygon', 'spline', 'multipolygon'].includes(geometry.kind);
}

function linesOf(geometry: Cornered): Line[] {
  return geometry.kind === 'multipolygon' ? geometry.rings : [geometry.points];
}

function withLines(geometry: Cornered, lines: readonly Line[]): Geometry {
  const copies = lines.map((line) => line.map(([x, y]): [number, number] => [x, y]));
  return geometry.kind === 'multipolygon'
    ? { ...geometry, rings: copies }
    : { ...geometry, points: copies[0] ?? geometry.points };
}

/** The line (ring) and the place in it of a corner, by its number among all corners. */
function placeOf(geometry: Cornered, index: number): { readonly line: number; readonly at: number } | null {
  let before = 0;
  for (const [line, points] of linesOf(geometry).entries()) {
    if (index < before + points.length) return { line, at: index - before };
    before += points.length;
  }
  return null;
}

/** The shape with one more corner, after the corner `index` on its ring. */
export function withVertexAfter(geometry: Geometry, index: number, at: Point): Geometry {
  if (!isCornered(geometry)) return geometry;
  const place = placeOf(geometry, index);
  if (place === null) return geometry;
  return withLines(
    geometry,
    linesOf(geometry).map((line, i) =>
      i === place.line ? [...line.slice(0, place.at + 1), [at[0], at[1]] as const, ...line.slice(place.at + 1)] : line,
    ),
  );
}

/**
 * The shape without one corner. A ring of three corners goes as a whole where others are left; null when that would
 * leave no shape.
 */
export function withoutVertex(geometry: Geometry, index: number): Geometry | null {
  if (!isCornered(geometry)) return null;
  const place = placeOf(geometry, index);
  if (place === null) return null;
  const lines = linesOf(geometry).map((line, i) => (i === place.line ? line.filter((_, j) => j !== place.at) : line));
  const least = geometry.kind === 'polyline' ? 2 : 3;
  const left = lines.filter((line) => line.length >= least);
  return left.length === 0 ? null : withLines(geometry, left);
}

/** The corner of the same ring that follows; the last point of an open line has none. */
function followerOf(geometry: Cornered, index: number): Point | null {
  const place = placeOf(geometry, index);
  const line = place === null ? undefined : linesOf(geometry)[place.line];
  if (place === null || line === undefined) return null;
  return line[place.at + 1] ?? (geometry.kind === 'polyline' ? null : (line[0] ?? null));
}

/** The middle of the edge that begins at a corner; null where none does. */
export function middleOfEdge(geometry: Geometry, index: number): Point | null {
  if (!isCornered(geometry)) return null;
  const from = linesOf(geometry).flat()[index];
  const to = followerOf(geometry, index);
  return from === undefined || to === null ? null : [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}

/** The edge nearest to a place, as the number of the corner it begins at, and the place on it; null without corners. */
export function nearestEdge(geometry: Geometry, at: Point): { readonly index: number; readonly on: Point } | null {
  if (!isCornered(geometry)) return null;
  let best: { index: number; on: Point; distance: number } | null = null;
  for (const [index, from] of linesOf(geometry).flat().entries()) {
    const to = followerOf(geometry, index);
    if (to === null) continue;
    const on = nearestOnSegment(at, from, to);
    const distance = Math.hypot(at[0] - on[0], at[1] - on[1]);
    if (best === null || distance < best.distance) best = { index, on, distance };
  }
  return best;
}

function nearestOnSegment(at: Point, from: Point, to: Point): Point {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((at[0] - from[0]) * dx + (at[1] - from[1]) * dy) / square;
  const held = Math.min(Math.max(along, 0), 1);
  return [from[0] + held * dx, from[1] + held * dy];
}
