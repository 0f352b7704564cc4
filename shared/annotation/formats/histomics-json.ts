/** Annotations of HistomicsUI (large_image): elements with their shape, in pixels of level 0. Read only. */

import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { closedShape, ExchangeFileError, openedRing, pairOf, type ReadShapes, ShapeCollector } from './exchange.ts';

type Fields = Readonly<Record<string, unknown>>;

/** True for the parsed JSON of such a file: one annotation, its wrapped form, or a list of either. */
export function isHistomics(value: unknown): boolean {
  const [first] = annotationsOf(value);
  return first !== undefined && Array.isArray(first.elements);
}

/** The shapes of every annotation in the file. Errors: ExchangeFileError when it is not of this kind. */
export function readHistomicsJson(value: unknown): ReadShapes {
  if (!isHistomics(value)) throw new ExchangeFileError('it is JSON, but not of HistomicsUI');
  const found = new ShapeCollector();
  for (const annotation of annotationsOf(value)) {
    const name = textOf(annotation.name);
    for (const one of listOf(annotation.elements)) {
      const element = fieldsOf(one);
      const label = textOf(fieldsOf(element.label).value) || textOf(element.group) || name;
      found.add(shapeOf(element), label);
    }
  }
  return found.result();
}

function annotationsOf(value: unknown): Fields[] {
  return (Array.isArray(value) ? value : [value]).map((one) => {
    const fields = fieldsOf(one);
    return fields.annotation === undefined ? fields : fieldsOf(fields.annotation);
  });
}

function shapeOf(element: Fields): Geometry | string {
  const { type } = element;
  switch (type) {
    case 'point': {
      const at = pointOf(element.center);
      return at === null ? 'has a centre that is not numbers' : { kind: 'point', at };
    }
    case 'polyline':
      return lineOrArea(element);
    case 'arrow': {
      const [tip, tail] = listOf(element.points).map(pointOf);
      // The first point is where the head is drawn.
      return tip == null || tail == null ? 'has a point that is not numbers' : { kind: 'arrow', tail, tip };
    }
    case 'rectangle':
      return boxed(element, true);
    case 'ellipse':
      return boxed(element, false);
    case 'circle': {
      const center = pointOf(element.center);
      const radius = numberOf(element.radius);
      if (center === null || !(radius > 0)) return 'has a centre or radius that is not a number';
      return { kind: 'ellipse', center, radiusX: radius, radiusY: radius };
    }
    default:
      return `is of type ${JSON.stringify(type ?? null).slice(0, 40)}, which is not taken`;
  }
}

function lineOrArea(element: Fields): Geometry | string {
  const lists = [element.points, ...listOf(element.holes)];
  const rings: [number, number][][] = [];
  for (const list of lists) {
    const points = listOf(list).map(pointOf);
    if (points.length === 0 || points.some((point) => point === null))
      return 'has a point that is not numbers, or none';
    rings.push(points.flatMap((point) => (point === null ? [] : [point])));
  }
  const [points] = rings;
  if (points === undefined) return 'has no points';
  if (element.closed !== true) {
    const [from, to] = points;
    if (points.length === 2 && from !== undefined && to !== undefined) return { kind: 'line', from, to };
    return { kind: 'polyline', points };
  }
  if (rings.length === 1) return closedShape(points);
  return { kind: 'multipolygon', rings: rings.map((ring) => openedRing(ring).map(pairOf)) };
}

/** Width and height around a centre, turned by `rotation` (radians, clockwise on the screen). */
function boxed(element: Fields, isRectangle: boolean): Geometry | string {
  const center = pointOf(element.center);
  const [halfWidth, halfHeight] = [numberOf(element.width) / 2, numberOf(element.height) / 2];
  if (center === null || !(halfWidth > 0 && halfHeight > 0)) return 'has a centre or size that is not a number';
  const rotation = element.rotation === undefined ? 0 : numberOf(element.rotation);
  if (!Number.isFinite(rotation)) return 'has a rotation that is not a number';
  if (isRectangle) {
    const corners: Point[] = [
      [-halfWidth, -halfHeight],
      [halfWidth, -halfHeight],
      [halfWidth, halfHeight],
      [-halfWidth, halfHeight],
    ];
    return closedShape(corners.map((corner) => turnedAround(center, corner, rotation)));
  }
  if (rotation === 0) return { kind: 'ellipse', center, radiusX: halfWidth, radiusY: halfHeight };
  const steps = 96;
  const points = Array.from({ length: steps }, (_, step) => {
    const angle = (step / steps) * 2 * Math.PI;
    return turnedAround(center, [halfWidth * Math.cos(angle), halfHeight * Math.sin(angle)], rotation);
  });
  return { kind: 'polygon', points };
}

function turnedAround(center: Point, [x, y]: Point, rotation: number): [number, number] {
  if (rotation === 0) return [center[0] + x, center[1] + y];
  const [cosine, sine] = [Math.cos(rotation), Math.sin(rotation)];
  return [center[0] + x * cosine - y * sine, center[1] + x * sine + y * cosine];
}

function pointOf(value: unknown): [number, number] | null {
  const [x, y] = listOf(value);
  return typeof x === 'number' && typeof y === 'number' ? [x, y] : null;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
