import { expect, it } from 'vitest';
import { type AnnotationOrder, orderedAnnotations } from './annotation-order.ts';
import { sampleAnnotation } from './sample-annotation.ts';
import { userCalibrations } from './user-calibrations.ts';

const area = (value: number) => [{ name: 'area', value, unit: 'mm2', provenance: 'PixelSpacing' } as const];
const annotations = [
  sampleAnnotation(1, { label: 'Größte Läsion', measurements: area(5), updatedAt: '2026-01-05' }),
  sampleAnnotation(2, {
    geometry: { kind: 'arrow', tail: [0, 0], tip: [1, 1] },
    measurements: [],
    updatedAt: '2026-01-09',
  }),
  sampleAnnotation(3, { measurements: area(50), updatedAt: '2026-01-07' }),
];
const numbers = new Map(annotations.map(({ id }, index) => [id as string, index + 1]));
const listed = (order: AnnotationOrder, filter = '') =>
  orderedAnnotations(annotations, {
    order,
    filter,
    numbers,
    placeOf: ({ id }) => (id.endsWith('1') ? 'CT' : 'MR'),
  }).map(({ id }) => numbers.get(id));

it('orders by number, time, image, kind and size', () => {
  expect(listed('number')).toEqual([1, 2, 3]);
  expect(listed('newest')).toEqual([2, 3, 1]);
  expect(listed('place')).toEqual([1, 2, 3]);
  expect(listed('kind')).toEqual([2, 1, 3]);
  expect(listed('size')).toEqual([3, 1, 2]);
});

it('filters by every word, whatever its case and accents', () => {
  expect(listed('number', 'grosste')).toEqual([1]);
  expect(listed('number', 'mr rectangle')).toEqual([3]);
  expect(listed('number', 'a2')).toEqual([2]);
  expect(listed('number', 'nothing of the kind')).toEqual([]);
});

it('measures by the known length one marked last on an image, never by somebody else’s', () => {
  const calibration = (lengthMm: number, author: string, sopInstanceUid: string) => ({
    ...sampleAnnotation(1),
    author: { id: author, name: author, role: 'radiologist' } as never,
    geometry: { kind: 'calibration', from: [0, 0], to: [9, 0], lengthMm } as const,
    target: { kind: 'frame', studyUid: '1.2', seriesUid: '1.3', sopInstanceUid, frameNumber: 1 } as never,
  });
  const all = [calibration(10, 'me', '1.4'), calibration(20, 'me', '1.4'), calibration(30, 'you', '1.5')] as never;
  expect([...userCalibrations(all, 'me')]).toEqual([['1.4', { from: [0, 0], to: [9, 0], lengthMm: 20 }]]);
});
