import { describe, expect, it } from 'vitest';
import { authorColors } from '#shared/annotation/palette.ts';
import type { UserId } from '#shared/ids.ts';
import { annotationNumbers, markLines, measurementLine } from './annotation-words.ts';
import { marksOf } from './marks.ts';
import { sampleAnnotation } from './sample-annotation.ts';

const other = { id: 'u2' as UserId, name: 'Dr Two', role: 'radiologist' as const };

describe('the numbers of annotations', () => {
  it('follow the order in which they were made, whatever the order of the list', () => {
    const [a, b, c] = [sampleAnnotation(1), sampleAnnotation(2), sampleAnnotation(3)];
    const numbers = annotationNumbers([c, a, b]);
    expect([a, b, c].map(({ id }) => numbers.get(id))).toEqual([1, 2, 3]);
  });

  it('put what is not saved yet last, however its clock runs', () => {
    const saved = sampleAnnotation(9);
    const fresh = [sampleAnnotation(1, { revision: 0 }), sampleAnnotation(2, { revision: 0 })];
    const numbers = annotationNumbers([...fresh, saved]);
    expect([saved, ...fresh].map(({ id }) => numbers.get(id))).toEqual([1, 2, 3]);
  });
});

describe('marks', () => {
  const annotations = [sampleAnnotation(1), sampleAnnotation(2, { author: other, label: ' tumour ' })];
  const choice = {
    nameOf: (id: string) => (id.endsWith('1') ? 'A1' : 'A2'),
    colorOf: authorColors(annotations),
    selectedId: null,
    alsoSelected: new Set<string>(),
    hiddenAuthors: new Set<string>(),
    editableBy: 'u1',
  };

  it('can be moved by their author only', () => {
    expect(marksOf(annotations, choice).map(({ editable }) => editable)).toEqual([true, false]);
    expect(marksOf(annotations, { ...choice, editableBy: null }).some(({ editable }) => editable)).toBe(false);
  });

  it('leave out hidden authors', () => {
    const shown = marksOf(annotations, { ...choice, hiddenAuthors: new Set(['u2']) });
    expect(shown.map(({ id }) => id)).toEqual([annotations[0]?.id]);
  });

  it('tell every measurement while selected, and the main one otherwise', () => {
    const [first, second] = marksOf(annotations, { ...choice, selectedId: annotations[0]?.id ?? null });
    expect(first).toMatchObject({ selected: true, lines: ['A1', 'Area 25.0 µm²', 'Perimeter 20.0 µm'] });
    expect(second).toMatchObject({ selected: false, lines: ['A2  tumour', 'Area 25.0 µm²'] });
  });

  it('have one colour an author', () => {
    const [first, second] = marksOf(annotations, choice);
    expect(first?.color).not.toBe(second?.color);
    expect(authorColors(annotations.toReversed())('u1')).toBe(second?.color);
  });
});

describe('words of measurements', () => {
  it('write a true minus sign and the unit', () => {
    const mean = { name: 'mean', value: -812.34, unit: "[hnsf'U]", provenance: 'modality-rescale' } as const;
    expect(measurementLine([mean])).toBe('Mean −812.3 HU');
    expect(markLines('3', { label: '', measurements: [] }, false)).toEqual(['3']);
  });
});
