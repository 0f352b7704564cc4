import type { Annotation, AnnotationDraft } from '#shared/annotation/annotation.ts';
import type * as areas from '#shared/annotation/areas.ts';
import { type Geometry, geometrySchema, isRegion, type Point } from '#shared/annotation/geometry.ts';
import type { Measurement } from '#shared/annotation/measurement.ts';

export const AREA_OPERATIONS = ['unite', 'subtract', 'intersect', 'separate'] as const;
export type AreaOperation = (typeof AREA_OPERATIONS)[number];

/** Changes of several annotations that belong together. */
export interface ShapeChanges {
  readonly changed: readonly {
    readonly id: string;
    readonly geometry: Geometry;
    readonly measurements: Measurement[];
  }[];
  readonly made: readonly AnnotationDraft[];
  readonly removed: readonly string[];
}

export interface AreaTools {
  readonly areas: typeof areas;
  readonly measure: (geometry: Geometry) => Measurement[];
  readonly isMine: (annotation: Annotation) => boolean;
}

/** What comes of an operation, or why it cannot be: one sentence. */
export type AreaPlan = ShapeChanges | string;

const TOO_MANY = 'The result has more than 20,000 points. Nothing was changed.';

/**
 * The first of `selection` becomes the result and keeps its words. What was united or intersected with it is in it then:
 * of the others those that are one's own go away. What was subtracted stays.
 */
export function planOperation(operation: AreaOperation, selection: readonly Annotation[], tools: AreaTools): AreaPlan {
  const [first, ...others] = selection.filter(({ geometry }) => isRegion(geometry));
  if (first === undefined) return 'Select an area first.';
  if (!tools.isMine(first)) return 'The first of the selected areas is not yours; only your own can be changed.';
  if (operation === 'separate') return planSeparation(first, tools);
  if (others.length === 0) return 'Select further areas first: hold Shift and click on them.';
  const { areaOf, united, difference, intersection, shapeOfArea } = tools.areas;
  const combine = { unite: united, subtract: difference, intersect: intersection }[operation];
  const result = others.reduce((area, { geometry }) => combine(area, areaOf(geometry)), areaOf(first.geometry));
  const geometry = shapeOfArea(result);
  if (geometry === null) return 'Nothing would be left of the area. Nothing was changed.';
  if (!geometrySchema.safeParse(geometry).success) return TOO_MANY;
  return {
    changed: [{ id: first.id, geometry, measurements: tools.measure(geometry) }],
    made: [],
    removed: operation === 'subtract' ? [] : others.filter(tools.isMine).map(({ id }) => id),
  };
}

function planSeparation(whole: Annotation, tools: AreaTools): AreaPlan {
  const parts = tools.areas.separated(tools.areas.areaOf(whole.geometry));
  if (parts.length < 2) return 'This area has one piece alone.';
  return replaced(whole, parts, tools);
}

/** Cuts every area of `candidates` that the line divides. */
export function planCut(line: readonly Point[], candidates: readonly Annotation[], tools: AreaTools): AreaPlan {
  const own = candidates.filter((annotation) => isRegion(annotation.geometry) && tools.isMine(annotation));
  const plans = own.flatMap((annotation) => {
    const sides = tools.areas.splitBy(tools.areas.areaOf(annotation.geometry), line);
    return sides === null ? [] : [replaced(annotation, sides, tools)];
  });
  const refusal = plans.find((plan) => typeof plan === 'string');
  if (refusal !== undefined) return refusal;
  const whole = plans.filter((plan) => typeof plan !== 'string');
  if (whole.length === 0) return 'The line cuts none of your areas in two.';
  return {
    changed: whole.flatMap(({ changed }) => changed),
    made: whole.flatMap(({ made }) => made),
    removed: [],
  };
}

/** The annotation becomes the first part, and each other part a new one with the same words. */
function replaced(annotation: Annotation, parts: readonly areas.Area[], { areas, measure }: AreaTools): AreaPlan {
  const shapes = parts.map(areas.shapeOfArea).filter((shape) => shape !== null);
  const [first, ...others] = shapes;
  if (first === undefined) return 'Nothing would be left of the area. Nothing was changed.';
  if (shapes.some((shape) => !geometrySchema.safeParse(shape).success)) return TOO_MANY;
  const { target, label, concept, view } = annotation;
  return {
    changed: [{ id: annotation.id, geometry: first, measurements: measure(first) }],
    made: others.map((geometry) => ({
      ...{ target, geometry, label, view, measurements: measure(geometry) },
      ...(concept && { concept }),
    })),
    removed: [],
  };
}
