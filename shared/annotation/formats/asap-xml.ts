/** Annotations of ASAP: Dot, PointSet, Polygon, Spline, Rectangle and Measurement, in pixels of level 0. Read only. */

import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { child, childrenOf, type XmlElement } from '#shared/xml/xml-element.ts';
import { closedShape, pairOf, type ReadShapes, ShapeCollector } from './exchange.ts';

/** The shapes below the root element, ASAP_Annotations. Errors: ExchangeFileError when there are too many. */
export function readAsapXml(root: XmlElement): ReadShapes {
  const found = new ShapeCollector();
  for (const annotation of childrenOf(child(root, 'Annotations'), 'Annotation')) {
    const group = annotation.attributes.get('PartOfGroup') ?? '';
    if (group !== '' && group !== 'None') found.note('Groups were not taken; their annotations were.');
    const label = annotation.attributes.get('Name') ?? '';
    for (const shape of shapesOf(annotation)) found.add(shape, label);
  }
  return found.result();
}

function shapesOf(annotation: XmlElement): (Geometry | string)[] {
  const points = coordinatesOf(annotation);
  if (points === null || points.length === 0) return ['has a coordinate that is not two numbers, or none'];
  const pairs = points.map(pairOf);
  const [first, second] = pairs;
  const type = annotation.attributes.get('Type') ?? '';
  switch (type) {
    case 'Dot':
    case 'PointSet':
      return pairs.map((at) => ({ kind: 'point', at }));
    case 'Polygon':
    case 'Rectangle':
      return [closedShape(pairs)];
    case 'Spline':
      return [{ kind: 'spline', points: pairs }];
    case 'Measurement':
      if (first === undefined || second === undefined) return ['is a measurement of one point'];
      return [{ kind: 'line', from: first, to: second }];
    default:
      return [`is of type ${JSON.stringify(type.slice(0, 40))}, which is not known`];
  }
}

/** In the order that the coordinates themselves state. */
function coordinatesOf(annotation: XmlElement): Point[] | null {
  const stated = childrenOf(child(annotation, 'Coordinates'), 'Coordinate').map(({ attributes }) => ({
    order: Number(attributes.get('Order')),
    x: Number(attributes.get('X') ?? Number.NaN),
    y: Number(attributes.get('Y') ?? Number.NaN),
  }));
  if (stated.some(({ order, x, y }) => !Number.isFinite(order + x + y))) return null;
  return stated.sort((a, b) => a.order - b.order).map(({ x, y }): Point => [x, y]);
}
