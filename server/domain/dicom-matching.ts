import type { SearchAttribute } from './dicom-attributes.ts';

/** An element of the DICOM JSON model (PS3.18 Annex F), as far as searching looks at it. */
export interface JsonElement {
  readonly vr: string;
  readonly Value?: readonly unknown[];
}
export type JsonDataset = Readonly<Record<string, JsonElement>>;

/** True when any value of the element matches; an empty query matches everything (PS3.4 C.2.2.2.3). */
export function matches(attribute: SearchAttribute, query: string, element: JsonElement | undefined): boolean {
  if (query === '' || query === '*') return true;
  const values = (element?.Value ?? []).map(textOf);
  switch (attribute.matching) {
    case 'uid-list': {
      const wanted = query.split(/[,\\]/);
      return values.some((value) => wanted.includes(value));
    }
    case 'text':
      return values.some((value) => matchesWildcard(query, value));
    case 'name': {
      // Names are compared without regard to case, and from the start unless a wildcard says otherwise.
      const pattern = (/[*?]/.test(query) ? query : `${query}*`).toLowerCase();
      return values
        .map((value) => value.toLowerCase())
        .some((value) => matchesWildcard(pattern, value) || matchesWildcard(pattern, value.replaceAll('^', ' ')));
    }
    case 'date':
      return values.some((value) => inDateRange(value, query));
    case 'number':
      return values.some((value) => Number(value) === Number(query));
    case 'none':
      return true;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const name = value as { Alphabetic?: string };
    return name.Alphabetic ?? '';
  }
  return String(value);
}

/**
 * `*` stands for any text, `?` for one character (PS3.4 C.2.2.2.4). On a mismatch only the last star gives way, so the
 * time is bounded by the product of both lengths whatever the query is.
 */
function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < text.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** A day, or a range with one end open (PS3.4 C.2.2.2.5). */
function inDateRange(value: string, query: string): boolean {
  const dash = query.indexOf('-');
  if (dash === -1) return value === query;
  const from = query.slice(0, dash);
  const to = query.slice(dash + 1);
  return (from === '' || value >= from) && (to === '' || value <= to);
}
