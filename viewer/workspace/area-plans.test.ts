import { describe, expect, test } from 'vitest';
import type { Annotation } from '#shared/annotation/annotation.ts';
import * as areas from '#shared/annotation/areas.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import type { SlideId, UserId } from '#shared/ids.ts';
import { type AreaTools, planCut, planOperation } from './area-plans.ts';
import { sampleAnnotation } from './sample-annotation.ts';

const um = { kind: 'um-per-pixel', mppX: 0.5, mppY: 0.5, source: 'aperio-description' } as const;
const other = { id: 'u2' as UserId, name: 'Dr Two', role: 'pathologist' as const };
const target = { kind: 'slide', slideId: '00000000-0000-4000-8000-000000000001' as SlideId } as const;

function box(number: number, x: number, more: Partial<Annotation> = {}): Annotation {
  const geometry = { kind: 'rectangle', min: [x, 0], max: [x + 100, 100] } as const;
  return sampleAnnotation(number, { ...more, target, geometry: { ...geometry, min: [x, 0], max: [x + 100, 100] } });
}

const tools: AreaTools = {
  areas,
  measure: (geometry) => measureGeometry(geometry, um),
  isMine: ({ author }) => author.id !== other.id,
};
const sizes = (plan: ReturnType<typeof planOperation>) =>
  typeof plan === 'string' ? plan : plan.changed.map(({ measurements }) => measurements[0]?.value);

describe('operations on selected areas', () => {
  const [a, b, foreign] = [box(1, 0, { label: 'tumour' }), box(2, 50), box(3, 50, { author: other })];

  test('the first becomes the result, with its new area; one’s own others are in it and go', () => {
    const plan = planOperation('unite', [a, b], tools);
    expect(plan).toMatchObject({ changed: [{ id: a.id }], made: [], removed: [b.id] });
    expect(sizes(plan)).toEqual([150 * 100 * 0.25]);
    expect(sizes(planOperation('intersect', [a, b], tools))).toEqual([50 * 100 * 0.25]);
  });

  test('what is subtracted stays, and what others drew is never changed', () => {
    expect(planOperation('subtract', [a, b], tools)).toMatchObject({ changed: [{ id: a.id }], removed: [] });
    expect(planOperation('unite', [a, foreign], tools)).toMatchObject({ changed: [{ id: a.id }], removed: [] });
    expect(planOperation('unite', [foreign, a], tools)).toMatch(/not yours/);
    expect(planOperation('subtract', [a, a], tools)).toMatch(/Nothing would be left/);
    expect(planOperation('unite', [a], tools)).toMatch(/Shift/);
  });

  test('a cut makes a new annotation of the far side, with the same words', () => {
    const plan = planCut(
      [
        [25, -10],
        [25, 110],
      ],
      [a, foreign],
      tools,
    );
    if (typeof plan === 'string') throw new Error(plan);
    expect(plan.made).toMatchObject([{ label: 'tumour', target }]);
    const both = [...plan.changed, ...plan.made].map(({ measurements }) => measurements[0]?.value ?? 0);
    expect(both.sort((x, y) => x - y)).toEqual([25 * 100 * 0.25, 75 * 100 * 0.25]);
  });

  test('pieces become annotations of their own', () => {
    const pieces = planOperation('unite', [a, box(4, 300)], tools);
    if (typeof pieces === 'string') throw new Error(pieces);
    const [whole] = pieces.changed;
    if (whole === undefined) throw new Error('no result');
    const apart = planOperation('separate', [{ ...a, geometry: whole.geometry }], tools);
    expect(apart).toMatchObject({ changed: [{ id: a.id }], made: [{ label: 'tumour' }] });
    expect(planOperation('separate', [a], tools)).toMatch(/one piece/);
  });
});
