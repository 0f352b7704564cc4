/** Person Name values (PS3.5 section 6.2.1). */

export interface PersonNameGroup {
  readonly family: string;
  readonly given: string;
  readonly middle: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** The three writings of one name; null where a group is empty. */
export interface PersonName {
  readonly alphabetic: PersonNameGroup | null;
  readonly ideographic: PersonNameGroup | null;
  readonly phonetic: PersonNameGroup | null;
}

/** Splits `Family^Given^Middle^Prefix^Suffix=ideographic=phonetic`. Never fails: names are what they are. */
export function parsePersonName(value: string): PersonName {
  const [alphabetic, ideographic, phonetic] = value.split('=');
  return {
    alphabetic: parseGroup(alphabetic),
    ideographic: parseGroup(ideographic),
    phonetic: parseGroup(phonetic),
  };
}

function parseGroup(group: string | undefined): PersonNameGroup | null {
  if (!group || /^[\^ ]*$/.test(group)) return null;
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((part) => part.trim());
  return { family, given, middle, prefix, suffix };
}

/** `Family, Prefix Given Middle, Suffix`; the ideographic writing follows in parentheses. */
export function displayPersonName(value: string): string {
  const name = parsePersonName(stripControls(value));
  const main = displayGroup(name.alphabetic);
  const ideographic = displayGroup(name.ideographic);
  if (main && ideographic) return `${main} (${ideographic})`;
  return main || ideographic || displayGroup(name.phonetic);
}

function displayGroup(group: PersonNameGroup | null): string {
  if (!group) return '';
  const rest = [group.prefix, group.given, group.middle].filter(Boolean).join(' ');
  return [group.family, rest, group.suffix].filter(Boolean).join(', ');
}

/** Longest text kept of a value that is printed on lists. */
const DISPLAY_LIMIT = 256;

/**
 * Takes control characters and direction overrides out of text that came with a file, so that a name cannot
 * re-arrange the line it is printed on, and cuts what is absurdly long.
 */
export function stripControls(value: string): string {
  return value.replace(CONTROLS, '').slice(0, DISPLAY_LIMIT).trim();
}

const CONTROLS = /[\p{Cc}\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
