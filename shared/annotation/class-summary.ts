import type { Annotation } from './annotation.ts';
import { ANNOTATION_CLASSES, type AnnotationClass, ancestorsOf, classOf, conceptKey } from './annotation-class.ts';
import { insideTest } from './geometry.ts';
import type { Measurement, Unit } from './measurement.ts';

type Classified = Pick<Annotation, 'concept' | 'geometry' | 'measurements'>;

/** What is annotated of one class, its parts included. */
export interface ClassSummary {
  readonly of: AnnotationClass;
  /** How many classes stand above it. */
  readonly depth: number;
  readonly count: number;
  /** Sums of areas and of lengths; null where there are none, or where their units differ. */
  readonly area: Measurement | null;
  readonly length: Measurement | null;
  /** Points of the class in the area that is looked at, for each mm² of it; null without such an area or a scale. */
  readonly perMm2: number | null;
}

/** One line a class that is used, in the order of the list; areas that overlap count twice. */
export function summariseClasses(annotations: readonly Classified[], within: Classified | null): ClassSummary[] {
  const used = new Map<string, { of: AnnotationClass; members: Classified[] }>();
  for (const annotation of annotations) {
    if (annotation.concept === undefined) continue;
    const own = classOf(annotation.concept);
    for (const one of [own, ...ancestorsOf(own)]) {
      const key = conceptKey(one.concept);
      const entry = used.get(key) ?? { of: one, members: [] };
      entry.members.push(annotation);
      used.set(key, entry);
    }
  }
  const order = new Map(ANNOTATION_CLASSES.map(({ concept }, index) => [conceptKey(concept), index]));
  const place = ({ of }: { of: AnnotationClass }) => order.get(conceptKey(of.concept)) ?? ANNOTATION_CLASSES.length;
  return [...used.values()]
    .sort((a, b) => place(a) - place(b))
    .map(({ of, members }) => ({
      of,
      depth: ancestorsOf(of).length,
      count: members.length,
      area: sumOf(members, 'area'),
      length: sumOf(members, 'length'),
      perMm2: densityIn(within, members),
    }));
}

function sumOf(members: readonly Classified[], name: 'area' | 'length'): Measurement | null {
  const found = members.flatMap(({ measurements }) => measurements.filter((one) => one.name === name));
  const [first] = found;
  if (first === undefined || found.some(({ unit }) => unit !== first.unit)) return null;
  return { ...first, value: found.reduce((sum, { value }) => sum + value, 0) };
}

const MM2: Readonly<Partial<Record<Unit, number>>> = { um2: 1e-6, mm2: 1 };

/** The area of a shape in mm²; null where it has none or the image no scale. */
export function areaInMm2({ measurements }: Pick<Classified, 'measurements'>): number | null {
  const area = measurements.find(({ name }) => name === 'area');
  const factor = area === undefined ? undefined : MM2[area.unit];
  return area === undefined || factor === undefined ? null : area.value * factor;
}

/** The points that lie in an area. */
export function pointsIn<T extends Classified>(area: Classified, members: readonly T[]): T[] {
  const inside = insideTest(area.geometry);
  return members.filter(({ geometry }) => geometry.kind === 'point' && inside?.(...geometry.at) === true);
}

function densityIn(within: Classified | null, members: readonly Classified[]): number | null {
  const mm2 = within === null ? null : areaInMm2(within);
  if (within === null || mm2 === null || mm2 === 0) return null;
  const points = pointsIn(within, members).length;
  return points === 0 ? null : points / mm2;
}
