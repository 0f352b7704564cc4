/** The content of SR documents (PS3.3 C.17.3) as plain words, from their DICOM JSON. */
import { combineDateAndTime, parseDicomDate, parseDicomDateTime, parseDicomTime } from './date-time.ts';
import type { DicomJsonDataset, DicomJsonValue } from './dicom-json.ts';
import { displayPersonName } from './person-name.ts';
import { sopClassOf } from './sop-class.ts';

export interface ReportItem {
  /** `CONTAINER`, `TEXT`, `NUM` …; `` for a reference to another item of the tree. */
  readonly valueType: string;
  /** `CONTAINS`, `HAS PROPERTIES` …; null at the root. */
  readonly relationship: string | null;
  /** Meaning of the concept name; null where there is none. */
  readonly concept: string | null;
  /** Codes of concept name, value and unit, such as `121071, DCM`. */
  readonly codes: readonly string[];
  /** The value in words; null for containers. May hold line breaks. */
  readonly value: string | null;
  /** The object an IMAGE, COMPOSITE or WAVEFORM item points to. */
  readonly reference: { readonly sopInstanceUid: string; readonly frames: readonly number[] } | null;
  readonly children: readonly ReportItem[];
}

export interface ReportDocument {
  readonly title: string;
  /** Who, when, by whom, how far: label and value, in the order to show them. */
  readonly header: readonly (readonly [label: string, value: string])[];
  readonly root: ReportItem;
}

/** Levels shown: beyond, an item says that there is more. PS3.5 knows no limit, hostile files neither. */
const MAX_DEPTH = 50;

/** Reads the document. What is missing or odd is left out or shown as it is; nothing is refused. */
export function readReport(dataset: DicomJsonDataset): ReportDocument {
  const root = readItem(dataset, null, 0);
  return { title: root.concept ?? 'Structured report', header: readHeader(dataset), root };
}

/** Every object the document points to, each once. */
export function referencedInstances(item: ReportItem): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = ({ reference, children }: ReportItem) => {
    if (reference !== null) found.add(reference.sopInstanceUid);
    children.forEach(visit);
  };
  visit(item);
  return found;
}

function readItem(item: DicomJsonDataset, relationship: string | null, depth: number): ReportItem {
  const valueType = text(item, '0040A040') ?? '';
  const children = items(item, '0040A730');
  const more: ReportItem = { ...EMPTY, valueType: 'TEXT', value: 'Deeper levels of the document are not shown here.' };
  return {
    valueType,
    relationship,
    concept: codeMeaning(items(item, '0040A043')[0]),
    codes: ['0040A043', '0040A168', '0040A301'].flatMap((tag) => codeWords(items(item, tag)[0])),
    value: readValue(item, valueType),
    reference: readReference(item),
    children:
      depth < MAX_DEPTH
        ? children.map((child) => readItem(child, text(child, '0040A010'), depth + 1))
        : children.length > 0
          ? [more]
          : [],
  };
}

const EMPTY: ReportItem = {
  ...{ valueType: '', relationship: null, concept: null, codes: [], value: null, reference: null, children: [] },
};

function readValue(item: DicomJsonDataset, valueType: string): string | null {
  switch (valueType) {
    case 'CONTAINER':
      return null;
    case 'TEXT':
      return text(item, '0040A160') ?? tooLong(item, '0040A160');
    case 'CODE':
      return codeMeaning(items(item, '0040A168')[0]);
    case 'NUM':
      return measured(item);
    case 'PNAME':
      return personName(item, '0040A123');
    case 'DATE':
      return shown(text(item, '0040A121'), parseDicomDate);
    case 'TIME':
      return shown(text(item, '0040A122'), parseDicomTime);
    case 'DATETIME':
      return shown(text(item, '0040A120'), parseDicomDateTime);
    case 'UIDREF':
      return text(item, '0040A124');
    case 'SCOORD':
    case 'SCOORD3D':
      return [text(item, '00700023'), texts(item, '00700022').join(' ')].filter(Boolean).join(': ');
    case 'TCOORD': {
      const positions = ['0040A132', '0040A138', '0040A13A'].flatMap((tag) => texts(item, tag));
      return [text(item, '0040A130'), positions.join(' ')].filter(Boolean).join(': ');
    }
    case '': {
      const path = texts(item, '0040DB73');
      return path.length > 0 ? `see item ${path.join('.')}` : null;
    }
    default:
      return referenceWords(item);
  }
}

/** A number never stands without its unit (rule 2); `1` is the unit of what has none (UCUM). */
function measured(item: DicomJsonDataset): string {
  const [value] = items(item, '0040A300');
  const qualifier = codeMeaning(items(item, '0040A301')[0]);
  const number = value === undefined ? null : text(value, '0040A30A');
  if (value === undefined || number === null) return qualifier ?? 'no value';
  const [unit] = items(value, '004008EA');
  const code = unit === undefined ? null : (text(unit, '00080100') ?? text(unit, '00080119'));
  const meaning = codeMeaning(unit);
  const named = code === '1' ? (meaning === 'no units' ? null : meaning) : code === null ? meaning : code;
  const explained = named !== null && meaning !== null && meaning !== named ? `${named} (${meaning})` : named;
  return [`${number}${explained === null ? '' : ` ${explained}`}`, qualifier].filter(Boolean).join(', ');
}

