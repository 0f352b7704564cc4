import { describe, expect, test } from 'vitest';
import { ANNOTATION_CLASSES, ancestorsOf, classNamed, classOf, conceptKey, MITOSIS } from './annotation-class.ts';
import { areaInMm2, summariseClasses } from './class-summary.ts';
import type { Geometry } from './geometry.ts';
import { measureGeometry } from './measure.ts';

const um = { kind: 'um-per-pixel', mppX: 0.5, mppY: 0.5, source: 'aperio-description' } as const;
const none = { kind: 'none', reason: 'the file states no spacing' } as const;

function marked(name: string, geometry: Geometry, calibration: Parameters<typeof measureGeometry>[1] = um) {
  const concept = classNamed(name)?.concept;
  return { ...(concept && { concept }), geometry, measurements: measureGeometry(geometry, calibration) };
}
const box = (size: number): Geometry => ({ kind: 'rectangle', min: [0, 0], max: [size, size] });
const point = (x: number): Geometry => ({ kind: 'point', at: [x, x] });

describe('the classes', () => {
  test('have codes and names of their own, parents before their parts, and codes that DICOM can hold', () => {
    const keys = ANNOTATION_CLASSES.map(({ concept }) => conceptKey(concept));
    expect(new Set(keys).size).toBe(keys.length);
    for (const [index, one] of ANNOTATION_CLASSES.entries()) {
      // PS3.3 section 8.8: Code Value is a Short String, Code Meaning a Long String.
      expect(one.concept.value.length).toBeLessThanOrEqual(16);
      expect(one.concept.meaning.length).toBeLessThanOrEqual(64);
      expect(classNamed(one.name.toUpperCase())).toBe(one);
      for (const above of ancestorsOf(one)) expect(ANNOTATION_CLASSES.indexOf(above)).toBeLessThan(index);
    }
  });

  test('a concept nobody knows here keeps its meaning', () => {
    const concept = { value: 'x1', scheme: '99LAB', meaning: 'Paneth cell' };
    expect(classOf(concept)).toMatchObject({ name: 'Paneth cell', concept });
  });
});

describe('the summary of classes', () => {
  test('counts parts with what they are parts of, and adds areas and lengths with their unit', () => {
    const line: Geometry = { kind: 'line', from: [0, 0], to: [30, 40] };
    const rows = summariseClasses(
      [marked('Tumour', box(100)), marked('Invasive', box(200)), marked('Margin', line), marked('', box(9))],
      null,
    );
    expect(rows.map(({ of, depth, count }) => [of.name, depth, count])).toEqual([
      ['Tumour', 0, 2],
      ['Invasive', 1, 1],
      ['Margin', 0, 1],
    ]);
    expect(rows[0]?.area).toMatchObject({ value: 12_500, unit: 'um2' });
    expect(rows[2]).toMatchObject({ area: null, length: { value: 25, unit: 'um' } });
  });

  test('density counts the points inside the area alone, and needs a scale', () => {
    const points = [marked('Mitosis', point(10)), marked('Mitosis', point(500)), marked('Mitosis', point(5000))];
    const field = marked('Tumour', box(1000));
    expect(areaInMm2(field)).toBeCloseTo(0.25, 9);
    expect(summariseClasses(points, field)[0]).toMatchObject({ count: 3, perMm2: 8 });
    expect(summariseClasses(points, marked('Tumour', box(1000), none))[0]?.perMm2).toBeNull();
    expect(summariseClasses(points, field)[0]?.of.concept).toBe(MITOSIS);
  });

  test('areas of different units are not added', () => {
    const rows = summariseClasses([marked('Tumour', box(10)), marked('Tumour', box(10), none)], null);
    expect(rows[0]).toMatchObject({ count: 2, area: null });
  });
});
