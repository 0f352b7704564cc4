import { describe, expect, test } from 'vitest';
import { definingPoints, type Geometry } from '#shared/annotation/geometry.ts';
import { gripAt, handlesOf, heldWithin, withHandleAt } from './editing.ts';

const RECTANGLE: Geometry = { kind: 'rectangle', min: [10, 20], max: [50, 60] };
const ELLIPSE: Geometry = { kind: 'ellipse', center: [100, 100], radiusX: 40, radiusY: 20 };
const LINE: Geometry = { kind: 'line', from: [0, 0], to: [100, 0] };
const ARROW: Geometry = { kind: 'arrow', tail: [0, 0], tip: [30, 40] };
const POLYGON: Geometry = {
  kind: 'polygon',
  points: [
    [0, 0],
    [100, 0],
    [100, 100],
  ],
};
const POINT: Geometry = { kind: 'point', at: [5, 6] };
const ALL = [RECTANGLE, ELLIPSE, LINE, ARROW, POLYGON, POINT];

describe('withHandleAt', () => {
  test.each(ALL)('pulling a handle of $kind to its own place changes nothing', (geometry) => {
    for (const [index, handle] of handlesOf(geometry).entries()) {
      expect(withHandleAt(geometry, index, handle)).toEqual(geometry);
    }
  });
  test.each([0, 1, 2, 3])('the corner opposite to %i of a rectangle stays', (index) => {
    const opposite = definingPoints(RECTANGLE)[(index + 2) % 4];
    expect(definingPoints(withHandleAt(RECTANGLE, index, [200, 300]))).toContainEqual(opposite);
  });
  test('a rectangle pulled through its corner turns over and stays in order', () => {
    expect(withHandleAt(RECTANGLE, 0, [80, 90])).toEqual({ kind: 'rectangle', min: [50, 60], max: [80, 90] });
  });
  test('a side never vanishes', () => {
    const pulled = withHandleAt(RECTANGLE, 2, [10, 20]);
    expect(pulled).toEqual({ kind: 'rectangle', min: [10, 20], max: [10.5, 20.5] });
  });
  test('the far end of an ellipse axis stays and the other axis is left alone', () => {
    const pulled = withHandleAt(ELLIPSE, 2, [200, 7]);
    expect(pulled).toEqual({ kind: 'ellipse', center: [130, 100], radiusX: 70, radiusY: 20 });
    expect(withHandleAt(ELLIPSE, 1, [0, 120])).toMatchObject({ radiusX: 40, radiusY: 0.25 });
  });
  test('ends of lines and arrows move alone', () => {
    expect(withHandleAt(LINE, 1, [7, 8])).toEqual({ kind: 'line', from: [0, 0], to: [7, 8] });
    expect(withHandleAt(ARROW, 0, [7, 8])).toEqual({ kind: 'arrow', tail: [7, 8], tip: [30, 40] });
  });
  test('a vertex moves alone, and a handle that is not there moves nothing', () => {
    expect(withHandleAt(POLYGON, 1, [50, 5])).toEqual({
      kind: 'polygon',
      points: [
        [0, 0],
        [50, 5],
        [100, 100],
      ],
    });
    expect(withHandleAt(POLYGON, 9, [50, 5])).toEqual(POLYGON);
  });
});

describe('gripAt', () => {
  test('a handle wins over the outline', () => {
    expect(gripAt(LINE, [99, 1], 5)).toEqual({ kind: 'handle', index: 1 });
    expect(gripAt(LINE, [50, 3], 5)).toEqual({ kind: 'body' });
  });
  test('beyond the tolerance nothing is held', () => {
    expect(gripAt(LINE, [50, 6], 5)).toBeNull();
    expect(gripAt(LINE, [107, 0], 5)).toBeNull();
    expect(gripAt(POINT, [20, 20], 5)).toBeNull();
  });
  test('the closing side of a polygon is part of its outline', () => {
    expect(gripAt(POLYGON, [50, 51], 3)).toEqual({ kind: 'body' });
  });
  test('the inside is held only when filled', () => {
    expect(gripAt(RECTANGLE, [30, 40], 3)).toBeNull();
    expect(gripAt(RECTANGLE, [30, 40], 3, true)).toEqual({ kind: 'body' });
    expect(gripAt(ELLIPSE, [100, 100], 3)).toBeNull();
    expect(gripAt(ELLIPSE, [100, 100], 3, true)).toEqual({ kind: 'body' });
    expect(gripAt(LINE, [50, 40], 3, true)).toBeNull();
  });
});

describe('heldWithin', () => {
  test.each(ALL)('$kind inside the image stays as it is', (geometry) => {
    expect(heldWithin(geometry, 200, 200)).toEqual(geometry);
  });
  test('what reaches beyond is cut at the border', () => {
    expect(heldWithin(RECTANGLE, 30, 40)).toEqual({ kind: 'rectangle', min: [10, 20], max: [30, 40] });
    expect(heldWithin({ kind: 'line', from: [-5, 10], to: [50, 90] }, 40, 80)).toEqual({
      kind: 'line',
      from: [0, 10],
      to: [40, 80],
    });
    expect(heldWithin({ kind: 'point', at: [-1, 900] }, 40, 80)).toEqual({ kind: 'point', at: [0, 80] });
  });
  test('an ellipse keeps its axes upright and inside', () => {
    const held = heldWithin(ELLIPSE, 120, 110);
    expect(held).toEqual({ kind: 'ellipse', center: [90, 95], radiusX: 30, radiusY: 15 });
  });
});

describe('two axes', () => {
  const lesion: Geometry = {
    kind: 'bidirectional',
    first: [
      [0, 0],
      [40, 0],
    ],
    second: [
      [20, -5],
      [20, 15],
    ],
  };
  const dot = (geometry: Geometry): number => {
    if (geometry.kind !== 'bidirectional') throw new Error('another kind');
    const [[a, b], [c, d]] = [geometry.first, geometry.second];
    return (b[0] - a[0]) * (d[0] - c[0]) + (b[1] - a[1]) * (d[1] - c[1]);
  };

  test('stay at a right angle whichever end is pulled', () => {
    for (const index of [0, 1, 2, 3]) expect(dot(withHandleAt(lesion, index, [33, 21]))).toBeCloseTo(0, 9);
  });

  test('an end of the second takes the other along, and only as far as the first axis goes', () => {
    expect(withHandleAt(lesion, 3, [26, 19])).toEqual({
      ...lesion,
      second: [
        [26, -5],
        [26, 19],
      ],
    });
  });

  test('an end of the first turns and stretches the second', () => {
    const turned = withHandleAt(lesion, 1, [0, 80]);
    expect(turned).toMatchObject({
      first: [
        [0, 0],
        [0, 80],
      ],
    });
    if (turned.kind !== 'bidirectional') throw new Error('another kind');
    expect(turned.second.flat().map((value) => Math.round(value))).toEqual([10, 40, -30, 40]);
  });
});
