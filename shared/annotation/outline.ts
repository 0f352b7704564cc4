import type { Geometry, Point } from './geometry.ts';
import { splineOutline } from './spline.ts';

/** One line of a drawn shape, in image pixels. */
export interface Stroke {
  readonly points: readonly Point[];
  readonly closed: boolean;
  /** `ruler` has a tick across each end, so that the ends are exact; `guide` only shows what belongs together. */
  readonly style: 'plain' | 'ruler' | 'guide';
}

const STROKED = [
  'line',
  'height',
  'calibration',
  'bidirectional',
  'angle',
  'cobb',
  'polyline',
  'polygon',
  'multipolygon',
  'spline',
] as const;
type Stroked = Extract<Geometry, { kind: (typeof STROKED)[number] }>;

/** True for the shapes that are made of straight pieces. */
export function isStroked(geometry: Geometry): geometry is Stroked {
  return (STROKED as readonly string[]).includes(geometry.kind);
}

/** The lines of the shapes that are made of lines, for the screen and for pictures of reports alike. */
export function strokesOf(geometry: Stroked): Stroke[] {
  switch (geometry.kind) {
    case 'line':
    case 'calibration':
      return [ruler([geometry.from, geometry.to])];
    case 'height': {
      const foot: Point = [geometry.from[0], geometry.to[1]];
      return [ruler([geometry.from, foot]), guide([foot, geometry.to])];
    }
    case 'bidirectional':
      return [ruler(geometry.first), ruler(geometry.second)];
    case 'angle':
      return [{ points: [geometry.from, geometry.vertex, geometry.to], closed: false, style: 'plain' }];
    case 'cobb':
      return [ruler(geometry.first), ruler(geometry.second), guide([middle(geometry.first), middle(geometry.second)])];
    case 'polyline':
      return [{ points: geometry.points, closed: false, style: 'plain' }];
    case 'polygon':
      return [{ points: geometry.points, closed: true, style: 'plain' }];
    case 'multipolygon':
      return geometry.rings.map((points) => ({ points, closed: true, style: 'plain' }));
    case 'spline':
      return [{ points: splineOutline(geometry.points), closed: true, style: 'plain' }];
  }
}

function ruler(points: readonly Point[]): Stroke {
  return { points, closed: false, style: 'ruler' };
}

function guide(points: readonly Point[]): Stroke {
  return { points, closed: false, style: 'guide' };
}

function middle([from, to]: readonly [Point, Point]): Point {
  return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}
