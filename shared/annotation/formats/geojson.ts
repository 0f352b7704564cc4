/**
 * GeoJSON (RFC 7946) as QuPath reads and writes it: one feature an annotation, coordinates in pixels of the full
 * resolution from the upper left corner, words in `properties.name` or the name of the classification.
 *
 * GeoJSON knows points, lines and polygons. What else an annotation is stands beside it, in `properties.consilium`;
 * it counts only as long as it describes the very coordinates it stands beside, so that a shape that another program
 * has changed is read as it was changed.
 */

import type { Annotation } from '#shared/annotation/annotation.ts';
import { classNamed, classOf, rgbOf } from '#shared/annotation/annotation-class.ts';
import { type CodedConcept, codedConceptSchema } from '#shared/annotation/coded-concept.ts';
import type { Geometry, Point } from '#shared/annotation/geometry.ts';
import { geometrySchema } from '#shared/annotation/geometry.ts';
import { describeProvenance, measurementName, unitText } from '#shared/annotation/measurement.ts';
import { piecesOf } from '#shared/annotation/rings.ts';
import { splineOutline } from '#shared/annotation/spline.ts';
import {
  closedShape,
  ExchangeFileError,
  ellipsePoints,
  openedRing,
  pairOf,
  type ReadShapes,
  rounded,
  ShapeCollector,
  samePoint,
  type WrittenShapes,
} from './exchange.ts';

type Position = readonly [number, number];
type GeoGeometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString' | 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] };

/** What the file does not hold. */
export const GEOJSON_NOTES: readonly string[] = [
  'GeoJSON holds shapes, labels, classes and measurements; authors, times, views and findings stay here.',
  'Other programs see ellipses and splines as polygons, and arrows, angles and axes as lines.',
];

/** A FeatureCollection; `id` and measurements as QuPath has them. */
export function writeGeoJson(
  annotations: readonly Pick<Annotation, 'id' | 'geometry' | 'label' | 'concept' | 'measurements'>[],
): WrittenShapes {
  const features = annotations.map(({ id, geometry, label, concept, measurements }) => ({
    type: 'Feature',
    id,
    geometry: geoGeometry(geometry),
    properties: {
      objectType: 'annotation',
      ...(label === '' ? {} : { name: label }),
      ...(concept === undefined ? {} : { classification: classification(concept), concept }),
      measurements: Object.fromEntries(
        measurements.map((one) => [
          `${measurementName(one.name)}${unitText(one.unit) === '' ? '' : ` ${unitText(one.unit)}`} (${describeProvenance(one.provenance)})`,
          one.value,
        ]),
      ),
      consilium: geometry,
    },
  }));
  return { text: `${JSON.stringify({ type: 'FeatureCollection', features })}\n`, notes: GEOJSON_NOTES };
}

/** As QuPath writes it: a name, and red, green and blue. */
function classification(concept: CodedConcept): { readonly name: string; readonly color: readonly number[] } {
  const { name, color } = classOf(concept);
  return { name, color: rgbOf(color) };
}

function geoGeometry(geometry: Geometry): GeoGeometry {
  switch (geometry.kind) {
    case 'point':
    case 'probe':
    case 'text':
      return { type: 'Point', coordinates: position(geometry.at) };
    case 'arrow':
      return line([geometry.tail, geometry.tip]);
    case 'line':
    case 'height':
    case 'calibration':
      return line([geometry.from, geometry.to]);
    case 'angle':
      return line([geometry.from, geometry.vertex, geometry.to]);
    case 'polyline':
      return line(geometry.points);
    case 'bidirectional':
    case 'cobb':
      return { type: 'MultiLineString', coordinates: [geometry.first.map(position), geometry.second.map(position)] };
    case 'rectangle': {
      const { min, max } = geometry;
      return polygon([min, [max[0], min[1]], max, [min[0], max[1]]]);
    }
    case 'ellipse':
      return polygon(ellipsePoints(geometry));
    case 'polygon':
      return polygon(geometry.points);
    case 'spline':
      return polygon(splineOutline(geometry.points));
    case 'multipolygon':
      return {
        type: 'MultiPolygon',
        coordinates: piecesOf(geometry.rings).map(({ outline, holes }) => [outline, ...holes].map(closed)),
      };
  }
}

function position([x, y]: Point): Position {
  return [rounded(x), rounded(y)];
}

function line(points: readonly Point[]): GeoGeometry {
  return { type: 'LineString', coordinates: points.map(position) };
}

function polygon(points: readonly Point[]): GeoGeometry {
  return { type: 'Polygon', coordinates: [closed(points)] };
}

function closed(points: readonly Point[]): Position[] {
  const ring = points.map(position);
  const [first] = ring;
  return first === undefined ? ring : [...ring, first];
}

/**
 * The shapes of the parsed JSON of a feature, a list of features, or a FeatureCollection. Errors: ExchangeFileError when it is none of
 * these; a single feature that cannot be taken is refused with its reason.
 */
