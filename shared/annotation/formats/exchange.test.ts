import { describe, expect, it, test } from 'vitest';
import { definingPoints, type Geometry, type Point } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import { ExchangeFileError, type ExchangeShape } from './exchange.ts';
import { writeGeoJson } from './geojson.ts';
import { writeImageScopeXml } from './imagescope-xml.ts';
import { readShapes } from './read-shapes.ts';

const NONE = { kind: 'none', reason: 'test' } as const;

type Kind = Geometry['kind'];

/** A shape of each kind at random places, as hands draw them. */
function shapesOfEveryKind(count: number): ExchangeShape[] {
  let state = 7;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const at = (): [number, number] => [random() * 90_000, random() * 60_000];
  const star = ([x, y]: Point, radius: number, corners: number): [number, number][] =>
    Array.from({ length: corners }, (_, i) => {
      const far = radius * (0.7 + 0.3 * random());
      const angle = (i / corners) * 2 * Math.PI;
      return [x + far * Math.cos(angle), y + far * Math.sin(angle)];
    });
  const makers: Readonly<Record<Kind, () => Geometry>> = {
    point: () => ({ kind: 'point', at: at() }),
    probe: () => ({ kind: 'probe', at: at() }),
    text: () => ({ kind: 'text', at: at() }),
    arrow: () => ({ kind: 'arrow', tail: at(), tip: at() }),
    line: () => ({ kind: 'line', from: at(), to: at() }),
    height: () => ({ kind: 'height', from: at(), to: at() }),
    calibration: () => ({ kind: 'calibration', from: at(), to: at(), lengthMm: 10 }),
    bidirectional: () => ({ kind: 'bidirectional', first: [at(), at()], second: [at(), at()] }),
    angle: () => ({ kind: 'angle', from: at(), vertex: at(), to: at() }),
    cobb: () => ({ kind: 'cobb', first: [at(), at()], second: [at(), at()] }),
    polyline: () => ({ kind: 'polyline', points: [at(), at(), at()] }),
    rectangle: () => {
      const [x, y] = at();
      return { kind: 'rectangle', min: [x, y], max: [x + 1 + random() * 500, y + 1 + random() * 500] };
    },
    ellipse: () => ({ kind: 'ellipse', center: at(), radiusX: 1 + random() * 900, radiusY: 1 + random() * 900 }),
    polygon: () => ({ kind: 'polygon', points: star(at(), 400, 24) }),
    spline: () => ({ kind: 'spline', points: star(at(), 400, 7) }),
    multipolygon: () => {
      const [x, y] = at();
      const rings = [star([x, y], 1000, 30), star([x, y], 500, 12), star([x, y], 200, 9), star([x + 3000, y], 700, 8)];
      return { kind: 'multipolygon', rings };
    },
  };
  const kinds = Object.keys(makers) as Kind[];
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length] ?? 'point';
    return { geometry: makers[kind](), label: i % 3 === 0 ? '' : `Herd ${i} <"&'> Übergang 腫瘍` };
  });
}

