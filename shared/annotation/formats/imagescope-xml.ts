/**
 * Annotations of Aperio ImageScope: layers of regions in an .xml file beside the slide. Region types: 0 polygon, 1
 * rectangle, 2 ellipse (by two corners of its box or by points on it), 3 ruler, 4 arrow, 5 points. A region with
 * NegativeROA is a hole in the polygon of its layer around it. Coordinates are pixels of level 0.
 */

import type { Annotation } from '#shared/annotation/annotation.ts';
import { classNamed, classOf, rgbOf } from '#shared/annotation/annotation-class.ts';
import type { CodedConcept } from '#shared/annotation/coded-concept.ts';
import { boundsOf, definingPoints, type Geometry, insidePolygon, type Point } from '#shared/annotation/geometry.ts';
import { piecesOf } from '#shared/annotation/rings.ts';
import { splineOutline } from '#shared/annotation/spline.ts';
import { child, childrenOf, type XmlElement } from '#shared/xml/xml-element.ts';
import {
  closedShape,
  ellipseInBox,
  openedRing,
  pairOf,
  type ReadShapes,
  rounded,
  ShapeCollector,
  type WrittenShapes,
} from './exchange.ts';

/** What the file does not hold. */
export const IMAGESCOPE_NOTES: readonly string[] = [
  'ImageScope holds shapes, labels and the names of classes (as layers); their codes, authors, times, views, findings and measurements with their provenance stay here.',
  'Ellipses, rectangles, rulers, arrows and polygons keep their kind; points become small points of a counting layer, ' +
    'splines polygons, angles and axes rulers.',
  'ImageScope does not tell which end of an arrow is its tip: the last point is written as the tip.',
];
/** Green, as ImageScope draws a first layer: blue, green and red in one number. */
const LINE_COLOUR = 65280;

interface WrittenRegion {
  readonly type: number;
  readonly points: readonly Point[];
  readonly label: string;
  readonly negative: boolean;
}

