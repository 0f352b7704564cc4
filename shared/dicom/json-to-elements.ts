/** Values of the DICOM JSON Model (PS3.18 Annex F) as data elements in Explicit VR Little Endian and UTF-8. */
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

/** Elements of text, numbers and sequences. Bulk data and binary values, which no directory holds, are left out. */
export function elementsOfJson(json: DicomJsonDataset): OutputElement[] {
  return Object.entries(json).flatMap(([tag, element]) => elementOfJson(Number.parseInt(tag, 16), element) ?? []);
}

/** One element, or null for one that is left out. */
export function elementOfJson(tag: number, { vr, Value }: DicomJsonElement): OutputElement | null {
  if (vr === 'SQ') return { tag, vr, items: (Value ?? []).map((item) => elementsOfJson(datasetOf(item))) };
  const writer = WRITERS[vr];
  if (writer !== undefined) {
    const [size, write] = writer;
    const numbers = (Value ?? []).map(Number).filter(Number.isFinite);
    const view = new DataView(new ArrayBuffer(numbers.length * size));
    for (const [at, value] of numbers.entries()) write(view, at * size, value);
    return { tag, vr, bytes: new Uint8Array(view.buffer) };
  }
  return TEXT.test(vr) ? { tag, vr, bytes: utf8Bytes(textOfJson(Value ?? [])) } : null;
}

/** UTF-8 (RFC 3629), written here since shared code has neither Node's encoder nor the browser's. */
function utf8Bytes(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(out);
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
