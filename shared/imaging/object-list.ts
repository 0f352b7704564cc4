/**
 * A slide made of several stored objects, as a short file of our own that names them by their SHA-256. Being immutable, it
 * is to a series what a file is to every other slide: what was annotated and signed keeps its pixels when objects follow.
 */

const FIRST_LINE = 'Consilium slide of DICOM objects, version 1\n';
const HASH = /^[0-9a-f]{64}$/;

/** A converter splits a slide into some dozens; each is opened. */
export const MOST_LISTED_OBJECTS = 256;

/** The longest list there is. */
export const MOST_LIST_BYTES = FIRST_LINE.length + MOST_LISTED_OBJECTS * 65;

/** The file for hashes in any order; equal sets give equal bytes. */
export function encodeObjectList(hashes: readonly string[]): Uint8Array {
  const sorted = [...new Set(hashes)].sort();
  if (sorted.length > MOST_LISTED_OBJECTS || !sorted.every((hash) => HASH.test(hash))) {
    throw new RangeError('A list holds hashes, and not too many.');
  }
  const text = FIRST_LINE + sorted.map((hash) => `${hash}\n`).join('');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** True when a file that starts like this is such a list. */
export function isObjectList(head: Uint8Array): boolean {
  return textOf(head.subarray(0, FIRST_LINE.length)) === FIRST_LINE;
}

/** The hashes, or null for bytes that are no whole list. */
export function parseObjectList(bytes: Uint8Array): readonly string[] | null {
  if (bytes.byteLength > MOST_LIST_BYTES || !isObjectList(bytes)) return null;
  const lines = textOf(bytes.subarray(FIRST_LINE.length)).split('\n');
  const hashes = lines.slice(0, -1);
  return lines.at(-1) === '' && hashes.length > 0 && hashes.every((hash) => HASH.test(hash)) ? hashes : null;
}

/** Lists are ASCII; at most MOST_LIST_BYTES bytes at a time. */
function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
