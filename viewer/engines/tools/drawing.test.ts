import { describe, expect, test } from 'vitest';
import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { createDrawing } from './drawing.ts';
import type { Drawing, Placed } from './drawing-step.ts';

/** A screen on which an image pixel is two CSS pixels wide and the image begins at (100, 50). */
const at = (x: number, y: number): Placed => ({ image: [x, y], screen: [100 + 2 * x, 50 + 2 * y] });

function drag(drawing: Drawing, from: Point, to: Point): Geometry | null {
  drawing.press(at(...from));
  drawing.move(at((from[0] + to[0]) / 2, (from[1] + to[1]) / 2));
  drawing.move(at(...to));
  return drawing.release(at(...to)).finished;
}

function click(drawing: Drawing, x: number, y: number): Geometry | null {
  drawing.move(at(x, y));
  drawing.press(at(x, y));
  return drawing.release(at(x, y)).finished;
}

describe('shapes of two points', () => {
  test('a drag makes a line in image pixels', () => {
    expect(drag(createDrawing('line'), [10, 20], [110, 20])).toEqual({ kind: 'line', from: [10, 20], to: [110, 20] });
  });
  test('an arrow points to where the drag ends', () => {
    expect(drag(createDrawing('arrow'), [0, 0], [30, 40])).toEqual({ kind: 'arrow', tail: [0, 0], tip: [30, 40] });
  });
  test('a rectangle drawn upwards to the left has its corners in order', () => {
    const drawn = drag(createDrawing('rectangle'), [50, 60], [10, 20]);
    expect(drawn).toEqual({ kind: 'rectangle', min: [10, 20], max: [50, 60] });
  });
  test('an ellipse fills the rectangle of the drag', () => {
    const drawn = drag(createDrawing('ellipse'), [10, 10], [50, 30]);
    expect(drawn).toEqual({ kind: 'ellipse', center: [30, 20], radiusX: 20, radiusY: 10 });
  });
  test('click, move, click draws as well', () => {
    const drawing = createDrawing('line');
    expect(click(drawing, 10, 10)).toBeNull();
    expect(drawing.active).toBe(true);
    expect(drawing.move(at(40, 10)).draft).toEqual({ kind: 'line', from: [10, 10], to: [40, 10] });
    expect(click(drawing, 60, 10)).toEqual({ kind: 'line', from: [10, 10], to: [60, 10] });
    expect(drawing.active).toBe(false);
  });
  test('a drag without width makes no rectangle and no ellipse', () => {
    expect(drag(createDrawing('rectangle'), [10, 10], [10, 40])).toBeNull();
    expect(drag(createDrawing('ellipse'), [10, 10], [40, 10])).toBeNull();
  });
  test('a second click on the same place finishes nothing', () => {
    const drawing = createDrawing('line');
    click(drawing, 10, 10);
    expect(click(drawing, 10, 11)).toBeNull();
    expect(drawing.active).toBe(true);
  });
  test('moving or releasing without a press does nothing', () => {
    const drawing = createDrawing('line');
    expect(drawing.move(at(5, 5))).toEqual({ draft: null, finished: null });
    expect(drawing.release(at(5, 5))).toEqual({ draft: null, finished: null });
  });
  test('cancelling gives the drawing up once', () => {
    const drawing = createDrawing('arrow');
    drawing.press(at(1, 1));
    expect(drawing.cancel()).toBe(true);
    expect(drawing.cancel()).toBe(false);
    expect(drawing.release(at(50, 50)).finished).toBeNull();
  });
  test('a double click or Enter does not finish a line', () => {
    const drawing = createDrawing('line');
    drawing.press(at(1, 1));
    expect(drawing.complete().finished).toBeNull();
    expect(drawing.active).toBe(true);
  });
});

describe('points and text', () => {
  test.each(['point', 'text'] as const)('%s lies where the pointer is released', (kind) => {
    const drawing = createDrawing(kind);
    drawing.press(at(10, 10));
    expect(drawing.move(at(12, 12)).draft).toEqual({ kind, at: [12, 12] });
    expect(drawing.release(at(12, 12)).finished).toEqual({ kind, at: [12, 12] });
    expect(drawing.active).toBe(false);
  });
  test('a cancelled point is not made', () => {
    const drawing = createDrawing('point');
    drawing.press(at(10, 10));
    expect(drawing.cancel()).toBe(true);
    expect(drawing.release(at(10, 10)).finished).toBeNull();
  });
});