const annotationsOf = (shapes: readonly ExchangeShape[]) =>
  shapes.map(({ geometry, label }, i) => ({
    id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}` as never,
    ...{ geometry, label, measurements: measureGeometry(geometry, NONE) },
  }));

function greatestDifference(a: Geometry, b: Geometry): number {
  const [from, to] = [definingPoints(a), definingPoints(b)];
  if (a.kind !== b.kind || from.length !== to.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...from.map((point, i) =>
      Math.max(Math.abs(point[0] - (to[i]?.[0] ?? 1e9)), Math.abs(point[1] - (to[i]?.[1] ?? 1e9))),
    ),
  );
}

test('GeoJSON: read(write(x)) is x within 1e-3 px for every kind of shape', () => {
  const shapes = shapesOfEveryKind(1000);
  const { format, shapes: read, refused } = readShapes(writeGeoJson(annotationsOf(shapes)).text);
  expect([format, refused.length, read.length]).toEqual(['GeoJSON', 0, 1000]);
  for (const [i, shape] of shapes.entries()) {
    expect(read[i]?.label).toBe(shape.label);
    expect(greatestDifference(shape.geometry, read[i]?.geometry ?? shape.geometry)).toBeLessThanOrEqual(1e-3);
  }
});

/** What ImageScope has no kind for comes back as what was written for it; the writer says so. */
const IMAGESCOPE_KINDS: Partial<Record<Kind, Kind | null>> = {
  probe: 'point',
  text: 'point',
  height: 'line',
  calibration: 'line',
  angle: 'polyline',
  spline: 'polygon',
  bidirectional: null,
  cobb: null,
};

test('ImageScope XML: read(write(x)) is x within 1e-3 px for the kinds it has', () => {
  const shapes = shapesOfEveryKind(1000).filter(({ geometry }) => IMAGESCOPE_KINDS[geometry.kind] !== null);
  for (const shape of shapes) {
    const written = writeImageScopeXml([shape], 0.25);
    const { format, shapes: read, refused } = readShapes(written.text);
    expect([format, refused.length]).toEqual(['ImageScope XML', 0]);
    const kind = IMAGESCOPE_KINDS[shape.geometry.kind] ?? shape.geometry.kind;
    if (kind === 'multipolygon') {
      // A file has no islands inside holes of one region: each piece is a region of its own.
      expect(read.map(({ geometry }) => geometry.kind)).toEqual(['multipolygon', 'polygon', 'polygon']);
      expect(area(read)).toBeCloseTo(area([shape]), 0);
      continue;
    }
    expect(read[0]?.geometry.kind).toBe(kind);
    expect(read[0]?.label).toBe(shape.label);
    if (kind === shape.geometry.kind) {
      expect(greatestDifference(shape.geometry, read[0]?.geometry ?? shape.geometry)).toBeLessThanOrEqual(1e-3);
    } else if (shape.geometry.kind !== 'spline') {
      const moved = {
        ...read[0]?.geometry,
        kind: 'polyline',
        points: definingPoints(read[0]?.geometry ?? shape.geometry),
      } as Geometry;
      const original = { kind: 'polyline', points: definingPoints(shape.geometry) } as Geometry;
      expect(greatestDifference(original, moved)).toBeLessThanOrEqual(1e-3);
    }
  }
});

function area(shapes: readonly ExchangeShape[]): number {
  return shapes.reduce((sum, { geometry }) => sum + (measureGeometry(geometry, NONE)[0]?.value ?? 0), 0);
}

describe('a shape that another program has changed', () => {
  it('is read as it was changed, not as we described it', () => {
    const { text } = writeGeoJson(
      annotationsOf([{ geometry: { kind: 'arrow', tail: [1, 2], tip: [30, 40] }, label: '' }]),
    );
    const moved = text.replace('"coordinates":[[1,2],[30,40]]', '"coordinates":[[1,2],[30,41]]');
    expect(moved).not.toBe(text);
    expect(readShapes(moved).shapes[0]?.geometry).toEqual({ kind: 'line', from: [1, 2], to: [30, 41] });
  });
});

describe('holes', () => {
  const square = (x: number, side: number): [number, number][] => [
    [x, x],
    [x + side, x],
    [x + side, x + side],
    [x, x + side],
  ];
  it('do not count in the area, islands in them do', () => {
    const geometry: Geometry = { kind: 'multipolygon', rings: [square(0, 100), square(10, 50), square(20, 10)] };
    expect(measureGeometry(geometry, NONE)).toMatchObject([{ name: 'area', value: 10_000 - 2500 + 100, unit: 'px2' }]);
  });
});

test('HistomicsUI: holes, turned boxes and circles, arrows from their head', () => {
  const file = {
    annotation: {
      name: 'Tumour',
      elements: [
        {
          type: 'polyline',
          closed: true,
          points: [
            [0, 0, 0],
            [9, 0, 0],
            [9, 9, 0],
          ],
          holes: [
            [
              [1, 1, 0],
              [2, 1, 0],
              [2, 2, 0],
            ],
          ],
        },
        {
          type: 'rectangle',
          center: [50, 50, 0],
          width: 20,
          height: 10,
          rotation: Math.PI / 6,
          label: { value: 'box' },
        },
        { type: 'circle', center: [5, 5, 0], radius: 3 },
        {
          type: 'arrow',
          points: [
            [1, 1, 0],
            [5, 5, 0],
          ],
          group: 'g',
        },
        { type: 'heatmap', points: [] },
      ],
    },
  };
  const { shapes, refused } = readShapes(JSON.stringify([file]));
  expect(shapes.map(({ geometry, label }) => [geometry.kind, label])).toEqual([
    ['multipolygon', 'Tumour'],
    ['polygon', 'box'],
    ['ellipse', 'Tumour'],
    ['arrow', 'g'],
  ]);
  const corners = definingPoints(shapes[1]?.geometry ?? { kind: 'point', at: [0, 0] });
  // Half sides 10 and 5, turned by 30° clockwise on the screen.
  expect(corners[1]?.[0]).toBeCloseTo(50 + 10 * Math.cos(Math.PI / 6) + 5 * Math.sin(Math.PI / 6), 9);
  expect(corners[1]?.[1]).toBeCloseTo(50 + 10 * Math.sin(Math.PI / 6) - 5 * Math.cos(Math.PI / 6), 9);
  expect(shapes[3]?.geometry).toMatchObject({ tip: [1, 1], tail: [5, 5] });
  expect(refused).toEqual([{ place: 5, reason: 'is of type "heatmap", which is not taken' }]);
});

describe('refused whole, with a sentence', () => {
  const deep = '['.repeat(100_000);
  test.each([
    ['', 'it is none of GeoJSON'],
    ['hello', 'it is none of'],
    ['{"type":', 'it is not valid JSON'],
    [deep, 'it is not valid JSON'],
    ['{"type":"Topology"}', 'neither a Feature nor a FeatureCollection'],
    ['<Annotations>', 'as XML, it ends before'],
    ['<!DOCTYPE a [<!ENTITY x "y">]><Annotations/>', 'as XML, it declares a document type'],
    ['<svg/>', 'neither of ImageScope nor of ASAP'],
    [JSON.stringify(Array.from({ length: 2001 }, () => ({ type: 'Feature' }))), 'more than 2000 shapes'],
  ])('%.40s', (text, reason) => {
    expect(() => readShapes(text)).toThrow(ExchangeFileError);
    expect(() => readShapes(text)).toThrow(reason);
  });
});

describe('refused alone, with its place', () => {
  const feature = (geometry: unknown) => JSON.stringify({ type: 'Feature', geometry, properties: {} });
  test.each([
    [{ type: 'Point', coordinates: ['1', 2] }, 'not two numbers'],
    [
      {
        type: 'LineString',
        coordinates: [
          [1, 1],
          [1, 1],
        ],
      },
      'without a length',
    ],
    [{ type: 'Polygon', coordinates: [] }, 'without points'],
    [
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      },
      'is not a valid shape',
    ],
    [{ type: 'Point', coordinates: [1e300, 0] }, 'is not a valid shape'],
    [{ type: 'GeometryCollection', geometries: [] }, '"GeometryCollection"'],
    [null, 'has a geometry of type null'],
  ])('%j', (geometry, reason) => {
    const { shapes, refused } = readShapes(feature(geometry));
    expect(shapes).toEqual([]);
    expect(refused).toEqual([{ place: 1, reason: expect.stringContaining(reason) }]);
  });

  it('ImageScope: a lost hole, an unknown type, a vertex without numbers', () => {
    const region = (attributes: string, vertices: string) =>
      `<Region ${attributes}><Vertices>${vertices}</Vertices></Region>`;
    const vertex = (x: string, y: string) => `<Vertex X="${x}" Y="${y}"/>`;
    const triangle = vertex('0', '0') + vertex('9', '0') + vertex('9', '9');
    const xml = `<Annotations><Annotation><Regions>${[
      region('Type="0" NegativeROA="1"', triangle),
      region('Type="77"', triangle),
      region('Type="3"', vertex('NaN', '1')),
    ].join('')}</Regions></Annotation></Annotations>`;
    expect(readShapes(xml).refused.map(({ reason }) => reason)).toEqual([
      'is of region type "77", which is not known',
      'has a vertex that is not two numbers, or none',
      'is a hole that lies in no region',
    ]);
  });
});

test('a label keeps its words without the character that no stored text may have', () => {
  const feature = { type: 'Feature', geometry: { type: 'Point', coordinates: [1, 2] }, properties: { name: 'a\0b' } };
  expect(readShapes(JSON.stringify(feature)).shapes[0]?.label).toBe('a b');
});
