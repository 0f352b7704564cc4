import type { DicomJsonDataset, DicomJsonElement, DicomJsonValue } from './dicom-json.ts';
import { findTag } from './dictionary.ts';

/** The Native DICOM Model in XML (PS3.19 section A.1, PS3.18 annex F.3.1), made from the DICOM JSON Model. */

const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;
const NAME_PARTS = ['FamilyName', 'GivenName', 'MiddleName', 'NamePrefix', 'NameSuffix'] as const;

/** One data set as a document of its own, UTF-8. */
export function toNativeXml(dataset: DicomJsonDataset): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xml:space="preserve">${attributes(dataset)}</NativeDicomModel>`;
}

function attributes(dataset: DicomJsonDataset): string {
  return Object.entries(dataset)
    .map(([tag, element]) => attribute(tag, element))
    .join('');
}

function attribute(tag: string, element: DicomJsonElement): string {
  const keyword = findTag(Number.parseInt(tag, 16))?.keyword;
  const named = keyword === undefined ? '' : ` keyword="${keyword}"`;
  const open = `<DicomAttribute tag="${tag}" vr="${element.vr}"${named}`;
  const content = contentOf(element);
  return content === '' ? `${open}/>` : `${open}>${content}</DicomAttribute>`;
}

function contentOf({ vr, Value, InlineBinary, BulkDataURI }: DicomJsonElement): string {
  if (InlineBinary !== undefined) return `<InlineBinary>${InlineBinary}</InlineBinary>`;
  if (BulkDataURI !== undefined) return `<BulkData uri="${escaped(BulkDataURI)}"/>`;
  return (Value ?? [])
    .map((value, index) => {
      const number = index + 1;
      // PS3.19 table A.1.5-2: an Item has attributes of its own, a PersonName groups, everything else is a Value.
      if (vr === 'SQ') return `<Item number="${number}">${attributes(isDataset(value) ? value : {})}</Item>`;
      if (vr === 'PN') return personName(number, value);
      return value === null ? `<Value number="${number}"/>` : `<Value number="${number}">${escaped(value)}</Value>`;
    })
    .join('');
}

function isDataset(value: DicomJsonValue): value is DicomJsonDataset {
  return typeof value === 'object' && value !== null;
}

function personName(number: number, value: DicomJsonValue): string {
  const name = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const groups = NAME_GROUPS.map((group) => {
    const text = name[group];
    if (typeof text !== 'string' || text === '') return '';
    const parts = text.split('^').map((part, index) => {
      const label = NAME_PARTS[index];
      return label === undefined || part === '' ? '' : `<${label}>${escaped(part)}</${label}>`;
    });
    return `<${group}>${parts.join('')}</${group}>`;
  });
  return `<PersonName number="${number}">${groups.join('')}</PersonName>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters XML 1.0 has no way to write become the replacement character. */
function escaped(value: unknown): string {
  return String(value)
    .replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c)
    .replace(/\r/g, '&#13;')
    .replace(FORBIDDEN, '\ufffd');
}

/** Outside the Char production of XML 1.0 section 2.2, lone surrogates included. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters the production leaves out
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/gu;
