import type { DicomJsonDataset, DicomJsonElement } from '#shared/dicom/dicom-json.ts';
import { hexTag } from '#shared/dicom/tag.ts';

/** Typed reading of an instance in the DICOM JSON Model (PS3.18 Annex F); what is absent or of another kind is null. */

function values(dataset: DicomJsonDataset, tag: number): NonNullable<DicomJsonElement['Value']> {
  return dataset[hexTag(tag)]?.Value ?? [];
}

/** All values as numbers; numeric strings count, since PS3.18 F.2.3 allows both for DS and IS. Others are NaN. */
export function numbersOf(dataset: DicomJsonDataset, tag: number): number[] {
  return values(dataset, tag).map((value) => {
    if (typeof value === 'number') return value;
    return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  });
}

/** The first value as a finite number, or null. */
export function numberOf(dataset: DicomJsonDataset, tag: number): number | null {
  const value = numbersOf(dataset, tag)[0];
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** The first `count` values when all of them are finite, else null. */
export function vectorOf(dataset: DicomJsonDataset, tag: number, count: number): number[] | null {
  const found = numbersOf(dataset, tag).slice(0, count);
  return found.length === count && found.every(Number.isFinite) ? found : null;
}

/** The first value as text without surrounding blanks, or null. */
export function textOf(dataset: DicomJsonDataset, tag: number): string | null {
  const value = values(dataset, tag)[0];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The items of a sequence; empty when it is absent. */
export function itemsOf(dataset: DicomJsonDataset, tag: number): DicomJsonDataset[] {
  return values(dataset, tag).filter((value): value is DicomJsonDataset => typeof value === 'object' && value !== null);
}

/** The bytes of an inline binary value (little endian), or null when it has none. */
export function bytesOf(dataset: DicomJsonDataset, tag: number): Uint8Array | null {
  const encoded = dataset[hexTag(tag)]?.InlineBinary;
  if (encoded === undefined) return null;
  return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}
