import { findTag, keywordOf, tagOf } from '#shared/dicom/dictionary.ts';
import { hexTag } from '#shared/dicom/tag.ts';

/**
 * An attribute as DICOMweb names it (PS3.18 section 8.3.4.1, {attributeID}): keyword or tag, and for an attribute
 * inside sequences those of the sequences before it, parted by full stops.
 */
export interface AttributePath {
  /** Hexadecimal tags, the sequences first; at least one. */
  readonly tags: readonly string[];
  /** The tags joined by full stops; one text an attribute. */
  readonly id: string;
  /** Of the last tag: two letters; UN for what the dictionary does not know. */
  readonly vr: string;
}

const MAX_DEPTH = 8;

/** The path a text names; undefined for a text that names none. */
export function parseAttributePath(text: string): AttributePath | undefined {
  const steps = text.split('.');
  if (steps.length > MAX_DEPTH) return undefined;
  const tags: string[] = [];
  for (const step of steps) {
    const tag = tagOfStep(step);
    if (tag === undefined) return undefined;
    tags.push(hexTag(tag));
  }
  return attributePath(...tags);
}

/** The path of tags that are known to be well formed: eight capital hexadecimal digits each. */
export function attributePath(...tags: readonly string[]): AttributePath {
  const last = Number.parseInt(tags.at(-1) ?? '', 16);
  return { tags, id: tags.join('.'), vr: findTag(last)?.vr ?? 'UN' };
}

/** How messages name the attribute. */
export function nameOfPath(path: AttributePath): string {
  return path.tags.map((tag) => keywordOf(Number.parseInt(tag, 16))).join('.');
}

function tagOfStep(step: string): number | undefined {
  const hex = /^\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?$/.exec(step);
  if (hex !== null) return Number.parseInt(`${hex[1]}${hex[2]}`, 16);
  return tagOf(step);
}