function readReference(item: DicomJsonDataset): ReportItem['reference'] {
  const [sop] = items(item, '00081199');
  const sopInstanceUid = sop === undefined ? null : text(sop, '00081155');
  if (sop === undefined || sopInstanceUid === null) return null;
  const frames = texts(sop, '00081160')
    .map(Number)
    .filter((frame) => Number.isInteger(frame) && frame > 0);
  return { sopInstanceUid, frames };
}

function referenceWords(item: DicomJsonDataset): string | null {
  const reference = readReference(item);
  if (reference === null) return null;
  const { sopInstanceUid, frames } = reference;
  const [sop] = items(item, '00081199');
  const sopClassUid = sop === undefined ? null : text(sop, '00081150');
  const words = `${sopClassUid === null ? '' : `${sopClassOf(sopClassUid, false).name} `}${sopInstanceUid}`;
  return frames.length === 0 ? words : `${words}, frames ${frames.join(', ')}`;
}

function readHeader(dataset: DicomJsonDataset): ReportDocument['header'] {
  const rows: [string, string | null][] = [
    ['Patient', personName(dataset, '00100010')],
    ['Patient ID', text(dataset, '00100020')],
    ['Born', shown(text(dataset, '00100030'), parseDicomDate)],
    ['Sex', text(dataset, '00100040')],
    ['Study', text(dataset, '00081030')],
    ['Study date', written(dataset, '00080020', '00080030')],
    ['Accession number', text(dataset, '00080050')],
    ['Referring physician', personName(dataset, '00080090')],
    ['Institution', text(dataset, '00080080')],
    ['Series', text(dataset, '0008103E')],
    ['Series number', text(dataset, '00200011')],
    ['Manufacturer', text(dataset, '00080070')],
    ['Written', written(dataset, '00080023', '00080033')],
    ['Completion', joined(dataset, ['0040A491', '0040A492'])],
    ['Predecessors', items(dataset, '0040A360').flatMap(predecessors).join(', ') || null],
    ['Preliminary', text(dataset, '0040A496')],
    ['Verification', text(dataset, '0040A493')],
    ...items(dataset, '0040A073').map((observer): [string, string | null] => {
      const at = shown(text(observer, '0040A030'), parseDicomDateTime);
      const who = [personName(observer, '0040A075'), text(observer, '0040A027'), at].filter(Boolean).join(', ');
      return ['Verified by', who === '' ? null : who];
    }),
  ];
  return rows.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const]));
}

/** The documents this one replaces or goes on from (PS3.3 C.17.2.2). */
function predecessors(study: DicomJsonDataset): string[] {
  const series = items(study, '00081115').flatMap((one) => items(one, '00081199'));
  return series.flatMap((sop) => text(sop, '00081155') ?? []);
}

function joined(dataset: DicomJsonDataset, tags: readonly string[]): string | null {
  return tags.flatMap((tag) => text(dataset, tag) ?? []).join(': ') || null;
}

function codeMeaning(code: DicomJsonDataset | undefined): string | null {
  if (code === undefined) return null;
  return ['00080104', '00080100', '00080119', '00080120'].reduce<string | null>(
    (found, tag) => found ?? text(code, tag),
    null,
  );
}

function codeWords(code: DicomJsonDataset | undefined): string[] {
  if (code === undefined) return [];
  const value = ['00080100', '00080119', '00080120'].map((tag) => text(code, tag)).find((found) => found !== null);
  return value === undefined ? [] : [[value, text(code, '00080102')].filter(Boolean).join(', ')];
}

function personName(dataset: DicomJsonDataset, tag: string): string | null {
  const value = dataset[tag]?.Value?.[0];
  if (value === null || value === undefined || typeof value !== 'object') return null;
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as Readonly<Record<string, string>>;
  return displayPersonName(`${Alphabetic}=${Ideographic}=${Phonetic}`) || null;
}

function written(dataset: DicomJsonDataset, dateTag: string, timeTag: string): string | null {
  const at = combineDateAndTime(text(dataset, dateTag), text(dataset, timeTag));
  return at === null ? null : spaced(at);
}

/** The T of ISO 8601 is for programs. */
function spaced(at: string): string {
  return at.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ');
}

function shown(value: string | null, parse: (value: string) => string | null): string | null {
  return value === null ? null : spaced(parse(value) ?? value);
}

function text(dataset: DicomJsonDataset, tag: string): string | null {
  return texts(dataset, tag)[0] ?? null;
}

function texts(dataset: DicomJsonDataset, tag: string): string[] {
  return (dataset[tag]?.Value ?? []).flatMap((value) => {
    const words = plainWords(value);
    return words === '' ? [] : [words];
  });
}

function tooLong(dataset: DicomJsonDataset, tag: string): string | null {
  return dataset[tag]?.BulkDataURI === undefined ? null : 'This text is too long to be shown here.';
}

function items(dataset: DicomJsonDataset, tag: string): readonly DicomJsonDataset[] {
  const element = dataset[tag];
  return element?.vr === 'SQ' ? ((element.Value ?? []) as readonly DicomJsonDataset[]) : [];
}

/** Without control characters and direction overrides, with one kind of line break. */
function plainWords(value: DicomJsonValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  return value.replace(/\r\n?/g, '\n').replace(UNPRINTABLE, '').trim();
}

const UNPRINTABLE = /[^\P{Cc}\n\t]|[\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
