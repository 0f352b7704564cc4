import { describe, expect, test } from 'vitest';
import { type Annotation, annotationSchema } from '#shared/annotation/annotation.ts';
import { definingPoints, GEOMETRY_KINDS, type Geometry, type GeometryKind } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import type { SourceInstance } from '#shared/dicom/derived-object.ts';
import { uidOfUuid } from '#shared/dicom/uuid-uid.ts';
import { type ReportIdentity, writeMeasurementReport } from './dicom-sr.ts';
import { readMeasurementReport } from './read-dicom-sr.ts';

const calibration = { kind: 'mm-per-pixel', rowMm: 0.7, columnMm: 0.7, source: 'PixelSpacing' } as const;
const image: SourceInstance = {
  sopInstanceUid: '1.2.3.4',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  seriesUid: '1.2.3',
  studyUid: '1.2',
  frameCount: 1,
  metadata: { '00100020': { vr: 'LO', Value: ['P-1'] } },
};
const identity: ReportIdentity = {
  ...{ sopInstanceUid: '2.25.1', seriesUid: '2.25.2', instanceNumber: 1, author: 'Dr One^Evil=\\' },
  ...{ writtenAt: '2026-03-02T10:11:12.000Z', predecessor: null },
};

/** Numbers from 0 to 1, the same for every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A report has the long axis first; the order in which axes were drawn has no meaning. */
function longerFirst<T extends Extract<Geometry, { first: unknown }>>(shape: T): T {
  const length = ([[x, y], [u, v]]: T['first']) => Math.hypot(u - x, v - y);
  const swapped = shape.kind === 'bidirectional' && length(shape.first) < length(shape.second);
  return swapped ? { ...shape, first: shape.second, second: shape.first } : shape;
}

function randomShape(kind: GeometryKind, random: () => number): Geometry {
  const point = (): [number, number] => [random() * 4096, random() * 4096];
  const points = (count: number) => Array.from({ length: count }, point);
  switch (kind) {
    case 'point':
    case 'probe':
    case 'text':
      return { kind, at: point() };
    case 'arrow':
      return { kind, tail: point(), tip: point() };
    case 'line':
    case 'height':
      return { kind, from: point(), to: point() };
    case 'calibration':
      return { kind, from: point(), to: point(), lengthMm: 1 + random() * 99 };
    case 'bidirectional':
    case 'cobb':
      return longerFirst({ kind, first: [point(), point()], second: [point(), point()] });
    case 'angle':
      return { kind, from: point(), vertex: point(), to: point() };
    case 'rectangle': {
      const [x, y] = point();
      return { kind, min: [x, y], max: [x + 1 + random() * 500, y + 1 + random() * 500] };
    }
    case 'ellipse':
      return { kind, center: point(), radiusX: 1 + random() * 300, radiusY: 1 + random() * 300 };
    case 'multipolygon':
      return {
        kind,
        rings: Array.from({ length: 1 + Math.floor(random() * 3) }, () => points(3 + Math.floor(random() * 5))),
      };
    case 'polyline':
    case 'polygon':
    case 'spline':
      return { kind, points: points(3 + Math.floor(random() * 9)) };
  }
}

