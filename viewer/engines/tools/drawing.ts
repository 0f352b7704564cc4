import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import {
  CLICK_TOLERANCE,
  type Drawing,
  type DrawingStep,
  NOTHING,
  type Placed,
  pair,
  screenDistance,
} from './drawing-step.ts';
import type { DrawingTool } from './drawing-tool.ts';
import { ANGLE, BIDIRECTIONAL, COBB } from './measuring-shapes.ts';
import { createPointsDrawing, type PointsShape } from './points-drawing.ts';

/** One machine a way of drawing; what differs between tools of the same way is a row of a table. */

/** A click this near to the first vertex closes a polygon. */
const CLOSING_TOLERANCE = 10;
/** While the pointer is dragged a polygon takes a vertex this often: freehand. */
const FREEHAND_STEP = 3;

type TwoPointShape = (from: Point, to: Point) => Geometry | null;

const TWO_POINT_SHAPES: Partial<Record<DrawingTool, TwoPointShape>> = {
  line: (from, to) => ({ kind: 'line', from: pair(from), to: pair(to) }),
  arrow: (tail, tip) => ({ kind: 'arrow', tail: pair(tail), tip: pair(tip) }),
  height: (from, to) => ({ kind: 'height', from: pair(from), to: pair(to) }),
  // The length is asked for when the line is drawn; until then it is a line like any other.
  calibration: (from, to) => ({ kind: 'line', from: pair(from), to: pair(to) }),
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

const POINTS_SHAPES: Partial<Record<DrawingTool, PointsShape>> = {
  angle: ANGLE,
  cobb: COBB,
  bidirectional: BIDIRECTIONAL,
};

interface OutlineWay {
  readonly kind: 'polygon' | 'spline' | 'polyline';
  /** Dragging draws freehand. */
  readonly freehand: boolean;
  /** One stroke is all. */
  readonly endsOnRelease: boolean;
}

const OUTLINE_WAYS: Partial<Record<DrawingTool, OutlineWay>> = {
  polyline: { kind: 'polyline', freehand: true, endsOnRelease: false },
  cut: { kind: 'polyline', freehand: true, endsOnRelease: true },
  polygon: { kind: 'polygon', freehand: true, endsOnRelease: false },
  freehand: { kind: 'polygon', freehand: true, endsOnRelease: true },
  spline: { kind: 'spline', freehand: false, endsOnRelease: false },
};

function createPointDrawing(kind: 'point' | 'probe' | 'text'): Drawing {
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

/**
 * Clicks set vertices, dragging draws freehand; double click or Enter ends it, and so does a click on the first vertex
 * of what is closed.
 */
function createOutlineDrawing({ kind, freehand, endsOnRelease }: OutlineWay): Drawing {
  let vertices: Placed[] = [];
  let pressed = false;
  let closing = false;
  const closes = kind !== 'polyline';
  const least = closes ? 3 : 2;
  const open = (tail: Placed | null): DrawingStep => {
    const points = vertices.map((vertex) => pair(vertex.image));
    if (tail !== null) points.push(pair(tail.image));
    if (points.length === 2) {
      const [from, to] = points;
      return from === undefined || to === undefined ? NOTHING : { draft: { kind: 'line', from, to }, finished: null };
    }
    return points.length < 3 ? NOTHING : { draft: { kind, points }, finished: null };
  };
  const finish = (): DrawingStep => {
    const points = vertices.map((vertex) => pair(vertex.image));
    vertices = [];
    pressed = false;
    return { draft: null, finished: points.length < least ? null : { kind, points } };
  };
  return {
    press(at) {
      pressed = true;
      const [first] = vertices;
      closing = closes && first !== undefined && vertices.length >= 3 && screenDistance(first, at) < CLOSING_TOLERANCE;
      const last = vertices[vertices.length - 1];
      // The second press of a double click falls on the vertex of the first.
      if (!closing && (last === undefined || screenDistance(last, at) >= CLICK_TOLERANCE)) vertices.push(at);
      return open(null);
    },
    move(at) {
      if (vertices.length === 0) return NOTHING;
      const last = vertices[vertices.length - 1];
      if (freehand && pressed && !closing && last !== undefined && screenDistance(last, at) >= FREEHAND_STEP) {
        vertices.push(at);
        return open(null);
      }
      return open(at);
    },
    release(at) {
      if (!pressed) return NOTHING;
      pressed = false;
      if (closing || endsOnRelease) return finish();
      const [first] = vertices;
      const cameHome =
        closes && first !== undefined && vertices.length > 8 && screenDistance(first, at) < CLOSING_TOLERANCE;
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

/** A fresh drawing with one tool. */
export function createDrawing(tool: DrawingTool): Drawing {
  if (tool === 'point' || tool === 'probe' || tool === 'text') return createPointDrawing(tool);
  const outline = OUTLINE_WAYS[tool];
  if (outline !== undefined) return createOutlineDrawing(outline);
  const points = POINTS_SHAPES[tool];
  if (points !== undefined) return createPointsDrawing(points);
  const shape = TWO_POINT_SHAPES[tool];
  if (shape === undefined) throw new Error(`no drawing for ${tool}`);
  return createTwoPointDrawing(shape);
}
