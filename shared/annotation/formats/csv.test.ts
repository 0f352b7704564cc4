import { expect, test } from 'vitest';
import { type Annotation, annotationSchema } from '#shared/annotation/annotation.ts';
import { writeCsv } from './csv.ts';

const annotation: Annotation = annotationSchema.parse({
  id: '10000000-0000-4000-8000-000000000001',
  consultationId: '20000000-0000-4000-8000-000000000000',
  revision: 1,
  author: { id: 'u1', name: 'Dr One', role: 'radiologist' },
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-02T00:00:00.000Z',
  frameOfReferenceUid: '1.2.5',
  target: { kind: 'frame', studyUid: '1.2', seriesUid: '1.3', sopInstanceUid: '1.4', frameNumber: 2 },
  geometry: { kind: 'rectangle', min: [0, 0], max: [10, 10] },
  label: 'Knoten, "rechts"',
  view: {
    ...{ kind: 'frame', visible: { x: 0, y: 0, width: 9, height: 9 }, windowCenter: 40, windowWidth: 400 },
    ...{ inverted: false, rotation: 0, flippedHorizontally: false, flippedVertically: false },
  },
  measurements: [
    { name: 'area', value: 12.5, unit: 'px2', provenance: 'uncalibrated' },
    { name: 'mean', value: -812.25, unit: "[hnsf'U]", provenance: 'modality-rescale' },
  ],
});
const context = { nameOf: () => 'A1', kindOf: () => 'Rectangle', placeOf: () => 'CT · Chest' };
const rows = (changes: Partial<Annotation> = {}) => writeCsv([{ ...annotation, ...changes }], context).split('\r\n');

test('one row a measurement, with unit and provenance, after a byte order mark', () => {
  const [head, area, mean, end] = rows();
  expect(head?.startsWith('\ufeffAnnotation,Kind,Label')).toBe(true);
  expect(area).toContain(
    'A1,Rectangle,"Knoten, ""rechts""",Dr One,CT · Chest,1.2,1.3,1.4,2,1.2.5,Area,12.5,px²,,uncalibrated',
  );
  // Numbers stay numbers, though they begin with what begins a formula.
  expect(mean).toContain(",Mean,-812.25,HU,[hnsf'U],rescaled pixel values");
  expect(end).toBe('');
});

test('a class has its name and its code', () => {
  const concept = { value: '6574001', scheme: 'SCT', meaning: 'Necrosis' };
  expect(rows({ concept })[1]).toMatch(/,Necrosis,SCT:6574001$/);
});

test('an annotation that measures nothing still has its row', () => {
  expect(rows({ measurements: [] })[1]).toMatch(/1\.2\.5,,,,,,2026/);
});

test.each(['=1+1', '+49 89', '-2', '@SUM(A1)', '\tx', '＝1+1'])('the label %j cannot run as a formula', (label) => {
  expect(rows({ label })[1]).toMatch(/^A1,Rectangle,"?'/);
});
