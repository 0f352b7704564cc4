import type { Annotation } from '#shared/annotation/annotation.ts';
import { foldText } from '#shared/dicom/query/fold-text.ts';
import { calledBy, SHAPE_WORDS } from './annotation-words.ts';

/** The orders of the annotation list, with their words. */
export const ANNOTATION_ORDERS = {
  number: 'By number',
  newest: 'Last changed first',
  place: 'By image',
  kind: 'By kind',
  size: 'Largest first',
} as const;
export type AnnotationOrder = keyof typeof ANNOTATION_ORDERS;

interface Ordering {
  readonly order: AnnotationOrder;
  /** Words that must all occur in what is written of an annotation. */
  readonly filter: string;
  readonly numbers: ReadonlyMap<string, number>;
  readonly placeOf: (annotation: Annotation) => string;
}

/** The annotations that fit the filter, in order; of equals the one with the lower number comes first. */
export function orderedAnnotations(
  annotations: readonly Annotation[],
  { order, filter, numbers, placeOf }: Ordering,
): Annotation[] {
  const number = ({ id }: Annotation) => numbers.get(id) ?? 0;
  const wanted = foldText(filter).split(/\s+/).filter(Boolean);
  const written = (one: Annotation) =>
    foldText(
      [`A${number(one)}`, calledBy(one), SHAPE_WORDS[one.geometry.kind].word, one.author.name, placeOf(one)].join(' '),
    );
  const compare: Readonly<Record<AnnotationOrder, (a: Annotation, b: Annotation) => number>> = {
    number: () => 0,
    newest: (a, b) => (a.updatedAt < b.updatedAt ? 1 : a.updatedAt > b.updatedAt ? -1 : 0),
    place: (a, b) => placeOf(a).localeCompare(placeOf(b)) || frameOf(a) - frameOf(b),
    kind: (a, b) => SHAPE_WORDS[a.geometry.kind].word.localeCompare(SHAPE_WORDS[b.geometry.kind].word),
    size: (a, b) => sizeOf(b) - sizeOf(a),
  };
  return annotations
    .filter((one) => wanted.every((word) => written(one).includes(word)))
    .sort((a, b) => compare[order](a, b) || number(a) - number(b));
}

function frameOf({ target }: Annotation): number {
  return target.kind === 'frame' ? target.frameNumber : 0;
}

/** Lengths and areas are ordered by their main number; what measures nothing comes last. */
function sizeOf({ measurements }: Annotation): number {
  return measurements[0]?.value ?? Number.NEGATIVE_INFINITY;
}
