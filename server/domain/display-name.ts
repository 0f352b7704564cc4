/** Names of uploaded files: shown to people, never used as a path. */

const MAX_LENGTH = 240;
// Control characters, and the marks that turn the direction of text around and so can disguise an ending.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is taken out
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * The relative path a sender gave, fit to be shown: slashes forward, no drive, no `.` and `..`, no unprintable
 * characters; the end is kept when it is very long.
 */
export function displayName(name: string): string {
  const parts = name
    .replace(UNPRINTABLE, '')
    .replaceAll('\\', '/')
    .split('/')
    .map((part) => part.trim())
    .filter((part, index) => part !== '' && part !== '.' && part !== '..' && !(index === 0 && /^[a-z]:$/i.test(part)));
  const joined = parts.join('/');
  const short = joined.length > MAX_LENGTH ? `…${joined.slice(-(MAX_LENGTH - 1))}` : joined;
  return short === '' ? 'unnamed' : short;
}

const DROPPINGS = /^(\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|\._.*|\.spotlight-v100|\.trashes)$/i;

/** True for what file managers leave behind in folders and archives; nobody means to send it. */
export function isDropping(name: string): boolean {
  const parts = name.replaceAll('\\', '/').split('/');
  return parts.includes('__MACOSX') || DROPPINGS.test(parts.at(-1) ?? '');
}
