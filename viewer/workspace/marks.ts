import type { Annotation } from '#shared/annotation/annotation.ts';
import { classOf, conceptKey } from '#shared/annotation/annotation-class.ts';
import type { Mark } from '#viewer/engines/image-engine.ts';
import { markLines } from './annotation-words.ts';

export interface MarkChoice {
  /** The short name of an annotation, "A3"; what texts call it by. */
  readonly nameOf: (id: string) => string;
  readonly colorOf: (authorId: string) => string;
  readonly selectedId: string | null;
  /** Selected beside the first, for what is done with several shapes. */
  readonly alsoSelected: ReadonlySet<string>;
  /** Colours and hidden classes of slides; absent where marks have their authors' colours alone. */
  readonly classes?: { readonly colour: boolean; readonly hidden: ReadonlySet<string> } | undefined;
  readonly hiddenAuthors: ReadonlySet<string>;
  /** Whose marks can be moved; null: nobody's. */
  readonly editableBy: string | null;
}

/** By its class where colours are those of classes and it has one, else by its author. */
export function markColor(
  { author, concept }: Pick<Annotation, 'author' | 'concept'>,
  { colorOf, classes }: Pick<MarkChoice, 'colorOf' | 'classes'>,
): string {
  return classes?.colour === true && concept !== undefined ? classOf(concept).color : colorOf(author.id);
}

/** Annotations as an engine shows them. */
export function marksOf(annotations: readonly Annotation[], choice: MarkChoice): Mark[] {
  return annotations
    .filter(({ author, concept }) => {
      const isHidden = concept !== undefined && choice.classes?.hidden.has(conceptKey(concept)) === true;
      return !isHidden && !choice.hiddenAuthors.has(author.id);
    })
    .map((annotation) => ({
      id: annotation.id,
      target: annotation.target,
      geometry: annotation.geometry,
      calibration: annotation.calibration,
      color: markColor(annotation, choice),
      lines: markLines(choice.nameOf(annotation.id), annotation, annotation.id !== choice.selectedId),
      selected: annotation.id === choice.selectedId || choice.alsoSelected.has(annotation.id),
      editable: annotation.author.id === choice.editableBy,
    }));
}
