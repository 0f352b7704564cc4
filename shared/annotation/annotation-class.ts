import { type CodedConcept, OWN_SCHEME, sameConcept } from './coded-concept.ts';

/** What an annotation on a slide may be: a coded concept with a colour and a place in a hierarchy. */
export interface AnnotationClass {
  readonly concept: CodedConcept;
  /** As readers say it. */
  readonly name: string;
  readonly color: string;
  /** The class it is a part of; null at the top. */
  readonly parent: CodedConcept | null;
}

const sct = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'SCT', meaning });
const own = (value: string, meaning: string): CodedConcept => ({ value, scheme: OWN_SCHEME, meaning });

const TUMOUR = sct('108369006', 'Neoplasm');
const INFLAMMATION = sct('23583003', 'Inflammation');
const NUCLEUS = own('nucleus', 'Nucleus');
/** The marks that counters count. */
export const MITOSIS = own('mitosis', 'Mitotic figure');
export const POSITIVE_NUCLEUS = own('positive-nucleus', 'Nucleus, positive');
export const NEGATIVE_NUCLEUS = own('negative-nucleus', 'Nucleus, negative');
/** A field that mitoses are counted in. */
export const COUNTING_FIELD = own('counting-field', 'Counting field');

/**
 * The classes every consultation has, in the order of the list; a parent stands before its parts. SNOMED CT codes are
 * those that DICOM uses (PS3.16); what it has no code for has one of our own.
 */
export const ANNOTATION_CLASSES: readonly AnnotationClass[] = [
  { concept: TUMOUR, name: 'Tumour', color: '#f72585', parent: null },
  { concept: own('invasive', 'Invasive tumour'), name: 'Invasive', color: '#ff5c8a', parent: TUMOUR },
  { concept: own('in-situ', 'In situ tumour'), name: 'In situ', color: '#ff9f1c', parent: TUMOUR },
  { concept: sct('6574001', 'Necrosis'), name: 'Necrosis', color: '#b8b8ff', parent: null },
  { concept: own('stroma', 'Stroma'), name: 'Stroma', color: '#80ed99', parent: null },
  { concept: own('gland', 'Gland'), name: 'Gland', color: '#4cc9f0', parent: null },
  { concept: sct('59820001', 'Blood vessel'), name: 'Vessel', color: '#ff6b6b', parent: null },
  { concept: INFLAMMATION, name: 'Inflammation', color: '#c77dff', parent: null },
  { concept: own('lymphocytes', 'Lymphocytes'), name: 'Lymphocytes', color: '#9d8cff', parent: INFLAMMATION },
  { concept: sct('50960005', 'Hemorrhage'), name: 'Haemorrhage', color: '#e07a5f', parent: null },
  { concept: own('margin', 'Resection margin'), name: 'Margin', color: '#ffd166', parent: null },
  { concept: MITOSIS, name: 'Mitosis', color: '#00f5d4', parent: null },
  { concept: NUCLEUS, name: 'Nucleus', color: '#d7dce3', parent: null },
  { concept: POSITIVE_NUCLEUS, name: 'Positive nucleus', color: '#ffb703', parent: NUCLEUS },
  { concept: NEGATIVE_NUCLEUS, name: 'Negative nucleus', color: '#5bc0ff', parent: NUCLEUS },
  { concept: COUNTING_FIELD, name: 'Counting field', color: '#f1faee', parent: null },
  { concept: own('artefact', 'Artefact'), name: 'Artefact', color: '#adb5bd', parent: null },
];

/** What stands for no class, where one of the list must. */
export const UNCLASSIFIED_COLOR = '#d7dce3';

/** Red, green and blue of a colour "#rrggbb". */
export function rgbOf(color: string): [number, number, number] {
  const at = (place: number) => Number.parseInt(color.slice(place, place + 2), 16);
  return [at(1), at(3), at(5)];
}

/** A short text that is the same for the same concept. */
export function conceptKey({ scheme, value }: CodedConcept): string {
  return `${scheme}:${value}`;
}

export function classOfKey(key: string): AnnotationClass | null {
  return ANNOTATION_CLASSES.find(({ concept }) => conceptKey(concept) === key) ?? null;
}

/** The class of a concept; one we do not know keeps its meaning, and the colour of what has no class. */
export function classOf(concept: CodedConcept): AnnotationClass {
  const known = ANNOTATION_CLASSES.find((one) => sameConcept(one.concept, concept));
  return known ?? { concept, name: concept.meaning, color: UNCLASSIFIED_COLOR, parent: null };
}

/** The class that other programs call by this name, in whatever case: by ours, or by the meaning of its code. */
export function classNamed(name: string): AnnotationClass | null {
  const wanted = name.trim().toLowerCase();
  return (
    ANNOTATION_CLASSES.find((one) => [one.name, one.concept.meaning].some((word) => word.toLowerCase() === wanted)) ??
    null
  );
}

/** The classes above one, the nearest first. */
export function ancestorsOf({ parent }: AnnotationClass): AnnotationClass[] {
  if (parent === null) return [];
  const above = classOf(parent);
  return [above, ...ancestorsOf(above)];
}
