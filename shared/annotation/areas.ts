import { Clipper, Clipper64, ClipType, FillRule, type Path64, type Paths64 } from 'clipper2-ts';
import type { Geometry, Point } from './geometry.ts';
import { piecesOf, type Ring } from './rings.ts';
import { splineOutline } from './spline.ts';

/**
 * Sums, differences and cuts of areas. Clipper (the Vatti sweep on whole numbers) never fails on corners that touch or
 * edges that coincide; for it every corner is put on a grid of a hundredth of a pixel, far below what can be seen.
 */
const GRID_PER_PX = 100;
/** A sliver below this many px² is left over by rounding and nothing that was drawn. */
const LEAST_AREA_PX2 = 0.05;
const ARC_STEPS = 64;
/** A curve becomes a polygon that leaves it by no more than this. */
const CURVE_TOLERANCE_PX = 0.05;

/** Rings that do not cross, even-odd, as a multipolygon has them. */
export type Area = readonly Ring[];
export type AreaGeometry = Extract<Geometry, { kind: 'polygon' | 'multipolygon' }>;

/** The rings of an area's shape; none for shapes that enclose nothing. */
export function areaOf(geometry: Geometry): Area {
  switch (geometry.kind) {
    case 'rectangle': {
      const { min, max } = geometry;
      return [[min, [max[0], min[1]], max, [min[0], max[1]]]];
    }
    case 'ellipse':
      return [circleAround(geometry.center, geometry.radiusX, geometry.radiusY)];
    case 'polygon':
      return [geometry.points];
    case 'multipolygon':
      return geometry.rings;
    case 'spline':
      return [splineOutline(geometry.points)];
    default:
      return [];
  }
}

/** The outline of an upright ellipse as a polygon inside it. */
export function circleAround(center: Point, radiusX: number, radiusY = radiusX, tolerance = CURVE_TOLERANCE_PX): Ring {
  const sides = Math.ceil(Math.PI / Math.sqrt((2 * tolerance) / Math.max(radiusX, radiusY, tolerance)));
  const count = Math.min(Math.max(4 * Math.ceil(sides / 4), 16), 1440);
  return Array.from({ length: count }, (_, step): Point => {
    const angle = (step / count) * 2 * Math.PI;
    return [center[0] + radiusX * Math.cos(angle), center[1] + radiusY * Math.sin(angle)];
  });
}

/** The area as the simplest shape that holds it; null when nothing is left of it. */
export function shapeOfArea(area: Area): AreaGeometry | null {
  const rings = area.map((ring) => ring.map(([x, y]): [number, number] => [x, y]));
  const [only] = rings;
  if (only === undefined) return null;
  return rings.length === 1 ? { kind: 'polygon', points: only } : { kind: 'multipolygon', rings };
}

/** What belongs to either. */
export function united(a: Area, b: Area): Area {
  return clipped(ClipType.Union, a, b);
}

/** What belongs to both. */
export function intersection(a: Area, b: Area): Area {
  return clipped(ClipType.Intersection, a, b);
}

/** What belongs to the first and not to the second. */
export function difference(a: Area, b: Area): Area {
  return clipped(ClipType.Difference, a, b);
}

/**
 * What a round brush covers on its way, from point to point; a single point is a dot. Its round ends leave a circle by
 * `tolerance` px at most.
 */
export function brushed(way: readonly Point[], radius: number, tolerance: number): Area {
  const origin = originOf([way]);
  const dots = way.map((point) => circleAround(point, radius, radius, tolerance));
  const bands = way.slice(1).map((to, i) => bandBetween(way[i] ?? to, to, radius));
  // What belongs to one of them or several: all run the same way round, so that none takes another away.
  const paths = [...dots, ...bands.filter((band) => band.length > 0)].map((ring) => {
    const path = gridPath(ring, origin);
    return Clipper.isPositive(path) ? path : Clipper.reversePath(path);
  });
  return fromGrid(Clipper.union(paths, FillRule.NonZero), origin);
}

function bandBetween(from: Point, to: Point, radius: number): Ring {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (length === 0) return [];
  const [x, y] = [(-(to[1] - from[1]) / length) * radius, ((to[0] - from[0]) / length) * radius];
  return [
    [from[0] + x, from[1] + y],
    [to[0] + x, to[1] + y],
    [to[0] - x, to[1] - y],
    [from[0] - x, from[1] - y],
  ];
}

/**
 * The area with a stroke added to it or taken away. Rings that the stroke is not near stay as they are, so that the
 * work follows what is under the brush.
 */
