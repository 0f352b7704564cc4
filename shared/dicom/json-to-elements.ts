/** Values of the DICOM JSON Model (PS3.18 Annex F) as data elements in Explicit VR Little Endian and UTF-8. */
import { decodeBase64 } from './base64.ts';
import { encodeUtf8 } from './charset-encode.ts';
import type { OutputElement } from './deidentification/output-element.ts';
import type { DicomJsonDataset, DicomJsonElement, DicomJsonValue } from './dicom-json.ts';

/** Numbers of binary VRs; the rest is text. */
const WRITERS: Readonly<Record<string, readonly [number, (view: DataView, at: number, value: number) => void]>> = {
  US: [2, (view, at, value) => view.setUint16(at, value, true)],
  SS: [2, (view, at, value) => view.setInt16(at, value, true)],
  UL: [4, (view, at, value) => view.setUint32(at, value, true)],
  SL: [4, (view, at, value) => view.setInt32(at, value, true)],
  FL: [4, (view, at, value) => view.setFloat32(at, value, true)],
  FD: [8, (view, at, value) => view.setFloat64(at, value, true)],
};
const TEXT = /^(AE|AS|CS|DA|DS|DT|IS|LO|LT|PN|SH|ST|TM|UC|UI|UR|UT)$/;

/** Elements with the values that stand in the JSON itself; those whose value is bulk data elsewhere are left out. */
export function elementsOfJson(json: DicomJsonDataset): OutputElement[] {
  return Object.entries(json).flatMap(([tag, element]) => elementOfJson(Number.parseInt(tag, 16), element) ?? []);
}

/** One element, or null for one that is left out. */
export function elementOfJson(tag: number, element: DicomJsonElement): OutputElement | null {
  const { vr, Value, InlineBinary } = element;
  if (vr === 'SQ') return { tag, vr, items: (Value ?? []).map((item) => elementsOfJson(datasetOf(item))) };
  if (InlineBinary !== undefined) return { tag, vr, bytes: decodeBase64(InlineBinary) ?? new Uint8Array(0) };
  if (Value === undefined) return element.BulkDataURI === undefined ? { tag, vr } : null;
  if (vr === 'AT') return { tag, vr, bytes: tagBytes(Value.map(String)) };
  const writer = WRITERS[vr];
  if (writer !== undefined) {
    const [size, write] = writer;
    const numbers = Value.map(Number).filter(Number.isFinite);
    const view = new DataView(new ArrayBuffer(numbers.length * size));
    for (const [at, value] of numbers.entries()) write(view, at * size, value);
    return { tag, vr, bytes: new Uint8Array(view.buffer) };
  }
  return TEXT.test(vr) ? { tag, vr, bytes: encodeUtf8(textOfJson(Value)) } : null;
}

/** Group and element of each tag, written in eight hexadecimal digits (PS3.5 table 6.2-1, AT). */
function tagBytes(tags: readonly string[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(tags.length * 4));
  for (const [at, tag] of tags.entries()) {
    view.setUint16(at * 4, Number.parseInt(tag.slice(0, 4), 16), true);
    view.setUint16(at * 4 + 2, Number.parseInt(tag.slice(4), 16), true);
  }
  return new Uint8Array(view.buffer);
}

/** Values of an element as one text, as a file has them; names with all their component groups (PS3.18 F.2.2). */
export function textOfJson(values: readonly DicomJsonValue[]): string {
  return values.map(oneText).join('\\');
}

function oneText(value: DicomJsonValue): string {
  if (typeof value !== 'object' || value === null) return value === null ? '' : String(value);
  const { Alphabetic, Ideographic, Phonetic } = value as Readonly<Record<string, unknown>>;
  const groups = [Alphabetic, Ideographic, Phonetic].map((group) => (typeof group === 'string' ? group : ''));
  return groups.join('=').replace(/=+$/, '');
}

export function datasetOf(value: DicomJsonValue): DicomJsonDataset {
  return typeof value === 'object' && value !== null ? (value as DicomJsonDataset) : {};
}
