import type { Geometry, GeometryKind, Point } from '#shared/annotation/geometry.ts';

/**
 * One machine draws every shape: what differs is a row of `SHAPES`. A drawing is fed with places of the pointer
 * in image pixels and answers with the draft to paint and, at the end, the finished shape.
 */

export interface Placed {
  readonly image: Point;
  /** In CSS pixels, to tell a click from a drag whatever the zoom. */
  readonly screen: Point;
}

export interface DrawingStep {
  readonly draft: Geometry | null;
  readonly finished: Geometry | null;
}

/** Below this many CSS pixels a press is a click. */
const CLICK_TOLERANCE = 4;
/** A click this near to the first vertex closes a polygon. */
const CLOSING_TOLERANCE = 10;
/** While the pointer is dragged a polygon takes a vertex this often: freehand. */
const FREEHAND_STEP = 3;

type TwoPointShape = (from: Point, to: Point) => Geometry | null;

const pair = (point: Point): [number, number] => [point[0], point[1]];

const TWO_POINT_SHAPES: Partial<Record<GeometryKind, TwoPointShape>> = {
  line: (from, to) => ({ kind: 'line', from: pair(from), to: pair(to) }),
  arrow: (tail, tip) => ({ kind: 'arrow', tail: pair(tail), tip: pair(tip) }),
  rectangle: (from, to) =>
    from[0] === to[0] || from[1] === to[1]
      ? null
      : {
          kind: 'rectangle',
          min: [Math.min(from[0], to[0]), Math.min(from[1], to[1])],
          max: [Math.max(from[0], to[0]), Math.max(from[1], to[1])],
        },
  ellipse: (from, to) =>
    from[0] === to[0] || from[1] === to[1]
      ? null
      : {
          kind: 'ellipse',
          center: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2],
          radiusX: Math.abs(to[0] - from[0]) / 2,
          radiusY: Math.abs(to[1] - from[1]) / 2,
        },
};

export interface Drawing {
  press(at: Placed): DrawingStep;
  move(at: Placed): DrawingStep;
  release(at: Placed): DrawingStep;
  /** Double click or Enter: ends a polygon. */
  complete(): DrawingStep;
  /** Escape or Backspace: takes the last vertex back, or gives the drawing up. True when there was one. */
  cancel(): boolean;
  readonly active: boolean;
}

const NOTHING: DrawingStep = { draft: null, finished: null };

function screenDistance(a: Placed, b: Placed): number {
  return Math.hypot(a.screen[0] - b.screen[0], a.screen[1] - b.screen[1]);
}

function createPointDrawing(kind: 'point' | 'text'): Drawing {
  let pressed: Placed | null = null;
  return {
    press(at) {
      pressed = at;
      return { draft: { kind, at: pair(at.image) }, finished: null };
    },
    move: (at) => (pressed === null ? NOTHING : { draft: { kind, at: pair(at.image) }, finished: null }),
    release(at) {
      if (pressed === null) return NOTHING;
      pressed = null;
      return { draft: null, finished: { kind, at: pair(at.image) } };
    },
    complete: () => NOTHING,
    cancel() {
      const was = pressed !== null;
      pressed = null;
      return was;
    },
    get active() {
      return pressed !== null;
    },
  };
}

/** Press, drag, release; or click, move, click: both are how people draw a line. */
function createTwoPointDrawing(shape: TwoPointShape): Drawing {
  let first: Placed | null = null;
  let clicked = false;
  const draftTo = (at: Placed): DrawingStep =>
    first === null ? NOTHING : { draft: shape(first.image, at.image), finished: null };
  return {
    press(at) {
      if (first === null) {
        first = at;
        clicked = false;
      }
      return draftTo(at);
    },
    move: draftTo,
    release(at) {
      if (first === null) return NOTHING;
      if (!clicked && screenDistance(first, at) < CLICK_TOLERANCE) {
        clicked = true;
        return draftTo(at);
      }
      if (screenDistance(first, at) < CLICK_TOLERANCE) return draftTo(at);
      const finished = shape(first.image, at.image);
      first = null;
      return { draft: null, finished };
    },
    complete: () => NOTHING,
    cancel() {
      const was = first !== null;
      first = null;
      return was;
    },
    get active() {
      return first !== null;
    },
  };
}

/** Clicks set vertices, dragging draws freehand; double click, Enter or a click on the first vertex closes. */
function createPolygonDrawing(): Drawing {
  let vertices: Placed[] = [];
  let pressed = false;
  let closing = false;
  const open = (tail: Placed | null): DrawingStep => {
    const points = vertices.map((vertex) => pair(vertex.image));
    if (tail !== null) points.push(pair(tail.image));
    if (points.length === 2) {
      const [from, to] = points;
      return from === undefined || to === undefined ? NOTHING : { draft: { kind: 'line', from, to }, finished: null };
    }
    return points.length < 3 ? NOTHING : { draft: { kind: 'polygon', points }, finished: null };
  };
  const finish = (): DrawingStep => {
    const points = vertices.map((vertex) => pair(vertex.image));
    vertices = [];
    pressed = false;
    return { draft: null, finished: points.length < 3 ? null : { kind: 'polygon', points } };
  };
  return {
    press(at) {
      pressed = true;
      const [first] = vertices;
      closing = first !== undefined && vertices.length >= 3 && screenDistance(first, at) < CLOSING_TOLERANCE;
      const last = vertices[vertices.length - 1];
      // The second press of a double click falls on the vertex of the first.
      if (!closing && (last === undefined || screenDistance(last, at) >= CLICK_TOLERANCE)) vertices.push(at);
      return open(null);
    },
    move(at) {
      if (vertices.length === 0) return NOTHING;
      const last = vertices[vertices.length - 1];
      if (pressed && !closing && last !== undefined && screenDistance(last, at) >= FREEHAND_STEP) {
        vertices.push(at);
        return open(null);
      }
      return open(at);
    },
    release(at) {
      if (!pressed) return NOTHING;
      pressed = false;
      if (closing) return finish();
      const [first] = vertices;
      const cameHome = first !== undefined && vertices.length > 8 && screenDistance(first, at) < CLOSING_TOLERANCE;
      return cameHome ? finish() : open(null);
    },
    complete: () => (vertices.length === 0 ? NOTHING : finish()),
    cancel() {
      const was = vertices.length > 0;
      vertices = vertices.length > 1 ? vertices.slice(0, -1) : [];
      pressed = false;
      return was;
    },
    get active() {
      return vertices.length > 0;
    },
  };
}

/** A fresh drawing of one shape. */
export function createDrawing(kind: GeometryKind): Drawing {
  if (kind === 'point' || kind === 'text') return createPointDrawing(kind);
  if (kind === 'polygon') return createPolygonDrawing();
  const shape = TWO_POINT_SHAPES[kind];
  if (shape === undefined) throw new Error(`no drawing for ${kind}`);
  return createTwoPointDrawing(shape);
}
