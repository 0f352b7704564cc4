import type { Geometry } from '#shared/annotation/geometry.ts';
import {
  CLICK_TOLERANCE,
  type Drawing,
  type DrawingStep,
  NOTHING,
  type Placed,
  screenDistance,
} from './drawing-step.ts';

/** A shape of a fixed number of points, in the order in which they are set. */
export interface PointsShape {
  readonly count: number;
  /** The shape of as many points as there are; null while they make none. Also draws what is not finished. */
  readonly build: (points: readonly Placed[]) => Geometry | null;
}

/** Each point is a click, or the end of a drag from the one before: people draw lines both ways, and mix them. */
export function createPointsDrawing({ count, build }: PointsShape): Drawing {
  let points: Placed[] = [];
  let pressed: Placed | null = null;
  const draft = (hover: Placed): DrawingStep => ({
    draft: build(points.length < count ? [...points, hover] : points),
    finished: null,
  });
  return {
    press(at) {
      const last = points[points.length - 1];
      // The second press of a double click falls on the point of the first.
      if (last === undefined || screenDistance(last, at) >= CLICK_TOLERANCE) {
        points.push(at);
        pressed = at;
      }
      return draft(at);
    },
    move(at) {
      if (points.length === 0) return NOTHING;
      // The last point follows the hand until it lets go.
      if (pressed !== null && points.length === count) points = [...points.slice(0, -1), at];
      return draft(at);
    },
    release(at) {
      if (pressed === null) return points.length === 0 ? NOTHING : draft(at);
      const dragged = screenDistance(pressed, at) >= CLICK_TOLERANCE;
      pressed = null;
      if (dragged && points.length < count) points.push(at);
      if (points.length < count) return draft(at);
      const finished = build(points);
      points = [];
      return { draft: null, finished };
    },
    complete: () => NOTHING,
    cancel() {
      const was = points.length > 0;
      points = points.slice(0, -1);
      pressed = null;
      return was;
    },
    get active() {
      return points.length > 0;
    },
  };
}
