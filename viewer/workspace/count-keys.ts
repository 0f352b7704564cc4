import { MITOSIS, NEGATIVE_NUCLEUS, POSITIVE_NUCLEUS } from '#shared/annotation/annotation-class.ts';
import type { CodedConcept } from '#shared/annotation/coded-concept.ts';

export interface CountKey {
  readonly action: string;
  readonly key: string;
  readonly name: string;
  readonly concept: CodedConcept;
}

/** One key each: a point of that class under the pointer. */
export const COUNT_KEYS: readonly CountKey[] = [
  { action: 'slide.count-mitosis', key: 'M', name: 'Mitosis under the pointer', concept: MITOSIS },
  { action: 'slide.count-positive', key: 'Q', name: 'Positive nucleus under the pointer', concept: POSITIVE_NUCLEUS },
  { action: 'slide.count-negative', key: 'Z', name: 'Negative nucleus under the pointer', concept: NEGATIVE_NUCLEUS },
];
