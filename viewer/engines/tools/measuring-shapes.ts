import type { Geometry } from '#shared/annotation/geometry.ts';
import { type Placed, pair } from './drawing-step.ts';
import type { PointsShape } from './points-drawing.ts';

function line(from: Placed, to: Placed): Geometry {
  return { kind: 'line', from: pair(from.image), to: pair(to.image) };
}

/** Two arms from a vertex: end, vertex, other end. */
export const ANGLE: PointsShape = {
  count: 3,
  build([from, vertex, to]) {
    if (from === undefined || vertex === undefined) return null;
    if (to === undefined) return line(from, vertex);
    return { kind: 'angle', from: pair(from.image), vertex: pair(vertex.image), to: pair(to.image) };
  },
};

/** Two lines, one after the other. */
export const COBB: PointsShape = {
  count: 4,
  build([a, b, c, d]) {
    if (a === undefined || b === undefined) return null;
    if (c === undefined || d === undefined) return line(a, b);
    return { kind: 'cobb', first: [pair(a.image), pair(b.image)], second: [pair(c.image), pair(d.image)] };
  },
};

/** A diameter, then the one across it, which is held at a right angle to the first. */
export const BIDIRECTIONAL: PointsShape = {
  count: 4,
  build([a, b, c, d]) {
    if (a === undefined || b === undefined) return null;
    if (c === undefined || d === undefined) return line(a, b);
    return {
      kind: 'bidirectional',
      first: [pair(a.image), pair(b.image)],
      second: [pair(c.image), across(a, b, c, d)],
    };
  },
};

/**
 * The place nearest to `d` on the line through `c` at a right angle to the line from `a` to `b`, in image pixels. The
 * right angle is one on the screen, which shows pixels in their true shape: so it is one in the patient as well.
 */
function across(a: Placed, b: Placed, c: Placed, d: Placed): [number, number] {
  const along = [b.screen[0] - a.screen[0], b.screen[1] - a.screen[1]] as const;
  const pulled = [d.screen[0] - c.screen[0], d.screen[1] - c.screen[1]] as const;
  const square = along[0] ** 2 + along[1] ** 2;
  const share = square === 0 ? 0 : (along[0] * pulled[0] + along[1] * pulled[1]) / square;
  return [d.image[0] - share * (b.image[0] - a.image[0]), d.image[1] - share * (b.image[1] - a.image[1])];
}
