import { AppError } from '#shared/errors.ts';
import { type AttributePath, nameOfPath } from './attribute-path.ts';
import { parseRange, type Range } from './date-range.ts';
import { foldName, foldNamePart } from './fold-text.ts';

/**
 * What a query value asks of an attribute (PS3.4 section C.2.2.2). The same conditions are turned into SQL for the
 * attributes of the index and evaluated on data sets for all others.
 */
export type Condition =
  /** Any of the values, of which `*` and `?` are wildcards (C.2.2.2.1, C.2.2.2.4); UIDs have none (C.2.2.2.2). */
  | { readonly kind: 'texts'; readonly patterns: readonly string[] }
  | { readonly kind: 'names'; readonly names: readonly NamePattern[] }
  | ({ readonly kind: 'range' } & Range)
  | { readonly kind: 'numbers'; readonly values: readonly number[] }
  /** The attribute has no value (C.2.2.2.7). */
  | { readonly kind: 'absent' };

/** The alphabetic, ideographic and phonetic writing of a name (PS3.5 section 6.2.1.2). */
export const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

export interface NamePattern {
  /** One pattern that any group may fit, or one for each group in order; null asks nothing. */
  readonly groups: readonly (GroupPattern | null)[];
  readonly anyGroup: boolean;
}

export type GroupPattern =
  /** Folded; without wildcards it asks for whole words from the start of the name. */
  | { readonly kind: 'pattern'; readonly text: string }
  /** Each has to begin one of the name's words, in any order. */
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface MatchingOptions {
  /** PS3.18 section 8.3.4.2: words of names in any order, each of which may be cut short. */
  readonly fuzzyNames: boolean;
  /** PS3.18 section 8.3.4.5: two quotation marks ask for attributes without a value. */
  readonly emptyValues: boolean;
}

const NUMBERS: ReadonlySet<string> = new Set(['DS', 'FD', 'FL', 'IS', 'SL', 'SS', 'SV', 'UL', 'US', 'UV', 'xs']);
const TEXTS: ReadonlySet<string> = new Set(['AE', 'AS', 'AT', 'CS', 'LO', 'LT', 'SH', 'ST', 'UC', 'UR', 'UT']);
/** VRs in whose values a backslash is a character (PS3.5 table 6.2-1). */
const ONE_VALUED: ReadonlySet<string> = new Set(['LT', 'ST', 'UR', 'UT']);
const MAX_VALUES = 8192;

/**
 * The condition a query value makes; null when it matches everything (C.2.2.2.3). Values are parted by backslashes,
 * and those of UIDs, codes and numbers, which hold no comma, by commas as well.
 * @throws AppError REQUEST_INVALID for a value the attribute cannot have
 */
export function parseCondition(path: AttributePath, text: string, options: MatchingOptions): Condition | null {
  const { vr } = path;
  if (/^[\s*]*$/.test(text)) return null;
  if (options.emptyValues && text.trim() === '""') return { kind: 'absent' };
  if (vr === 'DA' || vr === 'TM' || vr === 'DT') {
    const range = parseRange(vr, text);
    if (range === null) invalid(path, `must be a ${RANGES[vr]} or a range of them`);
    return { kind: 'range', ...range };
  }
  const values = split(vr, text);
  if (values.length > MAX_VALUES) invalid(path, `names more than ${MAX_VALUES} values`);
  if (vr === 'UI') {
    if (!values.every((value) => /^[\d.]{1,64}$/.test(value))) invalid(path, 'must be a UID or a list of UIDs');
    return { kind: 'texts', patterns: values };
  }
  if (NUMBERS.has(vr)) {
    const numbers = values.map(Number);
    if (!numbers.every(Number.isFinite)) invalid(path, 'must be a number or a list of numbers');
    return { kind: 'numbers', values: numbers };
  }
  if (vr === 'PN') {
    const names = values.map((value) => namePattern(value, options.fuzzyNames));
    return names.some(({ groups }) => groups.every((group) => group === null)) ? null : { kind: 'names', names };
  }
  if (!TEXTS.has(vr)) invalid(path, 'is not an attribute that can be searched by value');
  return values.some((value) => /^\*+$/.test(value)) ? null : { kind: 'texts', patterns: values };
}

const RANGES = { DA: 'date (YYYYMMDD)', TM: 'time (HHMMSS)', DT: 'date and time (YYYYMMDDHHMMSS)' } as const;

function split(vr: string, text: string): string[] {
  if (ONE_VALUED.has(vr)) return [text.trim()];
  const parts = text.split(vr === 'UI' || vr === 'CS' || NUMBERS.has(vr) ? /[,\\]/ : '\\');
  const values = parts.map((part) => part.trim()).filter((part) => part !== '');
  return values.length > 0 ? values : [text.trim()];
}

function namePattern(text: string, fuzzy: boolean): NamePattern {
  const groups = text.split('=').slice(0, NAME_GROUPS.length);
  return { groups: groups.map((group) => groupPattern(group, fuzzy)), anyGroup: groups.length === 1 };
}

function groupPattern(group: string, fuzzy: boolean): GroupPattern | null {
  if (/^[\s*^]*$/.test(group)) return null;
  const wild = /[*?]/.test(group);
  if (fuzzy && !wild) return { kind: 'words', words: foldName(group).split(' ') };
  // Folding must not reach across a wildcard: each literal stretch is folded by itself.
  const text = wild
    ? group
        .split(/([*?])/)
        .map((part) => foldNamePart(part))
        .join('')
        .trim()
    : foldName(group);
  return { kind: 'pattern', text };
}

/** PS3.18 section 10.6.3.1: a value of the wrong form is a bad request. The value itself is not repeated. */
function invalid(path: AttributePath, reason: string): never {
  throw new AppError('REQUEST_INVALID', { where: nameOfPath(path), reason });
}
