import { NativeSelect } from '@mantine/core';
import type { Annotation } from '#shared/annotation/annotation.ts';
import {
  ANNOTATION_CLASSES,
  ancestorsOf,
  classOf,
  classOfKey,
  conceptKey,
} from '#shared/annotation/annotation-class.ts';
import type { CodedConcept } from '#shared/annotation/coded-concept.ts';

interface ClassFieldProps {
  readonly annotation: Annotation;
  readonly onClassify: (annotation: Annotation, concept: CodedConcept | null) => void;
}

/** A part stands to the right of what it is a part of. */
const CHOICES = ANNOTATION_CLASSES.map((one) => ({
  value: conceptKey(one.concept),
  label: `${'\u2003'.repeat(ancestorsOf(one).length)}${one.name}`,
}));

/** What an annotation on a slide is; a class that came from elsewhere stands in the list for as long as it is set. */
export function ClassField({ annotation, onClassify }: ClassFieldProps) {
  if (annotation.target.kind !== 'slide') return null;
  const { concept } = annotation;
  const key = concept === undefined ? '' : conceptKey(concept);
  const foreign =
    concept === undefined || classOfKey(key) !== null ? [] : [{ value: key, label: classOf(concept).name }];
  return (
    <NativeSelect
      size="xs"
      variant="filled"
      aria-label="Class of the annotation"
      data={[{ value: '', label: 'No class' }, ...CHOICES, ...foreign]}
      value={key}
      onChange={(event) => onClassify(annotation, classOfKey(event.currentTarget.value)?.concept ?? null)}
    />
  );
}
