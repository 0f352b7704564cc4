/** The public data dictionary (PS3.6): tag → VR and keyword. Private tags are not in it. */
import { DICTIONARY_ROWS } from './dictionary-data.ts';

export interface DictionaryEntry {
  /** Two letters, or xs (US or SS) and ox (OB or OW) where the data set decides. */
  readonly vr: string;
  readonly keyword: string;
}

let rows: ReadonlyMap<number, DictionaryEntry> | undefined;

function table(): ReadonlyMap<number, DictionaryEntry> {
  if (!rows) {
    const entries = new Map<number, DictionaryEntry>();
    for (const line of DICTIONARY_ROWS.split('\n')) {
      if (line.length > 12) {
        entries.set(Number.parseInt(line.slice(0, 8), 16), { vr: line.slice(9, 11), keyword: line.slice(12) });
      }
    }
    rows = entries;
  }
  return rows;
}

/** The entry of a public tag. Repeating groups (50xx curves, 60xx overlays) share the entry of their first group. */
export function findTag(tag: number): DictionaryEntry | undefined {
  const group = tag >>> 24;
  const repeating = (group === 0x60 || group === 0x50) && (tag >>> 16) % 2 === 0;
  return table().get(repeating ? ((group << 24) | (tag & 0xffff)) >>> 0 : tag);
}

/** VR for a tag read from an implicit VR data set, xs and ox not yet decided; UN for what nobody knows. */
export function implicitVr(tag: number): string {
  const entry = findTag(tag);
  if (entry) return entry.vr;
  if ((tag & 0xffff) === 0) return 'UL';
  // Private creator (PS3.5 section 7.8.1).
  if ((tag >>> 16) % 2 === 1 && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff) return 'LO';
  return 'UN';
}

/** The keyword of a public tag, or the tag itself in the form (gggg,eeee). */
export function keywordOf(tag: number): string {
  const hex = (tag >>> 0).toString(16).toUpperCase().padStart(8, '0');
  return findTag(tag)?.keyword ?? `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

let tagsByKeyword: ReadonlyMap<string, number> | undefined;

/** The tag a keyword of PS3.6 stands for; undefined for what is no keyword. */
export function tagOf(keyword: string): number | undefined {
  tagsByKeyword ??= new Map([...table()].map(([tag, entry]) => [entry.keyword, tag]));
  return tagsByKeyword.get(keyword);
}
