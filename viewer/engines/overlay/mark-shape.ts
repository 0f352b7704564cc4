import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { type Stroke, strokesOf } from '#shared/annotation/outline.ts';

/** Turns a shape in image pixels into an SVG path in CSS pixels. `project` may turn and mirror. */

type Project = (point: Point) => Point;

const ELLIPSE_STEPS = 72;
const ARROW_HEAD = 11;
const CROSS = 7;
const DASH = 3;
const DASH_STEP = 9;

const text = (value: number): string => value.toFixed(2);
const at = ([x, y]: Point): string => `${text(x)} ${text(y)}`;

function polyline(points: readonly Point[], closed: boolean): string {
  return points.length === 0 ? '' : `M${points.map(at).join('L')}${closed ? 'Z' : ''}`;
}

function ellipsePoints(geometry: Extract<Geometry, { kind: 'ellipse' }>, project: Project): Point[] {
  return Array.from({ length: ELLIPSE_STEPS }, (_, step) => {
    const angle = (step / ELLIPSE_STEPS) * 2 * Math.PI;
    return project([
      geometry.center[0] + geometry.radiusX * Math.cos(angle),
      geometry.center[1] + geometry.radiusY * Math.sin(angle),
    ]);
  });
}

function arrowPath(tail: Point, tip: Point): string {
  const angle = Math.atan2(tip[1] - tail[1], tip[0] - tail[0]);
  const barb = (turn: number): Point => [
    tip[0] - ARROW_HEAD * Math.cos(angle + turn),
    tip[1] - ARROW_HEAD * Math.sin(angle + turn),
  ];
  return `${polyline([tail, tip], false)}${polyline([barb(0.45), tip, barb(-0.45)], false)}`;
}

function crossPath([x, y]: Point): string {
  return (
    polyline(
      [
        [x - CROSS, y],
        [x - 2, y],
      ],
      false,
    ) +
    polyline(
      [
        [x + 2, y],
        [x + CROSS, y],
      ],
      false,
    ) +
    polyline(
      [
        [x, y - CROSS],
        [x, y - 2],
      ],
      false,
    ) +
    polyline(
      [
        [x, y + 2],
        [x, y + CROSS],
      ],
      false,
    )
  );
}

/** End ticks at right angles, as a ruler has them. */
function rulerPath(from: Point, to: Point): string {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]) + Math.PI / 2;
  const tick = (end: Point): string =>
    polyline(
      [
        [end[0] - 5 * Math.cos(angle), end[1] - 5 * Math.sin(angle)],
        [end[0] + 5 * Math.cos(angle), end[1] + 5 * Math.sin(angle)],
      ],
      false,
    );
  return polyline([from, to], false) + tick(from) + tick(to);
}

/** The `d` of the shape's outline. */
export function outlinePath(geometry: Geometry, project: Project): string {
  switch (geometry.kind) {
    case 'point':
    case 'probe':
      return crossPath(project(geometry.at));
    case 'text': {
      const [x, y] = project(geometry.at);
      return (
        polyline(
          [
            [x - 3, y],
            [x + 3, y],
          ],
          false,
        ) +
        polyline(
          [
            [x, y - 3],
            [x, y + 3],
          ],
          false,
        )
      );
    }
    case 'arrow':
      return arrowPath(project(geometry.tail), project(geometry.tip));
    case 'rectangle': {
      const { min, max } = geometry;
      const corners: Point[] = [min, [max[0], min[1]], max, [min[0], max[1]]];
      return polyline(corners.map(project), true);
    }
    case 'ellipse':
      return polyline(ellipsePoints(geometry, project), true);
    default:
      return strokesOf(geometry)
        .map((stroke) => strokePath(stroke, project))
        .join('');
  }
}

function strokePath({ points, closed, style }: Stroke, project: Project): string {
  const placed = points.map(project);
  const [first, second] = placed;
  if (first === undefined || second === undefined) return '';
  if (style === 'ruler') return rulerPath(first, second);
  return style === 'guide' ? dashedPath(first, second) : polyline(placed, closed);
}

/** Dots of a line, as pieces of the one path that a mark has. */
function dashedPath(from: Point, to: Point): string {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const along = (distance: number): Point => [
    from[0] + ((to[0] - from[0]) * distance) / length,
    from[1] + ((to[1] - from[1]) * distance) / length,
  ];
  const dashes = Math.min(400, Math.floor(length / DASH_STEP));
  const step = length / Math.max(dashes, 1);
  return Array.from({ length: dashes }, (_, i) => polyline([along(i * step), along(i * step + DASH)], false)).join('');
}

/** The shape's upright box on the screen. */
export function screenBox(points: readonly Point[]): { left: number; top: number; right: number; bottom: number } {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const [x, y] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { left, top, right, bottom };
}
