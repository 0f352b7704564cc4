import type { DicomJsonDataset, DicomJsonElement, DicomJsonValue } from '#shared/dicom/dicom-json.ts';
import { type Condition, type GroupPattern, NAME_GROUPS, type NamePattern } from './condition.ts';
import { comparableDate, comparableDateTime, comparableTime, inRange } from './date-range.ts';
import { foldName } from './fold-text.ts';

/** Matching of attributes that are not in the index, on the data set itself (PS3.4 section C.2.2.2). */

/** True when any value of the element at the path fits; every item of a sequence is looked at (C.2.2.2.6). */
export function matchesAt(dataset: DicomJsonDataset, tags: readonly string[], condition: Condition): boolean {
  const [tag = '', ...rest] = tags;
  const element = dataset[tag];
  if (rest.length === 0) return matches(element, condition);
  const items = (element?.Value ?? []).filter(isDataset);
  if (items.length === 0) return condition.kind === 'absent';
  return items.some((item) => matchesAt(item, rest, condition));
}

/** True when any of the values fits. */
export function matches(element: DicomJsonElement | undefined, condition: Condition): boolean {
  const values = (element?.Value ?? []).filter((value) => value !== null && value !== '');
  switch (condition.kind) {
    case 'absent':
      return values.length === 0;
    case 'texts':
      return values.some((value) => condition.patterns.some((pattern) => matchesWildcard(pattern, String(value))));
    case 'names':
      return values.some((value) => condition.names.some((name) => matchesName(name, value)));
    case 'range':
      return values.some((value) => inRange(comparable(element?.vr ?? '', String(value)), condition));
    case 'numbers':
      return values.some((value) => condition.values.includes(Number(value)));
  }
}

function comparable(vr: string, value: string): string {
  if (vr === 'DA') return comparableDate(value);
  return vr === 'TM' ? comparableTime(value) : comparableDateTime(value);
}

function matchesName({ groups, anyGroup }: NamePattern, value: DicomJsonValue): boolean {
  const name = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const texts = NAME_GROUPS.map((group) => (typeof name[group] === 'string' ? foldName(name[group]) : ''));
  const fits = (group: GroupPattern | null | undefined, text: string) =>
    group === null || group === undefined || (text !== '' && matchesGroup(group, text));
  if (anyGroup) return texts.some((text) => fits(groups[0], text));
  return groups.every((group, index) => fits(group, texts[index] ?? ''));
}

function matchesGroup(group: GroupPattern, text: string): boolean {
  if (group.kind === 'words') {
    const own = text.split(' ');
    return group.words.every((word) => own.some((one) => one.startsWith(word)));
  }
  if (/[*?]/.test(group.text)) return matchesWildcard(group.text, text);
  return text === group.text || text.startsWith(`${group.text} `);
}

/**
 * `*` stands for any text, `?` for one character (PS3.4 C.2.2.2.4). On a mismatch only the last star gives way, so the
 * time is bounded by the product of both lengths whatever the query is.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
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

function isDataset(value: DicomJsonValue): value is DicomJsonDataset {
  return typeof value === 'object' && value !== null;
}
