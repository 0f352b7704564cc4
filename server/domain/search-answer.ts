import type { DicomJsonDataset, DicomJsonElement, DicomJsonValue } from '#shared/dicom/dicom-json.ts';
import { mergeElementLines, toElementLines, toJsonText } from '#shared/dicom/query/element-lines.ts';
import { answerOf } from '#shared/dicom/query/index-entry.ts';
import {
  ANSWER_ATTRIBUTES,
  belongsTo,
  REQUEST_ATTRIBUTES,
  SEARCH_LEVELS,
  type SearchLevel,
} from '#shared/dicom/query/levels.ts';
import type { FoundKey, FoundSeries, FoundStudy } from './search-ports.ts';
import type { DicomQuery } from './search-query.ts';

/** The data sets a search answers with (PS3.18 section 10.6.3.3). */

export interface Match {
  readonly key: FoundKey;
  readonly study: FoundStudy;
  /** Null for a match at the level of studies. */
  readonly series: FoundSeries | null;
}

/** Attributes to copy from the instance: every one of the levels, or these, where a sequence may be asked for in part. */
export type Fields = { readonly level: SearchLevel; readonly tree: FieldTree | 'all' };
/** By tag: the whole element, or only parts of its items. */
type FieldTree = Map<string, FieldTree | 'whole'>;

/** Made by us and never copied: what the files say of them is not true of the answer. */
const COMPUTED: ReadonlySet<string> = new Set([
  ...['00080005', '00080056', '00080060', '00080061', '00081190', '00201206', '00201208', '00201209'],
]);

/** What has to be read from the instances because no answer holds it unasked; null for nothing. */
export function includedFields(level: SearchLevel, include: DicomQuery['include']): Fields | null {
  if (include === 'all') return { level, tree: 'all' };
  const tree: FieldTree = new Map();
  for (const { tags } of include) {
    const [tag = ''] = tags;
    if (belongsTo(level, tag) && !COMPUTED.has(tag) && !isAnswered(level, tags)) addTo(tree, tags);
  }
  return tree.size === 0 ? null : { level, tree };
}

function isAnswered(level: SearchLevel, [tag = '', ...rest]: readonly string[]): boolean {
  const above = SEARCH_LEVELS.slice(0, SEARCH_LEVELS.indexOf(level) + 1);
  if (!above.some((one) => ANSWER_ATTRIBUTES[one].some((attribute) => attribute.tag === tag))) return false;
  return tag !== '00400275' || (rest.length === 1 && REQUEST_ATTRIBUTES.includes(rest[0] ?? ''));
}

function addTo(tree: FieldTree, [tag = '', ...rest]: readonly string[]): void {
  const below = tree.get(tag);
  if (below === 'whole') return;
  if (rest.length === 0) {
    tree.set(tag, 'whole');
    return;
  }
  const own = below ?? new Map();
  tree.set(tag, own);
  addTo(own, rest);
}

/** The answer about a match, as JSON text. `instance` is the one that speaks for it, when it had to be read. */
export function answerTo(
  { key, study, series }: Match,
  instance: DicomJsonDataset | null,
  fields: Fields | null,
  base: string,
): string {
  let url = `${base}/studies/${study.studyUid}`;
  let lines = study.dataset;
  if (series !== null) {
    url += `/series/${series.seriesUid}`;
    lines = mergeElementLines(lines, series.dataset);
  }
  if (key.sopInstanceUid !== undefined) {
    url += `/instances/${key.sopInstanceUid}`;
    lines = mergeElementLines(lines, toElementLines(answerOf('instance', instance ?? {})));
  }
  const made = madeLines(study, series, base === '' ? null : url);
  if (fields !== null && instance !== null) lines = mergeElementLines(lines, toElementLines(pick(instance, fields)));
  return toJsonText(mergeElementLines(lines, made));
}

/** The elements no file says, as lines in the order of their tags. */
function madeLines(study: FoundStudy, series: FoundSeries | null, url: string | null): string {
  // DICOM JSON is UTF-8 whatever the files are (PS3.18 section F.2).
  let lines = `"00080005":{"vr":"CS","Value":["ISO_IR 192"]}\n"00080056":{"vr":"CS","Value":["ONLINE"]}`;
  if (series !== null) {
    lines += `\n"00080060":${series.modality === '' ? '{"vr":"CS"}' : `{"vr":"CS","Value":[${JSON.stringify(series.modality)}]}`}`;
  }
  // Left out when there is none: viewers take the element for a list of values.
  if (study.modalities.length > 0) lines += `\n"00080061":{"vr":"CS","Value":${JSON.stringify(study.modalities)}}`;
  if (url !== null) lines += `\n"00081190":{"vr":"UR","Value":[${JSON.stringify(url)}]}`;
  lines += `\n"00201206":{"vr":"IS","Value":[${study.seriesCount}]}\n"00201208":{"vr":"IS","Value":[${study.instanceCount}]}`;
  return series === null ? lines : `${lines}\n"00201209":{"vr":"IS","Value":[${series.instanceCount}]}`;
}

function pick(instance: DicomJsonDataset, { level, tree }: Fields): DicomJsonDataset {
  const wanted = tree === 'all' ? new Map(Object.keys(instance).map((tag) => [tag, 'whole'] as const)) : tree;
  const allowed = [...wanted].filter(([tag]) => belongsTo(level, tag) && !COMPUTED.has(tag));
  return partOf(instance, new Map(allowed));
}

/** Bulk data has no place in a search's answer: its address would be one of another service. */
function partOf(dataset: DicomJsonDataset, wanted: FieldTree): DicomJsonDataset {
  const part: Record<string, DicomJsonElement> = {};
  for (const [tag, fields] of wanted) {
    const element = dataset[tag];
    if (element === undefined || element.BulkDataURI !== undefined || element.InlineBinary !== undefined) continue;
    const items = element.vr === 'SQ' ? (element.Value ?? []).filter(isDataset) : [];
    if (items.length === 0) {
      if (fields === 'whole') part[tag] = element;
      continue;
    }
    const Value = items.map((item) => partOf(item, fields === 'whole' ? everything(item) : fields));
    part[tag] = { vr: 'SQ', Value };
  }
  return part;
}

function everything(item: DicomJsonDataset): FieldTree {
  return new Map(Object.keys(item).map((tag) => [tag, 'whole'] as const));
}

function isDataset(value: DicomJsonValue): value is DicomJsonDataset {
  return typeof value === 'object' && value !== null;
}