export function stroked(area: Area, stroke: Area, way: 'add' | 'erase'): Area {
  const box = boxOf(stroke);
  const near = area.filter((ring) => overlaps(boxOf([ring]), box));
  const far = area.filter((ring) => !near.includes(ring));
  return [...(way === 'add' ? united(near, stroke) : difference(near, stroke)), ...far];
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

function boxOf(rings: readonly Ring[]): Box {
  const box: [number, number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const ring of rings) {
    for (const [x, y] of ring) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
}

function overlaps(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/**
 * The two sides of an area along a line. The line goes straight on beyond its ends; pieces that the line as drawn does
 * not meet stay whole, and with the first side. Null when the line cuts nothing in two.
 */
export function splitBy(area: Area, line: readonly Point[]): readonly [Area, Area] | null {
  const pieces = piecesOf(area).map(({ outline, holes }): Area => [outline, ...holes]);
  const met = pieces.filter((piece) => meets(piece, line));
  const rest = pieces.filter((piece) => !met.includes(piece)).flat();
  const side = sideOf(met.flat(), line);
  if (side === null) return null;
  const left = intersection(met.flat(), side);
  const right = difference(met.flat(), side);
  return left.length === 0 || right.length === 0 ? null : [[...left, ...rest], right];
}

/** Each piece of an area with the holes in it. */
export function separated(area: Area): Area[] {
  return piecesOf(area).map(({ outline, holes }) => [outline, ...holes]);
}

function meets(piece: Area, line: readonly Point[]): boolean {
  const origin = originOf([...piece, line]);
  const clipper = new Clipper64();
  clipper.addOpenSubject([gridPath(line, origin)]);
  clipper.addClip(gridPaths(piece, origin));
  const [closed, open]: [Paths64, Paths64] = [[], []];
  clipper.execute(ClipType.Intersection, FillRule.EvenOdd, closed, open);
  return open.length > 0;
}

/** A closed shape that has the line as one border and a wide arc round everything as the other. */
function sideOf(area: Area, line: readonly Point[]): Area | null {
  const [first, second] = line;
  const [beforeLast, last] = line.slice(-2);
  if (area.length === 0 || first === undefined || second === undefined) return null;
  if (beforeLast === undefined || last === undefined) return null;
  const [left, top, right, bottom] = boxOf([...area, line]);
  const reach = 4 * Math.max(1, right - left, bottom - top);
  const start = beyond(second, first, reach);
  const end = beyond(beforeLast, last, reach);
  if (start === null || end === null) return null;
  const angleOf = ([x, y]: Point): number => Math.atan2(y - first[1], x - first[0]);
  const from = angleOf(end);
  const turn = (angleOf(start) - from + 2 * Math.PI) % (2 * Math.PI);
  const arc = Array.from({ length: ARC_STEPS + 1 }, (_, step): Point => {
    const angle = from + (turn * step) / ARC_STEPS;
    return [first[0] + 2 * reach * Math.cos(angle), first[1] + 2 * reach * Math.sin(angle)];
  });
  return [[start, ...line, end, ...arc]];
}

function beyond(from: Point, to: Point, by: number): Point | null {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (length === 0) return null;
  return [to[0] + ((to[0] - from[0]) / length) * by, to[1] + ((to[1] - from[1]) / length) * by];
}

function clipped(type: ClipType, a: Area, b: Area): Area {
  const origin = originOf([...a, ...b]);
  return fromGrid(Clipper.booleanOp(type, gridPaths(a, origin), gridPaths(b, origin), FillRule.EvenOdd), origin);
}

function fromGrid(paths: Paths64, origin: Point): Area {
  return paths
    .filter((path) => Math.abs(Clipper.area(path)) >= LEAST_AREA_PX2 * GRID_PER_PX ** 2)
    .map((path) => path.map(({ x, y }): Point => [onGrid(origin[0], x), onGrid(origin[1], y)]));
}

/** Products of small numbers are exact: the grid begins at the shapes and not at the corner of the slide. */
function originOf(rings: readonly Ring[]): Point {
  const [x, y] = boxOf(rings);
  return Number.isFinite(x) && Number.isFinite(y) ? [Math.floor(x), Math.floor(y)] : [0, 0];
}

function gridPaths(rings: readonly Ring[], origin: Point): Paths64 {
  return rings.map((ring) => gridPath(ring, origin));
}

function gridPath(ring: Ring, [originX, originY]: Point): Path64 {
  return ring.map(([x, y]) => ({
    x: Math.round((x - originX) * GRID_PER_PX),
    y: Math.round((y - originY) * GRID_PER_PX),
  }));
}

/** Short in a file: 12.34, not 12.340000000000002. */
function onGrid(origin: number, steps: number): number {
  return Math.round(origin * GRID_PER_PX + steps) / GRID_PER_PX;
}
