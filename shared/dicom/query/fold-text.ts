/** How text is made comparable: without regard to case and accents (PS3.4 C.2.2.2.1 leaves it to the SCP for names). */

/** Letters that are not a base letter with a mark, so that decomposition does not reach them. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ħ: 'h' },
  // Lower case of a capital sigma depends on its place in the word.
  ς: 'σ',
};
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

/** Decomposed by compatibility, in lower case, without combining marks; Latin letters with strokes by their base. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter);
}

/**
 * One group of a person name as words with single spaces between: the delimiters of components, hyphens, apostrophes,
 * commas and full stops all part words, so `O'Brien^Anne-Marie` and `o brien anne marie` are one name.
 */
export function foldName(group: string): string {
  return foldNamePart(group).trim();
}

/** As `foldName` for a part of a name: spaces at its ends still part words. */
export function foldNamePart(part: string): string {
  return foldText(part).replace(/[\s^'’.,-]+/g, ' ');
}
