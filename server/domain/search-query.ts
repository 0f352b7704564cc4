import { type AttributePath, nameOfPath, parseAttributePath } from '#shared/dicom/query/attribute-path.ts';
import { type Condition, type MatchingOptions, parseCondition } from '#shared/dicom/query/condition.ts';
import { levelOf, SEARCH_LEVELS, type SearchLevel } from '#shared/dicom/query/levels.ts';
import { AppError } from '#shared/errors.ts';
import type { InstanceScope } from './material-ports.ts';
import { INDEXED_ATTRIBUTES, type IndexedAttribute } from './search-ports.ts';

/** A search as DICOMweb and C-FIND ask for it. */

export interface SearchFilter {
  readonly path: AttributePath;
  readonly condition: Condition;
}

export interface DicomQuery {
  readonly level: SearchLevel;
  /** From the path of the request: the study, or the study and series. */
  readonly scope: InstanceScope;
  readonly filters: readonly SearchFilter[];
  /** Attributes to answer with beside those of the level; 'all' is every one that belongs to the level. */
  readonly include: 'all' | readonly AttributePath[];
  readonly limit: number;
  readonly offset: number;
  /** Ranges of a date and of its time are one range of instants (PS3.4 C.2.2.2.5). */
  readonly combinedDateTime: boolean;
}

export interface ParsedQuery {
  readonly query: DicomQuery;
  /** Texts for Warning headers: what was asked and is not done. */
  readonly warnings: readonly string[];
}

/** How many matches an answer holds unasked, and at most (PS3.18 section 8.3.4.4.1, maxResults). */
const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;
const MAX_FIELDS = 256;
/** Parameters of DICOMweb requests that are no attributes; some are for others than the search. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  ...['accept', 'charset', 'includefield', 'limit', 'offset'],
  ...['fuzzymatching', 'emptyvaluematching', 'multiplevaluematching'],
]);

/**
 * Reads the query parameters of a search (PS3.18 section 8.3.4). Each value of a repeated attribute is one it may have.
 * Parameters that name nothing are not obeyed, and a warning says so.
 * @throws AppError REQUEST_INVALID for values no such parameter can have
 */
export function parseSearchQuery(
  level: SearchLevel,
  scope: InstanceScope,
  parameters: Readonly<Record<string, string | readonly string[]>>,
): ParsedQuery {
  const values = new Map(Object.entries(parameters).map(([name, value]) => [name, [value].flat()]));
  const options: MatchingOptions = {
    fuzzyNames: booleanOf(values, 'fuzzymatching'),
    emptyValues: booleanOf(values, 'emptyvaluematching'),
  };
  booleanOf(values, 'multiplevaluematching');
  const filters: SearchFilter[] = [];
  const ignored: string[] = [];
  const matched: AttributePath[] = [];
  for (const [name, texts] of values) {
    if (OWN_PARAMETERS.has(name)) continue;
    const path = parseAttributePath(name);
    if (path === undefined) {
      ignored.push(name);
      continue;
    }
    matched.push(path);
    if (!canMatch(level, path)) ignored.push(nameOfPath(path));
    else {
      const filter = searchFilter(path, texts.join('\\'), options);
      if (filter !== null) filters.push(filter);
    }
  }
  const fields = (values.get('includefield') ?? []).flatMap((text) => text.split(',')).map((text) => text.trim());
  const query: DicomQuery = {
    ...{ level, scope, filters, combinedDateTime: true },
    // What was asked for by value is answered too (PS3.18 section 10.6.3.3).
    include: fields.includes('all') ? 'all' : [...matched, ...fields.filter((field) => field !== '').map(fieldOf)],
    limit: Math.min(countOf(values, 'limit') ?? DEFAULT_LIMIT, MAX_LIMIT),
    offset: countOf(values, 'offset') ?? 0,
  };
  if (query.include.length > MAX_FIELDS) invalid('includefield', `names more than ${MAX_FIELDS} attributes`);
  return { query, warnings: ignored.length === 0 ? [] : [ignoredText(ignored)] };
}

/** The filter an attribute and its value make; null when it lets everything pass. @throws AppError REQUEST_INVALID */
export function searchFilter(path: AttributePath, text: string, options: MatchingOptions): SearchFilter | null {
  const condition = parseCondition(path, text, options);
  return condition === null ? null : { path, condition };
}

/** The attribute of the index; undefined for those that are matched on the instances themselves. */
export function indexedAttribute(path: AttributePath): IndexedAttribute | undefined {
  return (INDEXED_ATTRIBUTES as Readonly<Record<string, IndexedAttribute>>)[path.id];
}

/** Attributes of the index match at every level; others at their own level and below it. */
export function canMatch(level: SearchLevel, path: AttributePath): boolean {
  if (indexedAttribute(path) !== undefined) return true;
  return SEARCH_LEVELS.indexOf(levelOf(path.tags[0] ?? '')) <= SEARCH_LEVELS.indexOf(level);
}

function fieldOf(text: string): AttributePath {
  return parseAttributePath(text) ?? invalid('includefield', 'must be keywords or tags of attributes, or all');
}

function countOf(values: ReadonlyMap<string, readonly string[]>, name: string): number | undefined {
  const [text, ...more] = values.get(name) ?? [];
  if (text === undefined) return undefined;
  if (more.length > 0 || !/^\d{1,9}$/.test(text)) invalid(name, 'must be one whole number, 0 or more');
  return Number(text);
}

function booleanOf(values: ReadonlyMap<string, readonly string[]>, name: string): boolean {
  const [text, ...more] = values.get(name) ?? ['false'];
  if (more.length > 0 || (text !== 'true' && text !== 'false')) invalid(name, 'must be true or false');
  return text === 'true';
}

/** Only names that look like names are repeated: a header is no place for anything else a client may have sent. */
function ignoredText(names: readonly string[]): string {
  const known = names.filter((name) => /^[\w.,()]{1,64}$/.test(name)).slice(0, 20);
  return `These parameters are not supported here and had no effect: ${known.join(', ') || 'some'}`;
}

function invalid(where: string, reason: string): never {
  throw new AppError('REQUEST_INVALID', { where, reason });
}
