/** Values of the DICOM JSON Model (PS3.18 Annex F) as data elements in Explicit VR Little Endian and UTF-8. */
import { AppError } from '#shared/errors.ts';
import { encodeUtf8 } from './charset-encode.ts';
import type { OutputElement } from './deidentification/output-element.ts';
import type { DicomJsonDataset, DicomJsonElement, DicomJsonValue } from './dicom-json.ts';
import { encodeJsonValues } from './json-values.ts';
import { formatTag } from './tag.ts';

/** Elements with the values that stand in the JSON itself; those whose value is bulk data elsewhere are left out. */
export function elementsOfJson(json: DicomJsonDataset): OutputElement[] {
  return Object.entries(json).flatMap(([tag, element]) => elementOfJson(Number.parseInt(tag, 16), element) ?? []);
}

/**
 * One element, or null for one that is left out: its value is bulk data elsewhere, or is none its VR can have, as in
 * files that break the standard and were read all the same.
 */
export function elementOfJson(tag: number, element: DicomJsonElement): OutputElement | null {
  const { vr, Value, InlineBinary } = element;
  if (vr === 'SQ') return { tag, vr, items: (Value ?? []).map((item) => elementsOfJson(datasetOf(item))) };
  if (Value === undefined && InlineBinary === undefined) return element.BulkDataURI === undefined ? { tag, vr } : null;
  try {
    return { tag, vr, bytes: encodeJsonValues(vr, Value ?? [], InlineBinary, encodeUtf8, formatTag(tag), () => {}) };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
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
