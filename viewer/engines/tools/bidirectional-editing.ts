import type { Geometry, Point } from '#shared/annotation/geometry.ts';

type Bidirectional = Extract<Geometry, { kind: 'bidirectional' }>;

const plus = (point: Point, by: Point): [number, number] => [point[0] + by[0], point[1] + by[1]];
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];

/**
 * The shape after handle `index` (the ends of the first axis, then of the second) was pulled to `to`. The axes keep
 * their angle: turning the first turns the second about it; an end of the second moves freely, and takes the other
 * end along the first axis with it.
 */
export function bidirectionalWithHandleAt(geometry: Bidirectional, index: number, to: Point): Bidirectional {
  const { first, second } = geometry;
  if (index >= 2) {
    const pulled = second[index - 2] ?? second[0];
    const moved = minus(to, pulled);
    const axis = minus(first[1], first[0]);
    const square = axis[0] ** 2 + axis[1] ** 2;
    const share = square === 0 ? 0 : (moved[0] * axis[0] + moved[1] * axis[1]) / square;
    const along: Point = [axis[0] * share, axis[1] * share];
    return index === 2
      ? { ...geometry, second: [[to[0], to[1]], plus(second[1], along)] }
      : { ...geometry, second: [plus(second[0], along), [to[0], to[1]]] };
  }
  const fixed = first[1 - index] ?? first[0];
  const before = minus(first[index] ?? first[1], fixed);
  const after = minus(to, fixed);
  const square = before[0] ** 2 + before[1] ** 2;
  if (square === 0 || (after[0] === 0 && after[1] === 0)) return geometry;
  // The turn and stretch that takes the old axis to the new one, as a complex factor.
  const real = (after[0] * before[0] + after[1] * before[1]) / square;
  const imaginary = (after[1] * before[0] - after[0] * before[1]) / square;
  const turned = (point: Point): [number, number] => {
    const [x, y] = minus(point, fixed);
    return plus(fixed, [x * real - y * imaginary, x * imaginary + y * real]);
  };
  return {
    ...geometry,
    first: index === 0 ? [[to[0], to[1]], first[1]] : [first[0], [to[0], to[1]]],
    second: [turned(second[0]), turned(second[1])],
  };
}
