/** As in geometry.ts, which uses this file. */
type Point = readonly [x: number, y: number];

/** Straight pieces between two control points: at 16 the curve is off by less than a pixel at any zoom people draw at. */
const PIECES = 16;

/**
 * The outline of a closed uniform Catmull-Rom spline through `controls` (three or more), sampled from each control
 * point on: screen, area, statistics and files all use these points. The curve may swing out beyond its controls.
 */
export function splineOutline(controls: readonly Point[]): [number, number][] {
  const count = controls.length;
  const control = (at: number): Point => controls[(at + count) % count] ?? [0, 0];
  return controls.flatMap((start, at) => {
    const [before, end, after] = [control(at - 1), control(at + 1), control(at + 2)];
    return Array.from({ length: PIECES }, (_, piece): [number, number] => {
      const t = piece / PIECES;
      return [between(before[0], start[0], end[0], after[0], t), between(before[1], start[1], end[1], after[1], t)];
    });
  });
}

/** One coordinate of the cubic from `start` to `end` whose slopes are half the way between the neighbours. */
function between(before: number, start: number, end: number, after: number, t: number): number {
  const linear = end - before;
  const square = 2 * before - 5 * start + 4 * end - after;
  const cube = 3 * start - before - 3 * end + after;
  return start + 0.5 * t * (linear + t * (square + t * cube));
}
