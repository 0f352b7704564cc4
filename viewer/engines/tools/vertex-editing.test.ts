import { describe, expect, test } from 'vitest';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { middleOfEdge, nearestEdge, withoutVertex, withVertexAfter } from './vertex-editing.ts';

const triangle: [number, number][] = [
  [0, 0],
  [10, 0],
  [0, 10],
];
const hole: [number, number][] = [
  [1, 1],
  [4, 1],
  [4, 4],
  [1, 4],
];
const polygon: Geometry = { kind: 'polygon', points: triangle };
const line: Geometry = { kind: 'polyline', points: triangle };
const pieces: Geometry = { kind: 'multipolygon', rings: [triangle, hole] };

describe('corners', () => {
  test('come in on an edge of their own ring, over the end of it too', () => {
    expect(withVertexAfter(polygon, 2, [0, 5])).toMatchObject({ points: [...triangle, [0, 5]] });
    expect(withVertexAfter(pieces, 3, [2, 1])).toMatchObject({ rings: [triangle, [[1, 1], [2, 1], ...hole.slice(1)]] });
    expect(nearestEdge(pieces, [0.5, 2])).toMatchObject({ index: 2, on: [0, 2] });
    expect(nearestEdge(pieces, [0.9, 2.5])).toMatchObject({ index: 6, on: [1, 2.5] });
  });

  test('an open line has no edge back to its beginning', () => {
    expect(middleOfEdge(line, 2)).toBeNull();
    expect(middleOfEdge(polygon, 2)).toEqual([0, 5]);
    expect(nearestEdge(line, [-1, 2])?.index).toBe(0);
    expect(nearestEdge(polygon, [-1, 2])?.index).toBe(2);
  });

  test('go away, with their ring when too few are left, and never the last of a shape', () => {
    expect(withoutVertex(pieces, 4)).toMatchObject({ rings: [triangle, hole.filter((_, i) => i !== 1)] });
    expect(withoutVertex(pieces, 0)).toMatchObject({ rings: [hole] });
    expect(withoutVertex(polygon, 0)).toBeNull();
    expect(withoutVertex(line, 0)).toMatchObject({ points: triangle.slice(1) });
    expect(withoutVertex({ kind: 'point', at: [1, 1] }, 0)).toBeNull();
  });
});