export function readGeoJson(value: unknown): ReadShapes {
  const found = new ShapeCollector();
  for (const feature of featuresOf(value)) readFeature(feature, found);
  return found.result();
}

function featuresOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const { type, features } = asObject(value);
  if (type === 'FeatureCollection' && Array.isArray(features)) return features;
  if (type === 'Feature') return [value];
  throw new ExchangeFileError('it is JSON, but neither a Feature nor a FeatureCollection');
}

function readFeature(value: unknown, found: ShapeCollector): void {
  const { type, geometry, properties } = asObject(value);
  const about = asObject(properties);
  const kind = about.objectType;
  if (kind === 'detection' || kind === 'cell') found.note('Detections and cells were taken as annotations.');
  const shapes = type === 'Feature' ? shapesOf(geometry, about.consilium) : ['is not a Feature'];
  const concept = conceptOf(about);
  for (const shape of shapes) found.add(shape, labelOf(about, concept), concept);
}

function shapesOf(geometry: unknown, description: unknown): (Geometry | string)[] {
  const own = geometrySchema.safeParse(description);
  if (own.success && describes(own.data, geometry)) return [own.data];
  const { type, coordinates } = asObject(geometry);
  switch (type) {
    case 'Point':
      return [pointShape(coordinates)];
    case 'MultiPoint':
      return listOf(coordinates).map(pointShape);
    case 'LineString':
      return [lineShape(coordinates)];
    case 'MultiLineString':
      return listOf(coordinates).map(lineShape);
    case 'Polygon':
      return [areaShape([coordinates])];
    case 'MultiPolygon':
      return [areaShape(listOf(coordinates))];
    default:
      return [`has a geometry of type ${JSON.stringify(type ?? null).slice(0, 40)}`];
  }
}

/** True when our own description gives the coordinates it was found with. */
function describes(own: Geometry, geometry: unknown): boolean {
  const expected = geoGeometry(own);
  const { type, coordinates } = asObject(geometry);
  return type === expected.type && sameNumbers(expected.coordinates, coordinates);
}

function sameNumbers(a: unknown, b: unknown): boolean {
  if (typeof a === 'number') return typeof b === 'number' && Math.abs(a - b) <= 1e-3;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((one, index) => sameNumbers(one, b[index]));
}

/** The code counts as long as it stands beside its own name; else the name, where it is that of a class. */
function conceptOf(about: Readonly<Record<string, unknown>>): CodedConcept | undefined {
  const { name } = asObject(about.classification);
  if (typeof name !== 'string') return undefined;
  const coded = codedConceptSchema.safeParse(about.concept);
  if (coded.success && classOf(coded.data).name === name) return coded.data;
  return classNamed(name)?.concept;
}

function labelOf(about: Readonly<Record<string, unknown>>, concept: CodedConcept | undefined): string {
  const { name } = about;
  if (typeof name === 'string' && name.trim() !== '') return name;
  if (concept !== undefined) return '';
  const classified = asObject(about.classification).name;
  return typeof classified === 'string' ? classified : '';
}

function pointShape(value: unknown): Geometry | string {
  const at = pointOf(value);
  return at === null ? 'has a position that is not two numbers' : { kind: 'point', at: pairOf(at) };
}

function lineShape(value: unknown): Geometry | string {
  const points = pointsOf(value);
  if (points === null) return 'has a position that is not two numbers';
  // Programs repeat a place where the hand stood still.
  const moved = points.filter((point, i) => i === 0 || !samePoint(point, points[i - 1] ?? point));
  const [from, to] = moved;
  if (from === undefined || to === undefined) return 'is a line without a length';
  if (moved.length === 2) return { kind: 'line', from: pairOf(from), to: pairOf(to) };
  return { kind: 'polyline', points: moved.map(pairOf) };
}

function areaShape(polygons: readonly unknown[]): Geometry | string {
  const rings = polygons.flatMap((one) => listOf(one).map(pointsOf));
  if (rings.length === 0) return 'is a polygon without points';
  const read: [number, number][][] = [];
  for (const ring of rings) {
    if (ring === null) return 'has a position that is not two numbers';
    read.push(openedRing(ring).map(pairOf));
  }
  const [only] = read;
  return read.length === 1 && only !== undefined ? closedShape(only) : { kind: 'multipolygon', rings: read };
}

function pointsOf(value: unknown): Point[] | null {
  const points: Point[] = [];
  for (const one of listOf(value)) {
    const point = pointOf(one);
    if (point === null) return null;
    points.push(point);
  }
  return points;
}

/** Further numbers of a position (RFC 7946 section 3.1.1: altitude) mean nothing here. */
function pointOf(value: unknown): Point | null {
  const [x, y] = listOf(value);
  return typeof x === 'number' && typeof y === 'number' ? [x, y] : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