function annotationOf(geometry: Geometry, place: number): Annotation {
  return annotationSchema.parse({
    id: `10000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
    consultationId: '20000000-0000-4000-8000-000000000000',
    revision: 1,
    author: { id: 'u1', name: 'Dr One', role: 'radiologist' },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-02T00:00:00.000Z',
    target: { kind: 'frame', studyUid: '1.2', seriesUid: '1.2.3', sopInstanceUid: '1.2.3.4', frameNumber: 1 },
    geometry,
    label: place % 3 === 0 ? `Läsion ${place}` : '',
    view: {
      ...{ kind: 'frame', visible: { x: 0, y: 0, width: 9, height: 9 }, windowCenter: 40, windowWidth: 400 },
      ...{ inverted: false, rotation: 0, flippedHorizontally: false, flippedVertically: false },
    },
    measurements: measureGeometry(geometry, calibration),
  });
}

const write = (annotations: readonly Annotation[], changes: Partial<ReportIdentity> = {}) =>
  writeMeasurementReport(annotations, new Map([[image.sopInstanceUid, image]]), { ...identity, ...changes });

/** What a file does to coordinates: they are 32-bit floats. */
function asStored<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (key, inner) =>
      key === '00700022' ? { ...inner, Value: inner.Value.map((one: number) => Math.fround(one)) } : inner,
    ),
  ) as T;
}

describe('a measurement report of ours', () => {
  test.each(GEOMETRY_KINDS)('gives back 1,000 shapes of the kind %s within 1e-3 px, with their numbers', (kind) => {
    const random = seeded(GEOMETRY_KINDS.indexOf(kind) + 1);
    const annotations = Array.from({ length: 1000 }, (_, place) => annotationOf(randomShape(kind, random), place));
    const written = write(annotations);
    const read = written && readMeasurementReport(asStored(written.dataset));
    expect(read?.groups).toHaveLength(1000);
    let worst = 0;
    annotations.forEach((annotation, at) => {
      const group = read?.groups[at];
      expect(group?.trackingUid).toBe(uidOfUuid(annotation.id));
      expect(group?.comment).toBe(annotation.label === '' ? null : annotation.label);
      expect(group?.shapes).toHaveLength(1);
      const geometry = group?.shapes[0]?.geometry;
      expect(geometry?.kind).toBe(kind);
      const back = geometry === undefined ? [] : definingPoints(geometry);
      definingPoints(annotation.geometry).forEach(([x, y], i) => {
        const [u, v] = back[i] ?? [Number.NaN, Number.NaN];
        worst = Math.max(worst, Math.abs(u - x), Math.abs(v - y));
      });
      expect(back).toHaveLength(definingPoints(annotation.geometry).length);
      expect(group?.numbers.map(({ measurement }) => measurement)).toEqual(annotation.measurements);
    });
    expect(worst).toBeLessThan(1e-3);
  });

  test('rule 2: what is in pixels is never written as a length', () => {
    const line: Geometry = { kind: 'line', from: [0, 0], to: [3, 4] };
    const uncalibrated = measureGeometry(line, { kind: 'none', reason: 'no spacing' });
    const written = write([{ ...annotationOf(line, 1), measurements: uncalibrated }]);
    const [number] = (written && readMeasurementReport(written.dataset))?.groups[0]?.numbers ?? [];
    expect(number?.unit).toEqual({ value: '{pixels}', scheme: 'UCUM', meaning: 'pixels' });
    expect(number?.measurement?.unit).toBe('px');
  });

  test('keeps the known length of a shape that was calibrated by its reader, apart from its own numbers', () => {
    const line: Geometry = { kind: 'line', from: [0, 0], to: [30, 40] };
    const known = { from: [0, 0], to: [0, 10], lengthMm: 20 } as NonNullable<Annotation['calibration']>;
    const measurements = measureGeometry(line, calibration, known);
    const written = write([{ ...annotationOf(line, 1), calibration: known, measurements }]);
    const [group] = (written && readMeasurementReport(written.dataset))?.groups ?? [];
    expect(group?.numbers.map(({ measurement }) => measurement)).toEqual(measurements);
    expect(group?.shapes).toHaveLength(1);
    expect(JSON.stringify(written?.dataset)).toContain('known-length');
  });

  test('names its predecessor, leaves delimiters out of names, and tells what it does not hold', () => {
    const written = write([annotationOf({ kind: 'point', at: [40_000, 2] }, 1)], {
      predecessor: { sopInstanceUid: '2.25.7', seriesUid: '2.25.8' },
    });
    expect(JSON.stringify(written?.dataset['0040A360'])).toContain('2.25.7');
    expect(written && readMeasurementReport(written.dataset)?.author).toMatch(/Dr One.*Evil|Evil.*Dr One/);
    expect(written?.unheld.join(' ')).toMatch(/the view in which it was drawn/);
    expect(written?.unheld.join(' ')).toMatch(/rounded/);
    const slide = {
      ...annotationOf({ kind: 'point', at: [1, 2] }, 1),
      target: { kind: 'slide', slideId: 'x' } as never,
    };
    expect(write([slide])).toBeNull();
  });

  test('hostile documents are read as far as they make sense', () => {
    expect(readMeasurementReport({})).toBeNull();
    const written = write([annotationOf({ kind: 'line', from: [0, 0], to: [3, 4] }, 1)]);
    const odd = JSON.parse(
      JSON.stringify(written?.dataset).replaceAll('"POLYLINE"', '"SPIRAL"').replaceAll('[0,0,3,4]', '[1]'),
    );
    expect(readMeasurementReport(odd)?.groups[0]?.shapes).toEqual([]);
  });
});
