import { type Annotation, annotationSchema } from '#shared/annotation/annotation.ts';

/** A valid annotation for tests of what is done with annotations; `place` makes it the n-th of its consultation. */
export function sampleAnnotation(place: number, changes: Partial<Annotation> = {}): Annotation {
  const id = (kind: number) => `${kind}0000000-0000-4000-8000-${String(place).padStart(12, '0')}`;
  return {
    ...annotationSchema.parse({
      id: id(1),
      consultationId: '20000000-0000-4000-8000-000000000000',
      revision: 1,
      author: { id: 'u1', name: 'Dr One', role: 'pathologist' },
      createdAt: `2026-01-01T00:00:${String(place).padStart(2, '0')}.000Z`,
      updatedAt: '2026-01-02T00:00:00.000Z',
      target: { kind: 'slide', slideId: '30000000-0000-4000-8000-000000000000' },
      geometry: { kind: 'rectangle', min: [0, 0], max: [10, 10] },
      label: '',
      view: { kind: 'slide', visible: { x: 0, y: 0, width: 100, height: 100 }, rotation: 0 },
      measurements: [
        { name: 'area', value: 25, unit: 'um2', provenance: 'aperio-description' },
        { name: 'perimeter', value: 20, unit: 'um', provenance: 'aperio-description' },
      ],
    }),
    ...changes,
  };
}