describe('polygons', () => {
  test('clicks set vertices and a double click closes, without doubling the last one', () => {
    const drawing = createDrawing('polygon');
    click(drawing, 0, 0);
    click(drawing, 100, 0);
    click(drawing, 100, 100);
    // The browser sends two presses before the double click.
    click(drawing, 0, 100);
    click(drawing, 0, 100);
    expect(drawing.complete().finished).toEqual({
      kind: 'polygon',
      points: [
        [0, 0],
        [100, 0],
        [100, 100],
        [0, 100],
      ],
    });
  });
  test('a click on the first vertex closes', () => {
    const drawing = createDrawing('polygon');
    for (const [x, y] of [
      [0, 0],
      [100, 0],
      [100, 100],
    ] as const)
      click(drawing, x, y);
    expect(click(drawing, 2, 2)).toEqual({
      kind: 'polygon',
      points: [
        [0, 0],
        [100, 0],
        [100, 100],
      ],
    });
  });
  test('a freehand drag that comes home closes by itself', () => {
    const drawing = createDrawing('polygon');
    const place = (step: number): Placed => {
      const angle = (step / 40) * 2 * Math.PI;
      return at(100 + 50 * Math.cos(angle), 100 + 50 * Math.sin(angle));
    };
    drawing.press(place(0));
    for (let step = 1; step <= 40; step++) drawing.move(place(step));
    const drawn = drawing.release(place(40)).finished;
    expect(drawn?.kind).toBe('polygon');
    expect(drawn?.kind === 'polygon' ? drawn.points.length : 0).toBeGreaterThan(30);
  });
  test('two vertices are shown as a line and make no polygon', () => {
    const drawing = createDrawing('polygon');
    click(drawing, 0, 0);
    expect(drawing.move(at(50, 0)).draft).toEqual({ kind: 'line', from: [0, 0], to: [50, 0] });
    click(drawing, 50, 0);
    expect(drawing.complete().finished).toBeNull();
    expect(drawing.active).toBe(false);
  });
  test('cancelling takes back one vertex after the other', () => {
    const drawing = createDrawing('polygon');
    click(drawing, 0, 0);
    click(drawing, 50, 0);
    expect(drawing.cancel()).toBe(true);
    expect(drawing.active).toBe(true);
    expect(drawing.cancel()).toBe(true);
    expect(drawing.active).toBe(false);
    expect(drawing.cancel()).toBe(false);
  });
  test('completing what was never begun finishes nothing', () => {
    expect(createDrawing('polygon').complete()).toEqual({ draft: null, finished: null });
  });
});

describe('shapes of several points', () => {
  test('two drags make a Cobb angle, four clicks as well', () => {
    const expected = {
      kind: 'cobb',
      first: [
        [0, 0],
        [40, 0],
      ],
      second: [
        [0, 50],
        [40, 70],
      ],
    };
    const dragged = createDrawing('cobb');
    expect(drag(dragged, [0, 0], [40, 0])).toBeNull();
    expect(drag(dragged, [0, 50], [40, 70])).toEqual(expected);
    const clicked = createDrawing('cobb');
    for (const [x, y] of [
      [0, 0],
      [40, 0],
      [0, 50],
    ] as const)
      expect(click(clicked, x, y)).toBeNull();
    expect(click(clicked, 40, 70)).toEqual(expected);
    expect(clicked.active).toBe(false);
  });

  test('an angle is a drag and a click; the last point follows the hand until it lets go', () => {
    const drawing = createDrawing('angle');
    expect(drag(drawing, [0, 0], [40, 0])).toBeNull();
    drawing.press(at(40, 30));
    expect(drawing.move(at(50, 60)).draft).toEqual({ kind: 'angle', from: [0, 0], vertex: [40, 0], to: [50, 60] });
    expect(drawing.release(at(50, 60)).finished).toMatchObject({ to: [50, 60] });
  });

  test('the second axis of a lesion is held at a right angle to the first on the screen', () => {
    // A screen on which pixels are twice as wide as high, as for anisotropic spacing.
    const wide = (x: number, y: number): Placed => ({ image: [x, y], screen: [2 * x, y] });
    const drawing = createDrawing('bidirectional');
    drawing.press(wide(0, 0));
    drawing.release(wide(20, 40));
    drawing.press(wide(10, 30));
    const finished = drawing.release(wide(30, 10)).finished;
    if (finished?.kind !== 'bidirectional') throw new Error('not finished');
    const [[x0, y0], [x1, y1]] = finished.second;
    expect([x0, y0]).toEqual([10, 30]);
    // In screen pixels: (40, 40) · (2Δx, Δy) = 0.
    expect(40 * 2 * (x1 - x0) + 40 * (y1 - y0)).toBeCloseTo(0, 9);
    expect(x1).toBeGreaterThan(x0);
  });

  test('Escape takes one point back after the other', () => {
    const drawing = createDrawing('angle');
    click(drawing, 0, 0);
    click(drawing, 40, 0);
    expect(drawing.cancel()).toBe(true);
    expect(drawing.active).toBe(true);
    expect(drawing.cancel()).toBe(true);
    expect(drawing.active).toBe(false);
    expect(drawing.cancel()).toBe(false);
  });
});

describe('outlines', () => {
  test('freehand is one stroke; a click alone makes nothing', () => {
    const drawing = createDrawing('freehand');
    drawing.press(at(0, 0));
    for (const [x, y] of [
      [10, 0],
      [10, 10],
      [0, 10],
    ] as const)
      drawing.move(at(x, y));
    expect(drawing.release(at(0, 5)).finished).toEqual({
      kind: 'polygon',
      points: [
        [0, 0],
        [10, 0],
        [10, 10],
        [0, 10],
      ],
    });
    expect(click(createDrawing('freehand'), 5, 5)).toBeNull();
  });

  test('a spline takes clicks and is closed by a click on its first point', () => {
    const drawing = createDrawing('spline');
    for (const [x, y] of [
      [0, 0],
      [40, 0],
      [40, 40],
    ] as const)
      expect(click(drawing, x, y)).toBeNull();
    expect(click(drawing, 1, 1)).toEqual({
      kind: 'spline',
      points: [
        [0, 0],
        [40, 0],
        [40, 40],
      ],
    });
  });

  test('a line that calibrates is a line until its length is known', () => {
    expect(drag(createDrawing('calibration'), [0, 0], [9, 9])).toMatchObject({ kind: 'line' });
  });
});
