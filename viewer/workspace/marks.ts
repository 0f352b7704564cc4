import type { Annotation } from '#shared/annotation/annotation.ts';
import type { Mark } from '#viewer/engines/image-engine.ts';
import { markLines } from './annotation-words.ts';

export interface MarkChoice {
  /** The short name of an annotation, "A3"; what texts call it by. */
  readonly nameOf: (id: string) => string;
  readonly colorOf: (authorId: string) => string;
  readonly selectedId: string | null;
  /** Selected beside the first, for what is done with several shapes. */
  readonly alsoSelected: ReadonlySet<string>;
  readonly hiddenAuthors: ReadonlySet<string>;
  /** Whose marks can be moved; null: nobody's. */
  readonly editableBy: string | null;
}

/** Annotations as an engine shows them. */
export function marksOf(annotations: readonly Annotation[], choice: MarkChoice): Mark[] {
  return annotations
    .filter((annotation) => !choice.hiddenAuthors.has(annotation.author.id))
    .map((annotation) => ({
      id: annotation.id,
      target: annotation.target,
      geometry: annotation.geometry,
      calibration: annotation.calibration,
      color: choice.colorOf(annotation.author.id),
      lines: markLines(choice.nameOf(annotation.id), annotation, annotation.id !== choice.selectedId),
      selected: annotation.id === choice.selectedId || choice.alsoSelected.has(annotation.id),
      editable: annotation.author.id === choice.editableBy,
    }));
}