/** A layer for each class, one for what has none; `mppX` in µm per pixel, where the slide has one. */
export function writeImageScopeXml(
  annotations: readonly Pick<Annotation, 'geometry' | 'label' | 'concept'>[],
  mppX: number | null,
): WrittenShapes {
  const layers = new Map<string, { readonly color: number; readonly regions: WrittenRegion[] }>();
  for (const { geometry, label, concept } of annotations) {
    const of = concept === undefined ? null : classOf(concept);
    const layer = layers.get(of?.name ?? '') ?? {
      color: of === null ? LINE_COLOUR : lineColour(of.color),
      regions: [],
    };
    layer.regions.push(...regionsOf(geometry, label));
    layers.set(of?.name ?? '', layer);
  }
  if (layers.size === 0) layers.set('', { color: LINE_COLOUR, regions: [] });
  const scale = mppX === null ? '' : ` MicronsPerPixel="${Number(mppX.toFixed(6))}"`;
  const text =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Annotations${scale}>` +
    [...layers].map(([name, { color, regions }], index) => layerXml(index + 1, name, color, regions)).join('') +
    '</Annotations>\n';
  return { text, notes: IMAGESCOPE_NOTES };
}

function layerXml(id: number, name: string, color: number, regions: readonly WrittenRegion[]): string {
  return (
    `<Annotation Id="${id}" Name="${escaped(name)}" ReadOnly="0" Type="4" LineColor="${color}" Visible="1" ` +
    `Selected="${id === 1 ? 1 : 0}"><Attributes/><Regions>${regions.map(regionXml).join('')}</Regions></Annotation>`
  );
}

function lineColour(color: string): number {
  const [red, green, blue] = rgbOf(color);
  return blue * 65_536 + green * 256 + red;
}

function regionsOf(geometry: Geometry, label: string): WrittenRegion[] {
  const region = (type: number, points: readonly Point[], negative = false): WrittenRegion => ({
    ...{ type, points, label, negative },
  });
  switch (geometry.kind) {
    case 'point':
    case 'probe':
    case 'text':
      return [region(5, [geometry.at])];
    case 'arrow':
      return [region(4, [geometry.tail, geometry.tip])];
    case 'line':
    case 'height':
    case 'calibration':
      return [region(3, [geometry.from, geometry.to])];
    case 'angle':
    case 'polyline':
      return [region(3, definingPoints(geometry))];
    case 'bidirectional':
    case 'cobb':
      return [region(3, geometry.first), region(3, geometry.second)];
    case 'rectangle':
      return [region(1, definingPoints(geometry))];
    case 'ellipse': {
      const { minX, minY, maxX, maxY } = boundsOf(geometry);
      return [
        region(2, [
          [minX, minY],
          [maxX, maxY],
        ]),
      ];
    }
    case 'polygon':
      return [region(0, geometry.points)];
    case 'spline':
      return [region(0, splineOutline(geometry.points))];
    case 'multipolygon':
      return piecesOf(geometry.rings).flatMap(({ outline, holes }) => [
        region(0, outline),
        ...holes.map((hole) => region(0, hole, true)),
      ]);
  }
}

function regionXml({ type, points, label, negative }: WrittenRegion, index: number): string {
  const vertices = points.map(([x, y]) => `<Vertex X="${rounded(x)}" Y="${rounded(y)}" Z="0"/>`).join('');
  const id = index + 1;
  return (
    `<Region Id="${id}" Type="${type}" Zoom="1" Selected="0" Text="${escaped(label)}" NegativeROA="${negative ? 1 : 0}" ` +
    `InputRegionId="0" Analyze="1" DisplayId="${id}"><Attributes/><Vertices>${vertices}</Vertices></Region>`
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
    .replace(/\s/g, ' ')
    .replace(/\p{Cc}/gu, '');
}

/** True for the root element of such a file. */
export function isImageScope(root: XmlElement): boolean {
  return (
    root.name === 'Annotations' && childrenOf(root, 'Annotation').some((layer) => child(layer, 'Regions') !== null)
  );
}

/** The shapes of every layer. Errors: ExchangeFileError when there are too many. */
export function readImageScopeXml(root: XmlElement): ReadShapes {
  const found = new ShapeCollector();
  for (const layer of childrenOf(root, 'Annotation')) readLayer(layer, found);
  return found.result();
}

interface ReadRegion {
  readonly type: string;
  readonly label: string;
  readonly negative: boolean;
  /** Null when one of them is not two numbers. */
  readonly points: readonly Point[] | null;
}

function readLayer(layer: XmlElement, found: ShapeCollector): void {
  const layerName = layer.attributes.get('Name') ?? '';
  const concept = classNamed(layerName)?.concept;
  const regions = childrenOf(child(layer, 'Regions'), 'Region').map((region): ReadRegion => {
    const text = region.attributes.get('Text') ?? '';
    return {
      type: region.attributes.get('Type') ?? '0',
      label: text === '' && concept === undefined ? layerName : text,
      negative: region.attributes.get('NegativeROA') === '1',
      points: verticesOf(region),
    };
  });
  const holes = regions.filter(({ negative, points }) => negative && points !== null && points.length > 2);
  for (const region of regions) {
    if (region.negative && holes.includes(region)) continue;
    readRegion(region, holes, concept, found);
  }
  const outer = regions.filter(({ negative, points }) => !negative && points !== null);
  for (const hole of holes) {
    if (!outer.some((region) => holds(region, hole))) found.add('is a hole that lies in no region', hole.label);
  }
}

function readRegion(
  region: ReadRegion,
  holes: readonly ReadRegion[],
  concept: CodedConcept | undefined,
  found: ShapeCollector,
): void {
  const { type, label } = region;
  const points = (region.points ?? []).map(pairOf);
  const inside = holes.filter((hole) => holds(region, hole));
  if (inside.some((hole) => hole.label !== '' && hole.label !== label)) found.note('Labels of holes were left out.');
  if (type === '2' && points.length > 2) {
    found.note('Ellipses given by points were taken as the ellipse in the box of these points.');
  }
  if (type === '4') found.note('ImageScope does not tell which end of an arrow is its tip: the last point was taken.');
  for (const shape of shapesOf(type, points, inside)) found.add(shape, label, concept);
}

function shapesOf(type: string, points: [number, number][], holes: readonly ReadRegion[]): (Geometry | string)[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return ['has a vertex that is not two numbers, or none'];
  if (['2', '3', '4'].includes(type) && points.length < 2) return ['has one point alone'];
  switch (type) {
    case '0':
    case '1': {
      if (holes.length === 0) return [closedShape(points)];
      const rings = [points, ...holes.map((hole) => hole.points ?? [])];
      return [{ kind: 'multipolygon', rings: rings.map((ring) => openedRing(ring).map(pairOf)) }];
    }
    case '2': {
      const { minX, minY, maxX, maxY } = boundsOf({ kind: 'polyline', points });
      return [ellipseInBox([minX, minY], [maxX, maxY])];
    }
    case '3':
      return [points.length === 2 ? { kind: 'line', from: first, to: last } : { kind: 'polyline', points }];
    case '4':
      return [{ kind: 'arrow', tail: first, tip: last }];
    case '5':
      return points.map((at) => ({ kind: 'point', at }));
    default:
      return [`is of region type ${JSON.stringify(type.slice(0, 20))}, which is not known`];
  }
}

/** Regions and holes do not cross, so one point decides; polygons and boxes alone have holes. */
function holds(region: ReadRegion, hole: ReadRegion): boolean {
  const [at] = hole.points ?? [];
  if (at === undefined || region.points === null || (region.type !== '0' && region.type !== '1')) return false;
  return insidePolygon(region.points)(at[0], at[1]);
}

function verticesOf(region: XmlElement): Point[] | null {
  const points: Point[] = [];
  for (const vertex of childrenOf(child(region, 'Vertices'), 'Vertex')) {
    const x = numberOf(vertex, 'X');
    const y = numberOf(vertex, 'Y');
    if (x === null || y === null) return null;
    points.push([x, y]);
  }
  return points;
}

function numberOf(element: XmlElement, name: string): number | null {
  const text = element.attributes.get(name)?.trim() ?? '';
  return /^-?\d{1,12}(\.\d{1,20})?(e[+-]?\d{1,2})?$/i.test(text) ? Number(text) : null;
}
