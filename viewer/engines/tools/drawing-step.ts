import type { Geometry, Point } from '#shared/annotation/geometry.ts';

/** What a drawing is fed with: a place of the pointer. */
export interface Placed {
  readonly image: Point;
  /** In CSS pixels, to tell a click from a drag whatever the zoom. */
  readonly screen: Point;
}

/** What a drawing answers: the draft to paint and, at the end, the finished shape. */
export interface DrawingStep {
  readonly draft: Geometry | null;
  readonly finished: Geometry | null;
}

export interface Drawing {
  press(at: Placed): DrawingStep;
  move(at: Placed): DrawingStep;
  release(at: Placed): DrawingStep;
  /** Double click or Enter: ends a polygon. */
  complete(): DrawingStep;
  /** Escape or Backspace: takes the last point back, or gives the drawing up. True when there was one. */
  cancel(): boolean;
  readonly active: boolean;
}

export const NOTHING: DrawingStep = { draft: null, finished: null };

/** Below this many CSS pixels a press is a click. */
export const CLICK_TOLERANCE = 4;

export function screenDistance(a: Placed, b: Placed): number {
  return Math.hypot(a.screen[0] - b.screen[0], a.screen[1] - b.screen[1]);
}

/** A point as geometries hold it. */
export function pair(point: Point): [number, number] {
  return [point[0], point[1]];
}
